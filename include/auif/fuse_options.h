// What can be chosen when a pair is fused with a model.
#pragma once

#include "auif/export.h"

namespace auif {

// How the four feature maps become two (paper eqs. 8, 9), before the decoder.
enum class Strategy {
  kAdd,      // all weights 1
  kAverage,  // all weights 1/2
  kL1,       // by the 3x3-blurred magnitude of each map, pixel by pixel
};
AUIF_API const char* Name(Strategy);  // "add", "average", "l1"

// Constant weights of the four maps: alpha_B_I, alpha_B_V, alpha_D_I, alpha_D_V (eq. 8).
struct MapWeights {
  float base_ir = 1, base_vis = 1, detail_ir = 1, detail_vis = 1;
};

// The image must be at least this wide and high: the 19x19 filter reflects 9 pixels.
inline constexpr int kMinSize = 10;

struct AUIF_API FuseOptions {
  Strategy strategy = Strategy::kAdd;
  MapWeights weights;  // multiplied with the strategy's own weights
  int threads = 0;     // 0: as many as the machine has

  void Validate() const;  // throws Error (kUsage)
};

}  // namespace auif

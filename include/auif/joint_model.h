// Joint unrolling: a second network, which unrolls the fusion problem itself.
//
// AUIF's two encoders take one source apart; the fused image is what becomes of the sum of two
// sources' layers. Here the layers' descent is that of the fused image. With M = max(ir, vis) and
// m = min(ir, vis) per pixel, and mean(m) over the whole image,
//
//   c = M + share (m - mean(m))                              a fused image in closed form
//   t = T(c), A = T(ir), B = T(vis), n = min(A, B)           T: the tone curve of c (JointTone)
//   x_0 = max(B0(A), B0(B))                                  base: box means as in AUIF
//   y_0 = D0(A) or D0(B), the one of larger magnitude        detail: AUIF's Laplacian
//   x+ = PReLU(BN( x - eta [ Conv2(Conv1(x)) - theta (t - x) ] ))     ten layers
//   y+ = PReLU(BN( y - eta [ Conv2(Conv1(y)) - theta (y_0 - y) ] ))   ten layers
//   F = clip( t + u_0 + share_1 max(u_1, 0) ),  u_i = conv5x5(x - 1/2, y, t - 1/2, n - 1/2) +
//   bias_i
//
// A layer is AUIF's with Activation::kOutput and Padding::kInput (auif/model.h): a step down the
// gradient of 1/2 theta |t - x|^2 + sum |g * x|^2 with learned filters g, and its two convolutions
// of 64 channels collapse exactly into one of 5x5. BN is an affine map with learned numbers; no
// batch's statistics are in it. clip is the identity but for 0.02 at either end, where it bends by
// a parabola.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "auif/export.h"
#include "auif/model.h"

namespace auif {

// The closed form: what is done before the network, by rules with few numbers.
struct JointTone {
  float share = 0.3F;  // of the darker source, 0 to 0.9
  // The share of pixels that may be darker than black, and lighter than white, once stretched.
  float tail = 0.006F;
  // Stretching goes this far from c to what fills [0, 1]: stretch + 5 stretch_slope (0.2 - sd(c)),
  // cut to [0, 1].
  float stretch = 0.45F, stretch_slope = -0.5F;
  // The share of plateau equalisation: equalise + equalise_slope (0.5 - mean(c)), cut to [0, 0.9].
  float equalise = 0.06F, equalise_slope = -0.15F;
  // A level counts at most as this many times the mean of those between black and white.
  float plateau = 4.8F;
};

struct JointDecoder {
  static constexpr int kMaps = 4;  // x, y, t, n
  // [u_0, u_1][map][row][column], cross-correlations, continued by reflection.
  std::array<std::array<std::array<float, 25>, kMaps>, 2> kernels{};
  std::array<float, 2> bias{};
  float share = 0;  // of max(u_1, 0)
};

struct AUIF_API JointModel {
  int layers = 10, channels = 64;  // of both encoders
  Encoder base, detail;            // Kernels::kIndependent
  JointDecoder decoder;
  JointTone tone;
  // How it was made: free text by key, saved with the weights.
  std::map<std::string, std::string> metadata;

  // The configuration of the encoders' layers.
  ModelConfig LayerConfig() const;
  // Throws Error (kInput), naming the tensor, where a size is wrong, a value is not finite, a
  // running variance is negative or a number of the tone is outside its range. `where`: the file.
  void Validate(const std::string& where = {}) const;
  long ParameterCount() const;  // trainable ones
};

// Every tensor of the model: both encoders as in auif::Tensors, the decoder, the tone. Only what
// gradients train is trainable: not BN's mean 0 and variance 1, nor the tone.
AUIF_API std::vector<TensorView<float>> Tensors(JointModel& model);
AUIF_API std::vector<TensorView<const float>> Tensors(const JointModel& model);

// A model with all its tensors of the right size, BN neutral, the tone's defaults and 0 elsewhere.
// Throws Error (kInput) for numbers of layers or channels that ModelConfig does not allow.
AUIF_API JointModel EmptyJointModel(int layers, int channels);

}  // namespace auif

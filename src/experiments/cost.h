// What fusing one pair costs a method.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "auif/method.h"

namespace auif {

struct MethodCost {
  double seconds = 0;           // the median of three runs; of one where that takes long
  std::optional<double> bytes;  // the largest use beside the sources; not known everywhere
};

// Fuses the pair a few times. Nothing else should run in the process meanwhile.
MethodCost MeasureCost(const FusionMethod& method, PlaneView<const float> ir,
                       PlaneView<const float> vis);

nlohmann::json ToJson(const MethodCost& cost);
std::optional<MethodCost> CostFrom(const nlohmann::json& json);

}  // namespace auif

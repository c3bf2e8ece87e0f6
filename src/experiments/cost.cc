#include "experiments/cost.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <fstream>
#include <limits>
#include <string>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "experiments/parts.h"

namespace auif {
namespace {

// A line of Linux's /proc/self/status, in bytes.
std::optional<double> Status(const std::string& key) {
  std::ifstream file("/proc/self/status");
  for (std::string word; file >> word;
       file.ignore(std::numeric_limits<std::streamsize>::max(), '\n')) {
    if (word != key + ":") continue;
    double kib = 0;
    if (file >> kib) return 1024 * kib;
    break;
  }
  return std::nullopt;
}

// Makes the largest memory use what it is now. False where the system cannot do it.
bool ResetPeak() {
#if defined(__GLIBC__)
  malloc_trim(0);  // what was freed before is no use of what follows
#endif
  std::ofstream file("/proc/self/clear_refs");
  file << "5" << std::flush;
  return file.good();
}

}  // namespace

MethodCost MeasureCost(const FusionMethod& method, PlaneView<const float> ir,
                       PlaneView<const float> vis) {
  const bool peak_is_known = ResetPeak();
  const std::optional<double> before = Status("VmRSS");
  constexpr double kLong = 5;  // seconds
  std::array<double, 3> seconds{};
  MethodCost cost;
  for (double& run : seconds) {
    const auto start = std::chrono::steady_clock::now();
    method.Fuse(ir, vis);
    run = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (run > kLong) {
      seconds.fill(run);
      break;
    }
  }
  const std::optional<double> peak = Status("VmHWM");
  if (peak_is_known && before && peak) cost.bytes = std::max(0.0, *peak - *before);
  std::nth_element(seconds.begin(), seconds.begin() + 1, seconds.end());
  cost.seconds = seconds[1];
  return cost;
}

nlohmann::json ToJson(const MethodCost& cost) {
  nlohmann::json json{{"seconds", cost.seconds}};
  if (cost.bytes) json["bytes"] = *cost.bytes;
  return json;
}

std::optional<MethodCost> CostFrom(const nlohmann::json& json) {
  const std::optional<double> seconds = AmountFrom(json, "seconds");
  if (!seconds) return std::nullopt;
  return MethodCost{*seconds, AmountFrom(json, "bytes")};
}

}  // namespace auif

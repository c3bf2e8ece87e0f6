#include "base/simd.h"

#include <cstdint>
#include <cstdlib>
#include <mutex>

#include "hwy/highway.h"
#include "hwy/targets.h"

namespace auif {
namespace {

// The cast is for platforms where the mask has another type. Which of its two plain targets
// Highway uses depends on the compiler.
std::string NameOf(std::int64_t target) {
  return target == HWY_EMU128 ? "SCALAR" : hwy::TargetName(target);
}

}  // namespace

std::vector<std::string> SimdTargets() {
  std::vector<std::string> names;
  for (const auto target : hwy::SupportedAndGeneratedTargets()) {
    names.push_back(NameOf(static_cast<std::int64_t>(target)));
  }
  return names;
}

std::string SimdTarget() { return SimdTargets().front(); }

bool ForceSimdTarget(const std::string& name) {
  hwy::SetSupportedTargetsForTest(0);
  for (const auto target : hwy::SupportedAndGeneratedTargets()) {
    if (name != NameOf(static_cast<std::int64_t>(target))) continue;
    hwy::SetSupportedTargetsForTest(target);
    break;
  }
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  return name.empty() || name == SimdTarget();
}

void ApplySimdEnvironment() {
  static std::once_flag once;
  std::call_once(once, [] {
    const char* name = std::getenv("AUIF_SIMD");
    if (name != nullptr) ForceSimdTarget(name);
  });
}

}  // namespace auif

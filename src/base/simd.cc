#include "base/simd.h"

#include <cstdint>
#include <cstdlib>
#include <mutex>

#include "hwy/highway.h"
#include "hwy/targets.h"

namespace auif {

std::vector<std::string> SimdTargets() {
  std::vector<std::string> names;
  // The cast is for platforms where the mask has another type.
  for (const auto target : hwy::SupportedAndGeneratedTargets()) {
    names.push_back(hwy::TargetName(static_cast<std::int64_t>(target)));
  }
  return names;
}

std::string SimdTarget() { return SimdTargets().front(); }

bool ForceSimdTarget(const std::string& name) {
  hwy::SetSupportedTargetsForTest(0);
  for (const auto target : hwy::SupportedAndGeneratedTargets()) {
    if (name != hwy::TargetName(target)) continue;
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

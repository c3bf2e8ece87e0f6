#include "kernels/fma_peak.h"

#include <chrono>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/fma_peak.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h:
#include "hwy/highway.h"
#include "kernels/unroll-inl.h"

HWY_BEFORE_NAMESPACE();
namespace auif {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Chains enough to cover the latency: 12 leave registers for the factors on 16-register targets.
constexpr int kChains = 12;

// Returns a value that depends on all results, so that nothing is optimised away.
float MultiplyAdds(long rounds, float seed) {
  const hn::CappedTag<float, 16> d;
  using V = hn::Vec<decltype(d)>;
  const V factor = hn::Set(d, 0.999f), addend = hn::Set(d, seed);
  V chains[kChains];
  Unroll<0, kChains>([&](auto c) AUIF_INLINE_LAMBDA { chains[c] = hn::Set(d, seed + c); });
  for (long i = 0; i < rounds; ++i) {
    Unroll<0, kChains>(
        [&](auto c) AUIF_INLINE_LAMBDA { chains[c] = hn::MulAdd(chains[c], factor, addend); });
  }
  V sum = chains[0];
  Unroll<1, kChains>([&](auto c) AUIF_INLINE_LAMBDA { sum = hn::Add(sum, chains[c]); });
  return hn::GetLane(sum);
}

long FlopsPerRound() { return 2L * kChains * hn::Lanes(hn::CappedTag<float, 16>()); }

}  // namespace HWY_NAMESPACE
}  // namespace auif
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace auif {

HWY_EXPORT(MultiplyAdds);
HWY_EXPORT(FlopsPerRound);

double MeasureFmaPeak(double seconds) {
  using Clock = std::chrono::steady_clock;
  constexpr long kRounds = 20000;
  volatile float sink = 1e-3f;
  const auto start = Clock::now();
  long rounds = 0;
  double elapsed = 0;
  do {
    sink = HWY_DYNAMIC_DISPATCH(MultiplyAdds)(kRounds, sink > 1 ? 1e-3f : 2e-3f);
    rounds += kRounds;
    elapsed = std::chrono::duration<double>(Clock::now() - start).count();
  } while (elapsed < seconds);
  return 1e-9 * static_cast<double>(rounds) *
         static_cast<double>(HWY_DYNAMIC_DISPATCH(FlopsPerRound)()) / elapsed;
}

}  // namespace auif
#endif  // HWY_ONCE

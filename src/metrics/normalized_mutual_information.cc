#include "metrics/normalized_mutual_information.h"

#include "metrics/histogram.h"

namespace auif::metrics {
namespace {

Score Share(GreyView source, GreyView fused) {
  const JointEntropy joint = MeasureJoint(source, fused, Levels::kRounded, LogBase::kBits);
  if (joint.a + joint.b == 0) return std::nullopt;
  return 2 * joint.mutual / (joint.a + joint.b);
}

}  // namespace

Score NormalizedMutualInformation(GreyView a, GreyView b, GreyView fused) {
  const Score share_a = Share(a, fused), share_b = Share(b, fused);
  if (!share_a || !share_b) return std::nullopt;
  return *share_a + *share_b;
}

}  // namespace auif::metrics

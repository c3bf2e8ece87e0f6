// Joint unrolling with nothing collapsed: what the fast path is tested against.
#pragma once

#include "auif/joint_model.h"
#include "auif/plane.h"
#include "network/joint_tone.h"

namespace auif {

// The network as auif/joint_model.h writes it: every channel, in double, layer by layer, of whole
// images of one size, at least kMinSize, with levels in [0, 1] (others are clamped, NaN is 0).
Plane<double> FuseJointReference(const JointModel& model, PlaneView<const float> ir,
                                 PlaneView<const float> vis);
// The same with the tone curve of a larger pair. kink_distance: null, or lowered to the smallest
// magnitude that a PReLU or max(u_1, 0) gets: near 0 their slopes jump, and no gradient can be
// compared.
Plane<double> FuseJointReference(const JointModel& model, const ToneCurve& curve,
                                 PlaneView<const float> ir, PlaneView<const float> vis,
                                 double* kink_distance = nullptr);

// The tone curve of a pair, step by step: JointSurvey and MakeToneCurve are tested against it.
// Pixels fall into the steps of s as JointSurvey, in float, has them; everything else is double.
ToneCurve ReferenceToneCurve(const JointTone& tone, PlaneView<const float> ir,
                             PlaneView<const float> vis);

}  // namespace auif

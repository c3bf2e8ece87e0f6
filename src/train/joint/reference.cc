#include "train/joint/reference.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "network/joint_reference.h"

namespace auif::reference {
namespace {

double Dot(const Plane<double>& a, const Plane<double>& b) {
  double sum = 0;
  for (int y = 0; y < a.height(); ++y) {
    for (int x = 0; x < a.width(); ++x) sum += a.Row(y)[x] * b.Row(y)[x];
  }
  return sum;
}

Plane<double> ToDouble(const Plane<float>& image) {
  Plane<double> out(image.size());
  for (int y = 0; y < image.height(); ++y) std::copy_n(image.Row(y), image.width(), out.Row(y));
  return out;
}

}  // namespace

JointResult RunJointBatch(const JointModel& model, const PairLossWeights& weights,
                          const std::vector<JointPair>& pairs, int step) {
  JointResult result;
  result.kink_distance = std::numeric_limits<double>::infinity();
  const double share = 1.0 / static_cast<double>(pairs.size());
  std::vector<Plane<double>> gradients;
  for (const JointPair& pair : pairs) {
    result.fused.push_back(
        FuseJointReference(model, pair.curve, pair.ir, pair.vis, &result.kink_distance));
    const Plane<double> ir = ToDouble(pair.ir), vis = ToDouble(pair.vis);
    PairLoss<double> loss(ir.size(), weights);
    loss.SetSources(ir, vis);
    result.losses.Add(loss.Forward(result.fused.back()), share);
    loss.Backward(share, gradients.emplace_back(ir.size()).View());
  }
  JointModel changed = model;
  const auto f = [&] {
    double sum = 0;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      const JointPair& pair = pairs[i];
      sum += Dot(gradients[i], FuseJointReference(changed, pair.curve, pair.ir, pair.vis));
    }
    return sum;
  };
  // So small that few PReLUs pass their kink within it; about 1e-9 of f is rounding. The parameters
  // are floats, so the step is what they make of it.
  constexpr float kStep = 1e-6F;
  for (const auto& tensor : Tensors(changed)) {
    if (!tensor.trainable) continue;
    for (std::size_t i = 0; i < tensor.values.size(); i += step) {
      float& value = tensor.values[i];
      const float middle = value;
      value = middle + kStep;
      const double high = value, above = f();
      value = middle - kStep;
      const double low = value, below = f();
      value = middle;
      result.derivatives.push_back(
          {tensor.name, static_cast<int>(i), (above - below) / (high - low)});
    }
  }
  return result;
}

}  // namespace auif::reference

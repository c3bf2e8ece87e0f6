#include "network/joint_reference.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "network/fuse_options.h"
#include "network/plain_maps.h"

namespace auif {
namespace {

using namespace plain;

double Lighter(double a, double b) { return std::max(a, b); }

double Look(const ToneCurve& curve, double s) {
  const double at = std::clamp(s * kStepsPerLevel, 0.0, double{kToneSteps});
  const int i = std::min(static_cast<int>(at), kToneSteps - 1);
  return curve.levels[i] + (at - i) * (double{curve.levels[i + 1]} - double{curve.levels[i]});
}

Map Encode(const JointModel& model, const Encoder& encoder, const Map& fidelity, Map map,
           double* kink_distance) {
  const ModelConfig config = model.LayerConfig();
  for (const Layer& layer : encoder.layers) {
    map = RunLayer(config, layer, fidelity, map, kink_distance);
  }
  return map;
}

Map Shifted(const Map& map, double by) {
  return Apply(map, [&](double v) { return v + by; });
}

double SoftClip(double v) {
  constexpr double kBend = 0.02;
  if (v > 0.5) return 1 - SoftClip(1 - v);
  if (v >= kBend) return v;
  return v > -kBend ? (v + kBend) * (v + kBend) / (4 * kBend) : 0;
}

// The step below which a share of the pixels lies, which itself has pixels.
int StepAtShare(const std::vector<long>& counts, double share, long total) {
  long below = 0;
  for (int i = 0;; ++i) {
    below += counts[i];
    if (below == total || (below > 0 && static_cast<double>(below) >= share * total)) return i;
  }
}

}  // namespace

ToneCurve ReferenceToneCurve(const JointTone& tone, PlaneView<const float> ir,
                             PlaneView<const float> vis) {
  const Map a = ToMap(ir), b = ToMap(vis);
  std::vector<long> counts(kToneSteps);
  double least = 0;
  long rows = 0;
  for (int y = 0; y < a.height(); y += JointSurvey::kRowStep) {
    ++rows;
    for (int x = 0; x < a.width(); ++x) {
      const auto [small, large] = std::minmax(a.Row(y)[x], b.Row(y)[x]);
      const float s =
          static_cast<float>(large) + tone.share * static_cast<float>(small);  // rounds twice
      ++counts[static_cast<int>(s * kStepsPerLevel)];
      least += small;
    }
  }
  const long total = a.width() * rows;
  const double shift = tone.share * least / static_cast<double>(total);
  const auto middle = [&](int step) { return (step + 0.5) / kStepsPerLevel - shift; };
  const auto share = [&](int step) { return counts[step] / static_cast<double>(total); };

  double mean = 0, variance = 0;
  for (int i = 0; i < kToneSteps; ++i) mean += share(i) * middle(i);
  for (int i = 0; i < kToneSteps; ++i) variance += share(i) * std::pow(middle(i) - mean, 2);
  const double black = middle(StepAtShare(counts, tone.tail, total));
  const double white =
      std::max(middle(StepAtShare(counts, 1 - double{tone.tail}, total)), black + 0.05);
  const double stretch =
      std::clamp(tone.stretch + 5 * tone.stretch_slope * (0.2 - std::sqrt(variance)), 0.0, 1.0);
  const double equalise = std::clamp(tone.equalise + tone.equalise_slope * (0.5 - mean), 0.0, 0.9);

  // Of pixels whose level is common, no more than the plateau are counted.
  const double plateau = tone.plateau / std::max(8.0, (white - black) * kStepsPerLevel);
  std::vector<double> ranks(kToneSteps + 1);
  for (int i = 0; i < kToneSteps; ++i) ranks[i + 1] = ranks[i] + std::min(share(i), plateau);
  ToneCurve curve;
  curve.share = tone.share;
  curve.shift = static_cast<float>(shift);
  for (int i = 0; i <= kToneSteps; ++i) {
    const double c = i / double{kStepsPerLevel} - shift;
    const double stretched = (1 - stretch) * c + stretch * (c - black) / (white - black);
    const double level = (1 - equalise) * stretched + equalise * ranks[i] / ranks[kToneSteps];
    curve.levels[i] = static_cast<float>(std::clamp(level, -0.25, 1.25));
  }
  return curve;
}

Plane<double> FuseJointReference(const JointModel& model, PlaneView<const float> ir,
                                 PlaneView<const float> vis) {
  CheckPair(ir.size(), vis.size());
  return FuseJointReference(model, ReferenceToneCurve(model.tone, ir, vis), ir, vis);
}

Plane<double> FuseJointReference(const JointModel& model, const ToneCurve& curve,
                                 PlaneView<const float> ir, PlaneView<const float> vis,
                                 double* kink_distance) {
  model.Validate();
  CheckPair(ir.size(), vis.size());
  double unused = std::numeric_limits<double>::infinity();
  double* const kink = kink_distance ? kink_distance : &unused;
  const Map sources[2] = {ToMap(ir), ToMap(vis)};
  const Map t = Combine(sources[0], sources[1], [&](double a, double b) {
    return Look(curve, std::max(a, b) + double{curve.share} * std::min(a, b));
  });
  Map base[2], detail[2], toned[2];
  for (int s = 0; s < 2; ++s) {
    toned[s] = Apply(sources[s], [&](double v) {
      return std::clamp(Look(curve, v + double{curve.shift}), 0.0, 1.0);
    });
    base[s] = InitialBase(toned[s]);
    detail[s] = InitialDetail(toned[s]);
  }
  const Map y0 = Combine(detail[0], detail[1],
                         [](double a, double b) { return std::abs(a) >= std::abs(b) ? a : b; });
  const Map x = Encode(model, model.base, t, Combine(base[0], base[1], Lighter), kink);
  const Map y = Encode(model, model.detail, y0, y0, kink);

  const Map least = Combine(toned[0], toned[1], [](double a, double b) { return std::min(a, b); });
  const std::array<Map, JointDecoder::kMaps> maps = {
      Pad(Shifted(x, -0.5), 2), Pad(y, 2), Pad(Shifted(t, -0.5), 2), Pad(Shifted(least, -0.5), 2)};
  std::array<Map, 2> u;
  for (int i = 0; i < 2; ++i) {
    u[i] = Map(ir.width, ir.height);
    for (int m = 0; m < JointDecoder::kMaps; ++m) {
      AddConvolution(maps[m], model.decoder.kernels[i][m].data(), 5, &u[i]);
    }
    u[i] = Shifted(u[i], model.decoder.bias[i]);
  }
  const Map added = Combine(u[0], u[1], [&](double u0, double u1) {
    *kink = std::min(*kink, std::abs(u1));
    return u0 + model.decoder.share * std::max(u1, 0.0);
  });
  return Combine(t, added, [](double closed, double more) { return SoftClip(closed + more); });
}

}  // namespace auif

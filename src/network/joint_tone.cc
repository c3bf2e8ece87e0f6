#include "network/joint_tone.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "image/convert.h"

namespace auif {
namespace {

constexpr double kUnits = 1 << 20;

float Unit(float level) { return level > 0 ? std::min(level, 1.0F) : 0.0F; }  // NaN > 0 is false

double EdgeOf(int step) { return step / double{kStepsPerLevel}; }

}  // namespace

void JointSurvey::AddRow(const float* ir, const float* vis, int width) {
  constexpr int kAtATime = 1024;  // whose sum of m fits 32 bits
  std::array<std::int32_t, kAtATime> steps;
  for (int begin = 0; begin < width; begin += kAtATime) {
    const int count = std::min(kAtATime, width - begin);
    std::uint32_t least = 0;
    for (int x = 0; x < count; ++x) {
      const float a = Unit(ir[begin + x]), b = Unit(vis[begin + x]);
      const float small = std::min(a, b), large = std::max(a, b);
      steps[x] = static_cast<std::int32_t>((large + share_ * small) * kStepsPerLevel);
      least +=
          static_cast<std::uint32_t>(static_cast<std::int32_t>(small * static_cast<float>(kUnits)));
    }
    for (int x = 0; x < count; ++x) ++counts_[steps[x]];
    least_ += least;
  }
  total_ += static_cast<std::uint64_t>(width);
}

void JointSurvey::Add(const SourceView& ir, const SourceView& vis, int first) {
  std::vector<float> rows[2];
  const auto levels = [&](const SourceView& view, int y, std::vector<float>* row) {
    if (view.type() == SampleType::kFloat) return view.Row<float>(y);
    row->resize(view.width());
    for (int x = 0; x < view.width(); ++x) {
      (*row)[x] = view.type() == SampleType::kUint8 ? ToUnit(view.Row<std::uint8_t>(y)[x])
                                                    : ToUnit(view.Row<std::uint16_t>(y)[x]);
    }
    return static_cast<const float*>(row->data());
  };
  for (int y = (kRowStep - first % kRowStep) % kRowStep; y < ir.height(); y += kRowStep) {
    AddRow(levels(ir, y, &rows[0]), levels(vis, y, &rows[1]), ir.width());
  }
}

void JointSurvey::Add(const JointSurvey& other) {
  for (int i = 0; i < kToneSteps; ++i) counts_[i] += other.counts_[i];
  total_ += other.total_;
  least_ += other.least_;
}

void JointSurvey::Clear() {
  counts_.fill(0);
  total_ = least_ = 0;
}

double JointSurvey::mean_least() const {
  return total_ > 0 ? static_cast<double>(least_) / (kUnits * static_cast<double>(total_)) : 0;
}

float ToneCurve::At(float s) const {
  const float at = std::clamp(s * kStepsPerLevel, 0.0F, static_cast<float>(kToneSteps) - 0.001F);
  const int i = static_cast<int>(at);
  return levels[i] + (at - static_cast<float>(i)) * (levels[i + 1] - levels[i]);
}

ToneCurve MakeToneCurve(const JointTone& tone, const JointSurvey& survey) {
  ToneCurve curve;
  curve.share = tone.share;
  if (survey.total() == 0) {
    for (int i = 0; i <= kToneSteps; ++i) {
      curve.levels[i] = static_cast<float>(std::min(EdgeOf(i), 1.0));
    }
    return curve;
  }
  const double shift = tone.share * survey.mean_least();
  curve.shift = static_cast<float>(shift);
  const double total = static_cast<double>(survey.total());

  // Mean and deviation of c, each step by its middle, and where black and white lie.
  double mean = 0, squares = 0, black = 0, white = 0;
  std::uint64_t below = 0;  // pixels
  bool has_black = false, has_white = false;
  for (int i = 0; i < kToneSteps; ++i) {
    const double share = survey.counts()[i] / total;
    const double middle = (i + 0.5) / kStepsPerLevel - shift;
    mean += share * middle;
    squares += share * middle * middle;
    below += survey.counts()[i];
    const double so_far = static_cast<double>(below) / total;  // ends at 1 exactly
    if (!has_black && below > 0 && so_far >= tone.tail) black = middle, has_black = true;
    if (!has_white && so_far >= 1 - double{tone.tail}) white = middle, has_white = true;
  }
  const double deviation = std::sqrt(std::max(0.0, squares - mean * mean));
  constexpr double kLeastContrast = 0.05;
  white = std::max(white, black + kLeastContrast);

  // Plateau equalisation.
  constexpr double kLeastSteps = 8;
  const double active = std::max((white - black) * kStepsPerLevel, kLeastSteps);
  const double plateau = tone.plateau / active;
  double kept = 0;
  for (const std::uint32_t count : survey.counts()) kept += std::min(count / total, plateau);

  const double equalise = std::clamp(tone.equalise + tone.equalise_slope * (0.5 - mean), 0.0, 0.9);
  const double stretch =
      std::clamp(tone.stretch + 5 * tone.stretch_slope * (0.2 - deviation), 0.0, 1.0);
  double ranks = 0;
  for (int i = 0; i <= kToneSteps; ++i) {
    const double c = EdgeOf(i) - shift;
    const double stretched = (c - black) / (white - black);
    const double level = (1 - equalise) * (c + stretch * (stretched - c)) + equalise * ranks / kept;
    curve.levels[i] = static_cast<float>(std::clamp(level, -0.25, 1.25));
    if (i < kToneSteps) ranks += std::min(survey.counts()[i] / total, plateau);
  }
  return curve;
}

}  // namespace auif

// The closed form of joint unrolling and its tone curve, which depends on the whole pair's levels.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "auif/joint_model.h"
#include "auif/sample_view.h"

namespace auif {

// s = M + share m lies in [0, 1 + share]; it is counted, and its curve given, in so many steps of
// 1/256, about a level of 8 bits.
inline constexpr int kToneSteps = 512;
inline constexpr float kStepsPerLevel = 256;

// What the tone curve depends on: how often each s occurs, and the mean of m. Integer sums: the
// same for any order of rows.
class JointSurvey {
 public:
  explicit JointSurvey(float share) : share_(share) {}

  static constexpr int kRowStep = 4;

  // Rows of a pair, its row `first` and on: floats in [0, 1] (others are clamped, NaN is 0),
  // integers as their levels.
  void Add(const SourceView& ir, const SourceView& vis, int first = 0);
  // One row, whichever it is.
  void AddRow(const float* ir, const float* vis, int width);
  // Adds what another one, of the same share, counted.
  void Add(const JointSurvey& other);
  void Clear();

  std::uint64_t total() const { return total_; }
  double mean_least() const;  // of m
  const std::array<std::uint32_t, kToneSteps>& counts() const { return counts_; }

 private:
  float share_;
  std::array<std::uint32_t, kToneSteps> counts_{};
  std::uint64_t total_ = 0, least_ = 0;  // least_: sum of m in units of 2^-20
};

// T of auif/joint_model.h. c = s - share mean(m), so a level v of a source is looked up as
// s = v + share mean(m).
struct ToneCurve {
  float share = 0;
  float shift = 0;  // share mean(m)
  // T at s = i / kStepsPerLevel, between them by straight lines, beyond the ends constant; within
  // [-0.25, 1.25].
  std::array<float, kToneSteps + 1> levels{};

  float At(float s) const;
};

// The identity, cut to [0, 1], for a survey of no pixels.
ToneCurve MakeToneCurve(const JointTone& tone, const JointSurvey& survey);

}  // namespace auif

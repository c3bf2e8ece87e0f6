// By which rule the best of several trainings is chosen: a file, written before the first of them
// is scored.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace auif {

// What a source is made to look like before it is fused: as another camera's.
struct LookAlike {
  double mean = 0, deviation = 0;  // of the values of all of a set's images, 0 to 255
  double noise = 0;                // standard deviation of what is added to each pixel
};

struct ChooseSet {
  std::string pairs;  // the name of a validation folder, or "held out"
  double scale = 1;   // both sources are scaled by it
  std::optional<LookAlike> infrared, visible;
  // What the six metrics of auif-paper are compared with, in their order.
  std::array<double, 6> target = {};
};

// Six cells of the score: each metric's mean ratio to the target over the sets.
struct ChooseCells {
  std::string name;
  std::vector<ChooseSet> sets;
};

struct ChooseRange {
  double from = 0, to = 0, step = 1;

  std::vector<double> Values() const;
};

struct ChooseRule {
  int hold_out = 6;  // every so many pairs are left out of training and validated with
  std::vector<ChooseCells> cells;
  ChooseRange gain = {1, 1, 1}, bias = {0, 0, 1};  // tried after each training
};

// Throws Error (kInput) for a file that is no rule; the message says what it lacks.
ChooseRule ReadChooseRule(const std::filesystem::path& path);

// A candidate's place: the mean of the ratios cut at 1, then the least ratio.
struct ChooseScore {
  double mean = 0, least = 0;
  int reached = 0;  // cells at 1 or above
  std::vector<double> ratios;

  bool operator<(const ChooseScore& other) const {
    return mean != other.mean ? mean < other.mean : least < other.least;
  }
};
ChooseScore ScoreOf(std::vector<double> ratios);

}  // namespace auif

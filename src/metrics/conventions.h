// The table of conventions: what each published evaluation computes.
#pragma once

#include <span>
#include <string_view>

#include "auif/metrics.h"
#include "metrics/grey_view.h"

namespace auif::metrics {

// How a convention reads images of three channels.
enum class Colour {
  kLumaRounded,  // 0.299 R + 0.587 G + 0.114 B in single precision, ties to even
  kMatlabGrey,   // the weights of MATLAB's rgb2gray, ties away from zero
  kEachChannel,  // every channel scored with the same channel of the sources; values averaged
  kSideBySide,   // the channels next to each other as one image (for metrics of F alone)
};

struct Images {
  GreyView a, b, f;  // infrared, visible, fused
};

// One column of a convention: a metric with its choices filled in.
struct Column {
  std::string_view name;     // the convention's
  std::string_view id;       // ours, see MetricText
  std::string_view choices;  // in words
  Score (*score)(const Images&);
  std::optional<Colour> colour = {};       // where it differs from the convention's
  std::string_view unit = {}, range = {};  // where they differ from the metric's
};

struct Convention {
  std::string_view name, summary;
  Colour colour;
  std::span<const Column> columns;
  bool full_range = false;  // ConventionInfo::full_range
};

std::span<const Convention> ConventionTable();

// What is true of a metric in all conventions.
struct MetricText {
  std::string_view id, title, unit, range;
  Direction direction;
};
const MetricText& FindMetricText(std::string_view id);

std::string_view Describe(Colour);

}  // namespace auif::metrics

// The numbers that the paper prints, from paper.json.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "auif/method.h"
#include "experiments/dataset.h"

namespace auif {

const nlohmann::json& PublishedJson();

// The paper's six metrics, in its order.
const std::vector<std::string>& PaperMetrics();

// Table 1, without pairs; in the order of the table.
std::vector<Dataset> PaperDatasets();

// Table 2: mean and deviation per metric; empty for what is not in it.
struct MeanDeviation {
  double mean = 0, deviation = 0;
};
std::vector<MeanDeviation> PublishedStrategy(const std::string& dataset,
                                             const std::string& strategy);

// A row of Table 3: the eight other methods, then the paper's own. None for other data sets.
struct PublishedRow {
  std::string method;
  std::vector<double> values;  // one per metric
  // The quality of the JPEG files that its images were scored from; 0: they were not.
  int jpeg_quality = 0;
  // Options of the program's method that its images were made with, where they are not the
  // method's own.
  MethodSettings settings = {};
};
inline constexpr const char* kPaperMethod = "AUIF";
std::vector<PublishedRow> PublishedComparison(const std::string& dataset);

}  // namespace auif

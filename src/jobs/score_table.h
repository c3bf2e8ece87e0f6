// Scores as text: tables for people, and formats for programs.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "auif/metrics.h"
#include "jobs/evaluate_job.h"

namespace auif {

enum class TableFormat {
  kTable,     // aligned columns, one row per metric where too wide; best value *, second +
  kTerminal,  // the same with the best in bold and the second underlined by escape codes
  kCsv,       // numbers with 12 digits, names as they are; no marks
  kJson,      // the same with everything that is known about the metrics
  kMarkdown,  // best in bold, second underlined
  kLatex,     // the same, as a tabular
};

struct TableRow {
  std::vector<std::string> labels;  // the method, the image or both
  Scores values;
  bool published = false;  // taken from a baseline: what is missing was not given
};

// Rows of published numbers: the first column of the CSV is the method, the others are named as
// the metrics are (ignoring case); columns of other names are ignored and missing ones, empty
// cells, "-" and "undefined" are no value. Throws Error (kInput) for a cell that is no number and
// for a file without any of the metrics.
std::vector<TableRow> ReadBaseline(const std::filesystem::path& path,
                                   const std::vector<MetricInfo>& metrics);

// One row per method with the means over its images, below the baseline's rows. Papers compare with
// five digits, so these count for what is best and second; values that are equal share a mark.
// Methods with scores of different images have their number beside their names, and nothing is
// best.
std::string FormatMeans(const EvaluateResult& result, const std::vector<TableRow>& baseline,
                        const ConventionInfo& convention, TableFormat format);

// One row per image (an image and method, where there are several methods), without marks.
std::string FormatImages(const EvaluateResult& result, const ConventionInfo& convention,
                         TableFormat format);

}  // namespace auif

#include "experiments/published.h"

#include <cstddef>

namespace auif {

extern const std::size_t kPaperSize;
extern const unsigned char kPaperBytes[];

const nlohmann::json& PublishedJson() {
  static const auto json = nlohmann::json::parse(kPaperBytes, kPaperBytes + kPaperSize);
  return json;
}

const std::vector<std::string>& PaperMetrics() {
  static const auto metrics = PublishedJson().at("metrics").get<std::vector<std::string>>();
  return metrics;
}

std::vector<MeanDeviation> PublishedStrategy(const std::string& dataset,
                                             const std::string& strategy) {
  std::vector<MeanDeviation> values;
  const auto& sets = PublishedJson().at("strategies");
  if (!sets.contains(dataset) || !sets.at(dataset).contains(strategy)) return values;
  for (const auto& cell : sets.at(dataset).at(strategy)) values.push_back({cell[0], cell[1]});
  return values;
}

std::vector<PublishedRow> PublishedComparison(const std::string& dataset) {
  std::vector<PublishedRow> rows;
  const auto& sets = PublishedJson().at("comparison");
  if (!sets.contains(dataset)) return rows;
  for (const auto& row : sets.at(dataset)) {
    PublishedRow published{row.at("method"), row.at("values").get<std::vector<double>>(),
                           row.value("jpeg_quality", 0)};
    if (row.contains("settings")) {
      for (const auto& [option, value] : row.at("settings").items()) {
        published.settings.emplace_back(option, value.get<std::string>());
      }
    }
    rows.push_back(std::move(published));
  }
  return rows;
}

}  // namespace auif

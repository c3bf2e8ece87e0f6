// What experiments keep in a result folder, to JSON and back. A folder is anybody's file: what does
// not have the shape, the types and the finite numbers of a finished part is no part.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "experiments/published.h"

namespace auif {

// The paper's six metrics, or others, of every image of a set; NaN where one is undefined.
struct SetScores {
  std::vector<std::string> images;
  std::vector<std::vector<double>> values;  // [image][metric]
  std::vector<std::string> metrics = PaperMetrics();

  std::vector<double> Mean() const;       // over images with a value
  std::vector<double> Deviation() const;  // of the sample (n - 1)
};

// Mean and deviation (n - 1) of columns, one for each metric; NaN left out.
std::vector<double> ColumnMeans(const std::vector<std::vector<double>>& rows,
                                std::size_t columns = PaperMetrics().size());
std::vector<double> ColumnDeviations(const std::vector<std::vector<double>>& rows,
                                     std::size_t columns = PaperMetrics().size());

// Of every epoch: losses, and eta and theta of every layer at its end.
struct TrainCurves {
  std::vector<double> loss, mse, ssim;
  std::map<std::string, std::vector<std::vector<double>>> layers;  // "base.eta": [epoch][layer]
};

nlohmann::json ToJson(const SetScores& scores);
// The scores of exactly these images by exactly these metrics.
std::optional<SetScores> ScoresFrom(const nlohmann::json& json,
                                    const std::vector<std::string>& images,
                                    const std::vector<std::string>& metrics = PaperMetrics());

nlohmann::json ToJson(const TrainCurves& curves);
// The first `epochs` epochs of curves that have at least as many.
std::optional<TrainCurves> CurvesFrom(const nlohmann::json& json, int epochs, int layers);

// Something that was measured, such as a time; never negative.
std::optional<double> AmountFrom(const nlohmann::json& json, const char* key);

}  // namespace auif

#include "experiments/parts.h"

#include <cmath>

namespace auif {
namespace {

using Json = nlohmann::json;

// The member of an object; null where there is none.
const Json& Member(const Json& json, const char* key) {
  static const Json kNone;
  if (!json.is_object()) return kNone;
  const auto found = json.find(key);
  return found == json.end() ? kNone : *found;
}

std::optional<double> Number(const Json& json) {
  if (!json.is_number()) return std::nullopt;
  const double value = json.get<double>();
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

// Exactly `count` numbers; null stands for NaN, which JSON does not have, where that may be.
std::optional<std::vector<double>> Numbers(const Json& json, std::size_t count,
                                           bool undefined = false) {
  if (!json.is_array() || json.size() != count) return std::nullopt;
  std::vector<double> numbers;
  for (const Json& item : json) {
    const std::optional<double> number = undefined && item.is_null() ? std::nan("") : Number(item);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

// Rows of `columns` numbers each: the first `rows`, or all of exactly so many.
std::optional<std::vector<std::vector<double>>> Rows(const Json& json, std::size_t rows,
                                                     std::size_t columns, bool exactly,
                                                     bool undefined) {
  if (!json.is_array() || json.size() < rows || (exactly && json.size() != rows)) {
    return std::nullopt;
  }
  std::vector<std::vector<double>> all;
  for (std::size_t i = 0; i < rows; ++i) {
    auto row = Numbers(json[i], columns, undefined);
    if (!row) return std::nullopt;
    all.push_back(std::move(*row));
  }
  return all;
}

constexpr const char* kLayerCurves[] = {"base.eta", "base.theta", "detail.eta", "detail.theta"};

}  // namespace

std::vector<double> ColumnMeans(const std::vector<std::vector<double>>& rows, std::size_t columns) {
  std::vector<double> sums(columns), counts(columns);
  for (const std::vector<double>& row : rows) {
    for (std::size_t m = 0; m < row.size(); ++m) {
      if (std::isnan(row[m])) continue;
      sums[m] += row[m];
      counts[m] += 1;
    }
  }
  for (std::size_t m = 0; m < sums.size(); ++m) sums[m] /= counts[m];  // NaN where there is none
  return sums;
}

std::vector<double> ColumnDeviations(const std::vector<std::vector<double>>& rows,
                                     std::size_t columns) {
  const std::vector<double> means = ColumnMeans(rows, columns);
  std::vector<double> deviations(means.size());
  for (std::size_t m = 0; m < means.size(); ++m) {
    double sum = 0;
    int count = 0;
    for (const std::vector<double>& row : rows) {
      if (std::isnan(row[m])) continue;
      sum += (row[m] - means[m]) * (row[m] - means[m]);
      ++count;
    }
    deviations[m] = count > 1 ? std::sqrt(sum / (count - 1)) : 0;
  }
  return deviations;
}

std::vector<double> SetScores::Mean() const { return ColumnMeans(values, metrics.size()); }
std::vector<double> SetScores::Deviation() const {
  return ColumnDeviations(values, metrics.size());
}

Json ToJson(const SetScores& scores) {
  return {{"images", scores.images}, {"metrics", scores.metrics}, {"values", scores.values}};
}

std::optional<SetScores> ScoresFrom(const Json& json, const std::vector<std::string>& images,
                                    const std::vector<std::string>& metrics) {
  if (Member(json, "images") != Json(images) || Member(json, "metrics") != Json(metrics)) {
    return std::nullopt;
  }
  auto values = Rows(Member(json, "values"), images.size(), metrics.size(), true, true);
  if (!values) return std::nullopt;
  return SetScores{images, std::move(*values), metrics};
}

Json ToJson(const TrainCurves& curves) {
  return {
      {"loss", curves.loss}, {"mse", curves.mse}, {"ssim", curves.ssim}, {"layers", curves.layers}};
}

std::optional<TrainCurves> CurvesFrom(const Json& json, int epochs, int layers) {
  if (epochs < 0 || layers < 0) return std::nullopt;
  const auto rows = static_cast<std::size_t>(epochs);
  TrainCurves curves;
  for (const auto& [key, losses] :
       {std::pair{"loss", &curves.loss}, {"mse", &curves.mse}, {"ssim", &curves.ssim}}) {
    const Json& list = Member(json, key);
    if (!list.is_array() || list.size() < rows) return std::nullopt;
    for (std::size_t i = 0; i < rows; ++i) {
      const std::optional<double> number = Number(list[i]);
      if (!number) return std::nullopt;
      losses->push_back(*number);
    }
  }
  for (const char* key : kLayerCurves) {
    auto curve = Rows(Member(Member(json, "layers"), key), rows, static_cast<std::size_t>(layers),
                      false, false);
    if (!curve) return std::nullopt;
    curves.layers[key] = std::move(*curve);
  }
  return curves;
}

std::optional<double> AmountFrom(const Json& json, const char* key) {
  const std::optional<double> amount = Number(Member(json, key));
  return amount && *amount >= 0 ? amount : std::nullopt;
}

}  // namespace auif

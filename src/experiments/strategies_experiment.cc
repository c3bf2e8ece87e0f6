// Table 2.
#include <fmt/format.h>

#include <array>

#include "experiments/experiments.h"
#include "experiments/published.h"
#include "io/csv.h"

namespace auif {
namespace {

constexpr std::array kStrategies = {Strategy::kAdd, Strategy::kAverage, Strategy::kL1};

std::string PlusMinus(double mean, double deviation) {
  return fmt::format("{:.2f} ± {:.2f}", mean, deviation);
}

}  // namespace

Section RunStrategies(Lab& lab) {
  const std::vector<const Dataset*> sets = lab.datasets().Split("validation");
  // The paper's deviations are of the size that repeated trainings have, not images. So use the
  // trainings that are there; without any, the one model and its images.
  std::vector<KnownModel> models;
  if (!lab.job().model) {
    for (const TrainOptions& run : lab.Runs()) {
      if (auto trained = lab.FindTrained(run)) {
        models.push_back({fmt::format("seed {}", run.seed), std::move(trained->model)});
      }
    }
  }
  const bool over_trainings = models.size() > 1;
  if (!over_trainings) models = {lab.model()};
  for (const KnownModel& model : models) {
    for (const Dataset* set : sets) {
      for (const Strategy strategy : kStrategies) {
        if (!lab.FindScores(model, *set, strategy)) lab.Plan(1);
      }
    }
  }

  Section section;
  const std::string over =
      over_trainings ? fmt::format("over {} trainings", models.size())
                     : fmt::format("over the images, with one model ({})", models[0].name);
  section.text = {
      "The three ways to merge the sources' maps, on the validation sets: mean ± "
      "standard deviation " +
      over + ". Best mean of each metric in bold."};
  section.options["deviation"] = over;
  if (!over_trainings) {
    section.notes.push_back(
        "The paper's deviations are over repeated trainings. 'auif experiment robustness' into "
        "the same output folder makes those; then run this again.");
    section.deviations.push_back(
        "The deviations here are over the images and cannot be compared with the paper's.");
  }
  std::string csv = CsvLine({"dataset", "strategy", "metric", "mean", "deviation", "over", "pairs",
                             "paper_mean", "paper_deviation"});
  for (const Dataset* set : sets) {
    std::array<std::vector<double>, 3> means, deviations;
    for (std::size_t s = 0; s < 3; ++s) {
      std::vector<std::vector<double>> rows(models.size());
      SetScores one;
      lab.ForAll(static_cast<int>(models.size()), [&](int i) {
        const auto k = static_cast<std::size_t>(i);
        SetScores scores =
            lab.Score(models[k], *set, kStrategies[s], over_trainings ? 1 : lab.threads());
        rows[k] = scores.Mean();
        if (!over_trainings) one = std::move(scores);
      });
      means[s] = ColumnMeans(rows);
      deviations[s] = over_trainings ? ColumnDeviations(rows) : one.Deviation();
    }
    ReportTable table{set->title, {"strategy"}, {}};
    const std::string missing = set->Shortfall();
    if (!missing.empty()) {
      table.caption += ", " + missing;
      section.deviations.push_back(
          fmt::format("{}: only {} are available, registered anew.", set->title, missing));
    }
    for (const std::string& metric : PaperMetrics()) table.header.push_back(metric);
    for (std::size_t s = 0; s < 3; ++s) {
      const std::string name = Name(kStrategies[s]);
      const auto published = PublishedStrategy(set->name, name);
      std::vector<TableCell> row{{name}}, paper{{name + ", paper", "quiet"}};
      ReproducedRow reproduced{"Table 2, " + set->title, name, PaperMetrics(), {}, {}};
      for (std::size_t m = 0; m < means[s].size(); ++m) {
        const bool best = means[s][m] >= std::max({means[0][m], means[1][m], means[2][m]});
        row.push_back({PlusMinus(means[s][m], deviations[s][m]), best ? "best" : ""});
        reproduced.ours.push_back(row.back().text);
        std::vector<std::string> cells = {set->name,
                                          name,
                                          PaperMetrics()[m],
                                          CsvNumber(means[s][m]),
                                          CsvNumber(deviations[s][m]),
                                          over_trainings ? "trainings" : "images",
                                          std::to_string(set->pairs.size())};
        if (published.empty()) {
          cells.insert(cells.end(), {"", ""});
        } else {
          paper.push_back({PlusMinus(published[m].mean, published[m].deviation), "quiet"});
          reproduced.paper.push_back(paper.back().text);
          cells.push_back(CsvNumber(published[m].mean));
          cells.push_back(CsvNumber(published[m].deviation));
        }
        csv += CsvLine(cells);
      }
      table.rows.push_back(std::move(row));
      if (!published.empty()) {
        table.rows.push_back(std::move(paper));
        section.reproduced.push_back(std::move(reproduced));
      }
    }
    section.tables.push_back(std::move(table));
  }
  lab.WriteCsv(section, "strategies.csv", csv);
  return section;
}

}  // namespace auif

// Fig. 2.
#include <fmt/format.h>

#include "experiments/experiments.h"
#include "experiments/plot.h"
#include "experiments/published.h"
#include "io/csv.h"

namespace auif {

Section RunLayers(Lab& lab) {
  CheckGnuplot();
  const std::vector<const Dataset*> sets = lab.datasets().Split("validation");
  const int most = lab.job().layers_max;
  std::vector<TrainOptions> all;  // the longest first: no thread waits long at the end
  for (int n = most; n >= 1; --n) {
    all.push_back(lab.job().train);
    all.back().config.layers = n;
  }
  // [layers - 1][set]
  std::vector<std::vector<std::vector<double>>> means(
      static_cast<std::size_t>(most), std::vector<std::vector<double>>(sets.size()));
  lab.Plan(most * static_cast<int>(sets.size()));
  lab.TrainAll(all, [&](int i, const Trained& trained) {
    const int layers = most - i;
    const KnownModel model{fmt::format("{} layers", layers), trained.model};
    for (std::size_t s = 0; s < sets.size(); ++s) {
      means[static_cast<std::size_t>(layers) - 1][s] =
          lab.Score(model, *sets[s], Strategy::kAdd, 1).Mean();
    }
  });

  Section section;
  section.text = {fmt::format(
      "A training for each number of layers N from 1 to {}, scored on the validation sets. The "
      "paper chose N = 10.",
      most)};
  std::string csv = CsvLine({"layers", "dataset", "pairs", "EN", "SD", "SF", "VIF", "AG", "SCD"});
  Plot plot{"layers", 3, 1080, 620, {}, {}};
  for (std::size_t m = 0; m < PaperMetrics().size(); ++m) {
    PlotPanel panel{PaperMetrics()[m], "layers N", "", {}, false};
    for (std::size_t s = 0; s < sets.size(); ++s) {
      PlotSeries series{sets[s]->title, {}, {}, SeriesColor(s), false, true};
      for (int n = 1; n <= most; ++n) {
        series.x.push_back(n);
        series.y.push_back(means[static_cast<std::size_t>(n) - 1][s][m]);
      }
      panel.series.push_back(std::move(series));
    }
    plot.panels.push_back(std::move(panel));
  }
  plot.legend = plot.panels.front().series;
  DrawPlot(plot, lab.Figures());
  std::string caption = "Six metrics against the number of layers per encoder";
  for (std::size_t s = 0; s < sets.size(); ++s) {
    ReportTable table{sets[s]->title, {"N"}, {}};
    for (const std::string& metric : PaperMetrics()) table.header.push_back(metric);
    for (int n = 1; n <= most; ++n) {
      const std::vector<double>& row = means[static_cast<std::size_t>(n) - 1][s];
      std::vector<std::string> line{std::to_string(n), sets[s]->name,
                                    std::to_string(sets[s]->pairs.size())};
      std::vector<TableCell> cells{{std::to_string(n)}};
      for (const double value : row) {
        line.push_back(CsvNumber(value));
        cells.push_back({FourDigits(value)});
      }
      csv += CsvLine(line);
      table.rows.push_back(std::move(cells));
    }
    if (const std::string missing = sets[s]->Shortfall(); !missing.empty()) {
      caption += fmt::format("; {}: {}", sets[s]->title, missing);
      table.caption += ", " + missing;
      section.deviations.push_back(
          fmt::format("{}: only {} are available, registered anew.", sets[s]->title, missing));
    }
    section.tables.push_back(std::move(table));
  }
  section.figures.push_back({"layers", caption, true});
  section.deviations.push_back(
      "The paper prints the curves without numbers. One training a point: neighbouring points "
      "differ by the random start as well as by N.");
  section.options["seed"] = std::to_string(lab.job().train.seed);
  lab.WriteCsv(section, "layers.csv", csv);
  return section;
}

}  // namespace auif

// Fig. 6.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "experiments/experiments.h"
#include "experiments/methods.h"
#include "experiments/plot.h"
#include "experiments/published.h"
#include "io/csv.h"

namespace auif {
namespace {

// The best of this metric first.
std::vector<OtherRow> Ordered(std::vector<OtherRow> rows, std::size_t metric) {
  std::stable_sort(rows.begin(), rows.end(), [&](const OtherRow& a, const OtherRow& b) {
    return a.values[metric] > b.values[metric];
  });
  return rows;
}

}  // namespace

Section RunRobustness(Lab& lab) {
  CheckGnuplot();
  const std::vector<const Dataset*> sets = lab.datasets().Split("test");
  const ComparedMethods compared = OpenComparedMethods(lab, sets);
  const std::vector<TrainOptions> runs = lab.Runs();
  const std::size_t metrics = PaperMetrics().size();
  // [set][run][metric]
  std::vector<std::vector<std::vector<double>>> means(
      sets.size(), std::vector<std::vector<double>>(runs.size()));
  std::vector<double> losses(runs.size()), seconds(runs.size());
  lab.Plan(static_cast<int>(runs.size() * sets.size()));
  lab.TrainAll(runs, [&](int i, const Trained& trained) {
    const auto r = static_cast<std::size_t>(i);
    const KnownModel model{fmt::format("seed {}", runs[r].seed), trained.model};
    losses[r] = trained.curves.loss.back();
    seconds[r] = trained.seconds;
    for (std::size_t s = 0; s < sets.size(); ++s) {
      means[s][r] = lab.Score(model, *sets[s], Strategy::kAdd, 1).Mean();
    }
  });

  Section section;
  std::string csv =
      CsvLine({"run", "seed", "loss", "seconds", "dataset", "EN", "SD", "SF", "VIF", "AG", "SCD"});
  std::string counts_csv =
      CsvLine({"dataset", "metric", "mean", "deviation", "least", "most", "best_other",
               "best_other_value", "runs", "runs_above", "paper"});
  std::size_t pairs = 0;
  for (const Dataset* set : sets) pairs += set->pairs.size();
  // A row of panels per metric, a column per set: wide enough to read.
  Plot plot{"robustness", static_cast<int>(sets.size()),
            1080,         static_cast<int>(215 * metrics + 34),
            {},           {}};
  plot.panels.resize(sets.size() * metrics);
  std::size_t cells = 0, always = 0, above_sum = 0;
  std::vector<std::string> counts;          // one line per set
  std::set<std::string> computed, printed;  // where the others' values come from
  for (std::size_t s = 0; s < sets.size(); ++s) {
    const std::vector<OtherRow> other_rows = OtherRows(lab, compared.methods, *sets[s]);
    for (const OtherRow& row : other_rows) (row.computed ? computed : printed).insert(row.method);
    const auto column_means = ColumnMeans(means[s]), deviations = ColumnDeviations(means[s]);
    ReportTable table{sets[s]->title, {""}, {}};
    std::vector<std::vector<TableCell>> lines{
        {{"mean ± deviation"}},         {{"least"}},        {{"most"}}, {{"paper's AUIF", "quiet"}},
        {{"best of the eight others"}}, {{"runs above it"}}};
    ReproducedRow beside{
        "Fig. 6, " + sets[s]->title,
        fmt::format("mean ± deviation of {} runs; the paper's Table 3", runs.size()),
        PaperMetrics(),
        {},
        {}};
    for (std::size_t r = 0; r < runs.size(); ++r) {
      std::vector<std::string> line{std::to_string(r + 1), std::to_string(runs[r].seed),
                                    CsvNumber(losses[r]), fmt::format("{:.1f}", seconds[r]),
                                    sets[s]->name};
      for (const double value : means[s][r]) line.push_back(CsvNumber(value));
      csv += CsvLine(line);
    }
    std::vector<std::string> above_texts;
    for (std::size_t m = 0; m < metrics; ++m) {
      table.header.push_back(PaperMetrics()[m]);
      PlotSeries own{"AUIF", {}, {}, SeriesColor(6), false, true};
      for (std::size_t r = 0; r < runs.size(); ++r) {
        own.x.push_back(static_cast<double>(r + 1));
        own.y.push_back(means[s][r][m]);
      }
      // A model that has not learned anything may give flat images, without values.
      double least = std::nan(""), most = least;
      for (const double value : own.y) {
        least = std::fmin(least, value);
        most = std::fmax(most, value);
      }
      const std::string mean = fmt::format("{:.4f} ± {:.4f}", column_means[m], deviations[m]);
      std::vector<std::string> count{
          sets[s]->name,    PaperMetrics()[m], CsvNumber(column_means[m]), CsvNumber(deviations[m]),
          CsvNumber(least), CsvNumber(most)};
      lines[0].push_back({mean});
      lines[1].push_back({FourDigits(least)});
      lines[2].push_back({FourDigits(most)});
      PlotPanel panel{sets[s]->title + ": " + PaperMetrics()[m], "run", "", {own}, false};
      const std::vector<OtherRow> others = Ordered(other_rows, m);
      if (!others.empty()) {
        const std::vector<double> ends{1,
                                       static_cast<double>(std::max<std::size_t>(2, runs.size()))};
        const double best = others[0].values[m], second = others[1].values[m];
        panel.series.push_back({"best other method", ends, {best, best}, "#d62728", true});
        panel.series.push_back({"second best", ends, {second, second}, "#1f4fd8", true});
        const auto above = static_cast<std::size_t>(
            std::count_if(own.y.begin(), own.y.end(), [&](double v) { return v > best; }));
        ++cells;
        always += above == runs.size() ? 1 : 0;
        above_sum += above;
        above_texts.push_back(fmt::format("{} {}", PaperMetrics()[m], above));
        lines[3].push_back(
            {FourDigits(PublishedComparison(sets[s]->name).back().values[m]), "quiet"});
        lines[4].push_back({fmt::format("{} ({})", FourDigits(best), others[0].method)});
        lines[5].push_back(
            {fmt::format("{} of {}", above, runs.size()), above == runs.size() ? "best" : ""});
        beside.paper.push_back(lines[3].back().text);
        beside.ours.push_back(mean);
        count.insert(count.end(), {others[0].method, CsvNumber(best), std::to_string(runs.size()),
                                   std::to_string(above), lines[3].back().text});
      } else {
        count.insert(count.end(), {"", "", std::to_string(runs.size()), "", ""});
      }
      counts_csv += CsvLine(count);
      if (plot.legend.size() < panel.series.size()) plot.legend = panel.series;
      plot.panels[m * sets.size() + s] = std::move(panel);
    }
    const bool published = lines[3].size() > 1;
    if (!published) lines.resize(3);
    table.rows = std::move(lines);
    section.tables.push_back(std::move(table));
    if (published) {
      section.reproduced.push_back(std::move(beside));
      counts.push_back(fmt::format("{}: runs of {} above the best other method: {}.",
                                   sets[s]->title, runs.size(), fmt::join(above_texts, ", ")));
    }
  }
  DrawPlot(plot, lab.Figures());
  section.figures.push_back(
      {"robustness",
       "Six metrics (rows) of every run on each test set (columns); dashed: the best (red) and the "
       "second best (blue) of the eight other methods of Table 3",
       true});
  section.text = {fmt::format(
      "{} full trainings of {} epochs that differ in their seed alone, each scored on {} pairs.",
      runs.size(), lab.job().train.epochs, pairs)};
  if (cells > 0) {
    section.text.push_back(fmt::format(
        "{} of the {} cells (data set and metric) stay above the best of the eight other methods "
        "in all {} runs; over all cells and runs that is so in {} of {} cases. The tables count "
        "the runs of each cell.",
        always, cells, runs.size(), above_sum, cells * runs.size()));
    if (!computed.empty()) {
      section.text.push_back(fmt::format(
          "The other methods' values were computed by compare{}.",
          printed.empty()
              ? ""
              : fmt::format(", but for {}: printed in the paper", fmt::join(printed, ", "))));
    }
    section.deviations.push_back(
        "The paper draws its 40 runs without numbers; so the mean of the runs stands beside its "
        "Table 3, which is one model.");
    section.deviations.push_back(fmt::format(
        "Cells in which every run is above the best other method: {} of {}. The paper says in "
        "words that its runs are robustly good.",
        always, cells));
    section.deviations.insert(section.deviations.end(), counts.begin(), counts.end());
  }
  double total = 0;
  for (const double value : seconds) total += value;
  section.options["seeds"] = fmt::format("{} to {}", runs.front().seed, runs.back().seed);
  section.options["training, mean"] =
      fmt::format("{:.0f} s on one thread", total / static_cast<double>(runs.size()));
  lab.WriteCsv(section, "robustness.csv", csv);
  lab.WriteCsv(section, "robustness-counts.csv", counts_csv);
  return section;
}

}  // namespace auif

// Fig. 3.
#include <fmt/format.h>

#include "experiments/experiments.h"
#include "experiments/plot.h"
#include "io/csv.h"

namespace auif {

Section RunTraining(Lab& lab) {
  CheckGnuplot();
  Trained trained;
  lab.TrainAll({lab.job().train}, [&](int, const Trained& result) { trained = result; });
  const TrainCurves& curves = trained.curves;
  const TrainOptions& options = lab.job().train;

  Section section;
  section.text = {fmt::format(
      "One training of {} epochs (seed {}): the loss, and every layer's step size η and weight of "
      "the data fidelity θ at the end of each epoch. It took {:.0f} s on one thread; the last "
      "epoch's loss is {:.5f} (MSE {:.5f}, SSIM {:.4f}).",
      options.epochs, options.seed, trained.seconds, curves.loss.back(), curves.mse.back(),
      curves.ssim.back())};

  std::vector<double> epochs;
  for (std::size_t e = 1; e <= curves.loss.size(); ++e) epochs.push_back(static_cast<double>(e));
  Plot plot{"training", 3, 1080, 620, {}, {}};
  plot.panels.push_back(
      {"(a) loss", "epoch", "", {{"", epochs, curves.loss, SeriesColor(0)}}, true});
  struct Part {
    const char *key, *title;
  };
  constexpr Part kParts[] = {{"base.eta", "(b) η of the base encoder"},
                             {"base.theta", "(d) θ of the base encoder"},
                             {"detail.eta", "(c) η of the detail encoder"},
                             {"detail.theta", "(e) θ of the detail encoder"}};
  const auto layers = static_cast<std::size_t>(options.config.layers);
  for (const Part& part : kParts) {
    PlotPanel panel{part.title, "epoch", "", {}, false};
    for (std::size_t l = 0; l < layers; ++l) {
      const double t = layers > 1 ? static_cast<double>(l) / static_cast<double>(layers - 1) : 0;
      PlotSeries series{fmt::format("{}", l + 1), epochs, {}, RampColor(t)};
      for (const auto& row : curves.layers.at(part.key)) series.y.push_back(row[l]);
      panel.series.push_back(std::move(series));
    }
    plot.panels.push_back(std::move(panel));
  }
  plot.legend = plot.panels[1].series;
  plot.legend.front().label = "layer 1";
  // Base above, detail below, as their letters go; the loss to their left.
  std::swap(plot.panels[3], plot.panels[2]);
  DrawPlot(plot, lab.Figures());
  section.figures.push_back(
      {"training",
       "Loss, η and θ against the epoch; one colour per layer, from the first (blue) to "
       "the last (yellow)",
       true});

  std::vector<std::string> header{"epoch", "loss", "mse", "ssim"};
  for (const Part& part : kParts) {
    for (std::size_t l = 1; l <= layers; ++l) header.push_back(fmt::format("{}.{}", part.key, l));
  }
  std::string csv = CsvLine(header);
  for (std::size_t e = 0; e < epochs.size(); ++e) {
    std::vector<std::string> line{std::to_string(e + 1), CsvNumber(curves.loss[e]),
                                  CsvNumber(curves.mse[e]), CsvNumber(curves.ssim[e])};
    for (const Part& part : kParts) {
      for (const double value : curves.layers.at(part.key)[e]) line.push_back(CsvNumber(value));
    }
    csv += CsvLine(line);
  }
  lab.WriteCsv(section, "training.csv", csv);
  section.options["seed"] = std::to_string(options.seed);
  section.deviations.push_back(
      "The paper prints the curves without numbers; their course is what can be compared.");
  return section;
}

}  // namespace auif

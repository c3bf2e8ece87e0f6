// Figures of lines, drawn by gnuplot.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace auif {

struct PlotSeries {
  std::string label;  // empty: not in the legend
  std::vector<double> x, y;
  std::string color;  // "#rrggbb"
  bool dashed = false;
  bool points = false;
};
struct PlotPanel {
  std::string title, x_label, y_label;
  std::vector<PlotSeries> series;
  bool log_y = false;
};
struct Plot {
  std::string name;  // of the files: small letters
  int columns = 1;   // of panels
  int width = 0, height = 0;
  std::vector<PlotPanel> panels;
  // Drawn once below all panels; labels and looks alone matter. Empty: one legend per panel.
  std::vector<PlotSeries> legend;
};

// Colours that differ for colour-blind readers, too; and one from blue to yellow, t in [0, 1].
std::string SeriesColor(std::size_t index);
std::string RampColor(double t);

// Throws Error (kInput) where gnuplot is not installed.
void CheckGnuplot();

// Writes NAME.gp (the script with its numbers: change it and run gnuplot again), NAME.svg and
// NAME.png into the folder. Labels may be any text. Throws Error: kUsage for another name, kInput
// without gnuplot, kOutput where a file cannot be written.
void DrawPlot(const Plot& plot, const std::filesystem::path& folder);

}  // namespace auif

#include "experiments/plot.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <string_view>

#include "auif/error.h"
#include "io/atomic_file.h"

extern char** environ;

namespace auif {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHint = "install Debian's gnuplot-nox";

// Runs gnuplot in a folder; what it says goes to a file there. Returns the exit status, or -1 where
// it cannot be started.
int RunGnuplot(const fs::path& folder, std::vector<std::string> arguments,
               const std::string& messages) {
  arguments.insert(arguments.begin(), {"gnuplot", "--default-settings"});  // no ~/.gnuplot
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, messages.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                   0666);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  pid_t child = 0;
  const int error = posix_spawnp(&child, "gnuplot", &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return -1;
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

// A text as gnuplot's script holds it. Only letters, digits, spaces, a few signs and bytes beyond
// ASCII stand for themselves; all else is an octal escape, which gnuplot resolves after it has
// looked for commands (in backquotes), macros and the ends of strings and lines. So no text, which
// may come from anybody's file, can become a part of the script.
std::string Quoted(const std::string& text) {
  static constexpr std::string_view kSigns = " .,:;-+*/=()<>_%!?#&~|^";
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool control = byte < 0x20 || byte == 0x7f;  // XML, and so SVG, has no place for them
    const bool plain = byte >= 0x80 || (byte >= '0' && byte <= '9') ||
                       ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z') ||
                       kSigns.find(c) != kSigns.npos;
    if (control) {
      quoted += ' ';
    } else {
      quoted += plain ? std::string(1, c) : fmt::format("\\{:03o}", byte);
    }
  }
  return quoted + "\"";
}

std::string Style(const PlotSeries& series) {
  return fmt::format("{} lw {} lc rgb '{}'{}{}", series.points ? "with linespoints" : "with lines",
                     series.dashed ? "1.6" : "1.8", series.color, series.dashed ? " dt 2" : "",
                     series.points ? " pt 7 ps 0.45" : "");
}

std::string Curve(const std::string& data, const PlotSeries& series, bool legend) {
  const bool titled = legend && !series.label.empty();
  return fmt::format("{} using 1:2 {} {}", data, Style(series),
                     titled ? "title " + Quoted(series.label) : "notitle");
}

// 1, 2 or 5 times a power of ten, not less than `least`.
double RoundStep(double least) {
  const double power = std::pow(10, std::floor(std::log10(least)));
  for (const double digit : {1, 2, 5}) {
    if (digit * power >= least * (1 - 1e-9)) return digit * power;
  }
  return 10 * power;
}

// Ticks of an axis that counts (epochs, layers, runs): whole numbers, some six of them. Empty for
// other axes.
std::string CountingTicks(const PlotPanel& panel) {
  double least = INFINITY, most = -INFINITY;
  for (const PlotSeries& series : panel.series) {
    for (const double x : series.x) {
      if (x != std::round(x)) return "set xtics autofreq\n";
      least = std::min(least, x);
      most = std::max(most, x);
    }
  }
  if (!(most > least)) return "set xtics 1\n";
  return fmt::format("set xtics {}\n", std::max(1.0, RoundStep((most - least) / 6)));
}

// Few enough that their labels have room in a small panel.
std::string ValueTicks(const PlotPanel& panel) {
  double least = INFINITY, most = -INFINITY;
  for (const PlotSeries& series : panel.series) {
    for (const double y : series.y) {
      if (!std::isfinite(y)) continue;
      least = std::min(least, y);
      most = std::max(most, y);
    }
  }
  if (panel.log_y || !(most > least)) return "set ytics autofreq\n";
  return fmt::format("set ytics {:g}\n", RoundStep((most - least) / 4));
}

bool HasPoints(const PlotSeries& series) {
  return std::any_of(series.y.begin(), series.y.end(), [](double y) { return std::isfinite(y); });
}

std::string Script(const Plot& plot) {
  const auto columns = static_cast<std::size_t>(plot.columns);
  const std::size_t rows = (plot.panels.size() + columns - 1) / columns;
  std::string script = fmt::format(
      "# Figure {0}. Draw it again: gnuplot -e \"kind='svg'\" {0}.gp (or png)\n"
      "if (!exists('kind')) kind = 'svg'\n"
      "if (!exists('target')) target = '{0}.' . kind\n"
      "if (kind eq 'png') {{\n"
      "  set terminal pngcairo noenhanced size {1},{2} font 'DejaVu Sans,10'\n"
      "}} else {{\n"
      "  set terminal svg noenhanced size {1},{2} font 'DejaVu Sans,12' background 'white'\n"
      "}}\n"
      "set output target\nset encoding utf8\nset style fill solid\nset grid lc rgb '#dddddd'\n"
      "set border lc rgb '#666666'\nset tics nomirror\n",
      plot.name, plot.width, plot.height);
  for (std::size_t p = 0; p < plot.panels.size(); ++p) {
    const PlotPanel& panel = plot.panels[p];
    for (std::size_t s = 0; s < panel.series.size(); ++s) {
      const PlotSeries& series = panel.series[s];
      script += fmt::format("$d{}_{} << EOD\n", p, s);
      for (std::size_t i = 0; i < series.x.size(); ++i) {
        if (std::isfinite(series.y[i])) {
          script += fmt::format("{:.10g} {:.10g}\n", series.x[i], series.y[i]);
        }
      }
      script += "EOD\n";
    }
  }
  // The legend takes a strip at the bottom.
  const double bottom = plot.legend.empty() ? 0 : 34.0 / plot.height;
  script += "set multiplot\n";
  for (std::size_t p = 0; p < plot.panels.size(); ++p) {
    const PlotPanel& panel = plot.panels[p];
    const double w = 1.0 / plot.columns, h = (1 - bottom) / static_cast<double>(rows);
    const std::size_t above = p / columns, before = p % columns;
    const auto row = static_cast<double>(above), column = static_cast<double>(before);
    script += fmt::format("set origin {:.5f},{:.5f}\nset size {:.5f},{:.5f}\n", column * w,
                          1 - (row + 1) * h, w, h);
    script += fmt::format("set title {}\nset xlabel {}\nset ylabel {}\n", Quoted(panel.title),
                          Quoted(panel.x_label), Quoted(panel.y_label));
    script += CountingTicks(panel) + ValueTicks(panel);
    script += panel.log_y ? "set logscale y\n" : "unset logscale y\n";
    script += plot.legend.empty() ? "set key top right\n" : "unset key\n";
    std::string curves;
    for (std::size_t s = 0; s < panel.series.size(); ++s) {
      if (!HasPoints(panel.series[s])) continue;
      curves +=
          fmt::format("{}{}", curves.empty() ? "" : ", \\\n  ",
                      Curve(fmt::format("$d{}_{}", p, s), panel.series[s], plot.legend.empty()));
    }
    script += fmt::format("plot {}\n", curves.empty() ? "[0:1][0:1] NaN notitle" : curves);
  }
  if (!plot.legend.empty()) {
    // An empty plot whose key is all there is.
    script += fmt::format(
        "set origin 0,0\nset size 1,{:.5f}\nunset title\nunset xlabel\nunset ylabel\n"
        "unset border\nunset tics\nunset grid\nunset logscale\nset margins 0,0,0,0\n"
        "set key center center horizontal samplen 3 maxrows 1\nset xrange [0:1]\n"
        "set yrange [0:1]\nplot ",
        bottom);
    for (std::size_t s = 0; s < plot.legend.size(); ++s) {
      script += fmt::format("{}NaN {} title {}", s > 0 ? ", \\\n  " : "", Style(plot.legend[s]),
                            Quoted(plot.legend[s].label));
    }
    script += "\n";
  }
  return script + "unset multiplot\nunset output\n";
}

void Draw(const std::string& name, const std::string& kind, const fs::path& folder) {
  const std::string target = "." + name + "." + kind + ".tmp", messages = "." + name + ".log";
  const int code = RunGnuplot(
      folder, {"-e", fmt::format("kind='{}'; target='{}'", kind, target), name + ".gp"}, messages);
  std::error_code ignored;
  const auto clean = [&] {
    fs::remove(folder / target, ignored);
    fs::remove(folder / messages, ignored);
  };
  if (code == -1 || code == 127) {
    clean();
    throw Error(ErrorKind::kInput, "gnuplot, which draws the figures, cannot be started", "",
                kHint);
  }
  const std::string image = fs::exists(folder / target) ? ReadFile(folder / target) : std::string();
  // A disk that is full leaves half an image and no error.
  const bool whole = image.find(kind == "svg" ? "</svg>" : "IEND") != std::string::npos;
  if (code != 0 || !whole) {
    std::string said = fs::exists(folder / messages) ? ReadFile(folder / messages) : std::string();
    clean();
    const std::size_t start = said.find_first_not_of(" \n\t");
    said = start == std::string::npos ? "it wrote no whole image"
                                      : said.substr(start, said.find('\n', start) - start);
    throw Error(ErrorKind::kOutput, "gnuplot failed: " + said, (folder / (name + ".gp")).string(),
                "is there space on the disk?");
  }
  clean();
  WriteFileAtomically(folder / (name + "." + kind), image);
}

}  // namespace

std::string SeriesColor(std::size_t index) {
  // Okabe and Ito's palette, without its yellow, which is faint on white.
  static constexpr std::array<const char*, 7> kColors = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                         "#56b4e9", "#e69f00", "#000000"};
  return kColors[index % kColors.size()];
}

std::string RampColor(double t) {
  static constexpr double kStops[][3] = {
      {49, 54, 149}, {33, 145, 140}, {109, 190, 70}, {240, 170, 20}};
  const double at = std::min(std::max(t, 0.0), 1.0) * 3;
  const int stop = std::min(static_cast<int>(at), 2);
  std::string color = "#";
  for (int c = 0; c < 3; ++c) {
    const double value = kStops[stop][c] + (at - stop) * (kStops[stop + 1][c] - kStops[stop][c]);
    color += fmt::format("{:02x}", std::lround(value));
  }
  return color;
}

void CheckGnuplot() {
  const int code = RunGnuplot("/", {"--version"}, "/dev/null");
  if (code == 0) return;
  throw Error(ErrorKind::kInput, "gnuplot, which draws the figures, cannot be started", "", kHint);
}

void DrawPlot(const Plot& plot, const fs::path& folder) {
  // It is a part of the script and of the command line.
  const bool plain = !plot.name.empty() && std::all_of(plot.name.begin(), plot.name.end(),
                                                       [](char c) { return c >= 'a' && c <= 'z'; });
  if (!plain) {
    throw Error(ErrorKind::kUsage, "a figure's name must be small letters", plot.name);
  }
  WriteFileAtomically(folder / (plot.name + ".gp"), Script(plot));
  Draw(plot.name, "svg", folder);
  Draw(plot.name, "png", folder);
}

}  // namespace auif

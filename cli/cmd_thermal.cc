#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "cli/command.h"
#include "cli/console.h"
#include "cli/progress.h"
#include "cli/stop.h"
#include "jobs/thermal_job.h"

namespace auif::cli {
namespace {

constexpr const char* kFooter =
    "Radiometric JPEG files, as thermal cameras save them, hold raw 16-bit values beside the\n"
    "coloured image of the screen. FLIR's become temperatures by the calibration in the file; of\n"
    "DJI's newer cameras only the raw values can be read. Without -o it prints what is in a file.\n"
    "Temperatures are floats: write .tiff. Where the camera was set to other conditions than "
    "there\n"
    "were, give them: emissivity 0.95 for most matt surfaces, not for metal.\n"
    "\n"
    "Examples:\n"
    "  auif thermal FLIR0042.jpg\n"
    "  auif thermal FLIR0042.jpg -o celsius.tiff --emissivity 0.95 --distance 10\n"
    "  auif thermal FLIR0042.jpg -o raw.png --unit raw --visible visible.png\n"
    "  auif thermal flir -o temperatures --unit K\n"
    "  auif fuse FLIR0042.jpg -o fused.png";

struct Options {
  ThermalJob job;
  std::string unit = "C", visible;
  std::optional<double> reflected, air, window;  // degrees Celsius
  bool json = false, quiet = false;
};

nlohmann::ordered_json Json(const ThermalSummary& file) {
  nlohmann::ordered_json json = {{"file", file.file.string()},
                                 {"width", file.size.width},
                                 {"height", file.size.height},
                                 {"raw", {file.least_raw, file.most_raw}}};
  if (file.least) json["kelvin"] = {*file.least, *file.most};
  if (file.visible.width > 0) json["visible"] = {file.visible.width, file.visible.height};
  if (file.camera) {
    const ThermalCamera& c = *file.camera;
    const ThermalConditions& t = c.conditions;
    json["camera"] = c.model;
    json["conditions"] = {{"emissivity", t.emissivity},
                          {"distance", t.distance},
                          {"reflected", t.reflected},
                          {"air", t.atmosphere},
                          {"humidity", t.humidity},
                          {"window", t.window},
                          {"window_transmission", t.window_transmission}};
    json["planck"] = {{"R1", c.r1}, {"B", c.b}, {"F", c.f}, {"O", c.o}, {"R2", c.r2}};
    json["atmosphere"] = {{"alpha1", c.alpha1},
                          {"alpha2", c.alpha2},
                          {"beta1", c.beta1},
                          {"beta2", c.beta2},
                          {"X", c.x}};
  }
  if (file.alignment) {
    const VisibleAlignment& a = *file.alignment;
    json["alignment"] = {{"scale", a.scale}, {"offset", {a.offset_x, a.offset_y}}};
  }
  return json;
}

// Names of files may be no UTF-8.
std::string Text(const nlohmann::ordered_json& json) {
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void PrintSummary(const ThermalSummary& file) {
  Print("{}: {}, thermal {}{}\n", file.file.string(),
        file.camera && !file.camera->model.empty() ? file.camera->model : "unknown camera",
        ToString(file.size),
        file.visible.width > 0 ? ", visible " + ToString(file.visible) : ", no visible image");
  if (file.least) {
    Print("  {:.2f} to {:.2f} C{}\n", *file.least - kZeroCelsius, *file.most - kZeroCelsius,
          file.without > 0 ? fmt::format("; {} pixels have no temperature", file.without) : "");
  }
  Print("  raw values {} to {}\n", file.least_raw, file.most_raw);
  if (!file.camera) return;
  const ThermalConditions& t = file.camera->conditions;
  Print(
      "  emissivity {:.4g}, distance {:.4g} m, reflected {:.2f} C, air {:.2f} C, humidity {:.4g}, "
      "window {:.4g} at {:.2f} C\n",
      t.emissivity, t.distance, t.reflected - kZeroCelsius, t.atmosphere - kZeroCelsius, t.humidity,
      t.window_transmission, t.window - kZeroCelsius);
}

int Run(Options& options) {
  ThermalJob& job = options.job;
  job.unit = options.unit == "C"   ? ThermalUnit::kCelsius
             : options.unit == "K" ? ThermalUnit::kKelvin
                                   : ThermalUnit::kRaw;
  if (!options.visible.empty()) job.visible = options.visible;
  if (!job.extension.starts_with('.')) job.extension = "." + job.extension;
  for (const auto& [celsius, kelvin] : {std::pair{&options.reflected, &job.reflected},
                                        {&options.air, &job.atmosphere},
                                        {&options.window, &job.window}}) {
    if (*celsius) *kelvin = **celsius + kZeroCelsius;
  }
  const StopSignals signals;
  Progress progress("files");
  const ThermalReport report = RunThermalJob(job, [&](const JobProgress& state) {
    if (!options.quiet && state.total > 1) progress.Show(state);
    return !StopSignals::Asked();
  });
  if (options.json) {
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    for (const ThermalSummary& file : report.files) json.push_back(Json(file));
    const bool folder = std::filesystem::is_directory(job.in);
    if (folder || !json.empty()) Print("{}\n", Text(folder ? json : json[0]));
  } else if (!options.quiet) {
    for (const ThermalSummary& file : report.files) PrintSummary(file);
  }
  if (!options.quiet) {
    for (const std::string& note : report.job.notes) PrintErr("auif: note: {}\n", note);
  }
  return Conclude(report.job);
}

}  // namespace

Action AddThermal(CLI::App& command) {
  const auto options = std::make_shared<Options>();
  ThermalJob& job = options->job;
  command.add_option("IR", job.in, "Radiometric JPEG file, or folder of them")->required();
  command.add_option("-o,--output", job.out, "Result: an image, or a folder for folders")
      ->type_name("OUT");
  command
      .add_option("--unit", options->unit,
                  "Of the result: C or K, temperatures as floats, or raw, 16-bit values "
                  "(default: C)")
      ->type_name("UNIT")
      ->check(CLI::IsMember({"C", "K", "raw"}).description(""));
  command
      .add_option("--visible", options->visible,
                  "Also write the embedded visible image here, whole: an image, or a folder")
      ->type_name("OUT");
  command.add_option("--emissivity", job.emissivity, "Of the object, above 0 to 1")->type_name("E");
  command.add_option("--distance", job.distance, "To the object, in metres")->type_name("M");
  command
      .add_option("--reflected", options->reflected,
                  "Apparent temperature of what the object reflects, in C")
      ->type_name("C");
  command.add_option("--air", options->air, "Temperature of the air, in C")->type_name("C");
  command.add_option("--humidity", job.humidity, "Of the air, 0 to 1")->type_name("H");
  command
      .add_option("--window-transmission", job.window_transmission,
                  "Of a window half-way, above 0 to 1")
      ->type_name("W");
  command.add_option("--window", options->window, "Temperature of the window, in C")
      ->type_name("C");
  command.add_option("--ext", job.extension, "Format of a folder's results (default: .tiff)")
      ->type_name("EXT");
  command.add_flag("--json", options->json, "Print what was found as JSON; kelvin");
  AddThreads(command, job.threads);
  command.add_flag("-q,--quiet", options->quiet, "Print nothing but errors");
  command.footer(kFooter);
  return [options] { return Run(*options); };
}

}  // namespace auif::cli

#include "jobs/thermal_job.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "auif/io.h"
#include "io/folder.h"
#include "io/outputs.h"
#include "jobs/file_notes.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

struct Task {
  fs::path in, out, visible;  // empty: not written
};

SampleType TypeOf(const ThermalJob& job) {
  return job.unit == ThermalUnit::kRaw ? SampleType::kUint16 : SampleType::kFloat;
}

// The images of a folder that hold raw thermal values; `others` counts the rest.
std::vector<fs::path> ListRadiometric(const fs::path& folder, std::size_t* others) {
  std::vector<fs::path> files = ListImages(folder);
  *others = std::erase_if(files, [](const fs::path& path) { return !IsRadiometric(path); });
  if (!files.empty()) return files;
  throw Error(ErrorKind::kInput, "the folder has no radiometric JPEG files", folder.string());
}

std::vector<Task> ListTasks(const ThermalJob& job, std::size_t* others) {
  if (!fs::exists(job.in)) {
    throw Error(ErrorKind::kInput, "no such file or folder", job.in.string());
  }
  if (!fs::is_directory(job.in)) {
    const auto name = [&](const fs::path& out, const std::string& extension) {
      const bool into_folder = !out.empty() && (fs::is_directory(out) || !out.has_filename());
      return into_folder ? out / (job.in.stem().string() + extension) : out;
    };
    return {{job.in, name(job.out, job.extension),
             job.visible ? name(*job.visible, ".png") : fs::path()}};
  }
  std::vector<Task> tasks;
  for (const fs::path& in : ListRadiometric(job.in, others)) {
    const std::string name = in.stem().string();
    tasks.push_back({in, job.out.empty() ? fs::path() : job.out / (name + job.extension),
                     job.visible ? *job.visible / (name + ".png") : fs::path()});
  }
  return tasks;
}

ThermalConditions Conditions(const ThermalJob& job, ThermalConditions conditions) {
  for (const auto& [given, value] : {std::pair{&job.emissivity, &conditions.emissivity},
                                     {&job.distance, &conditions.distance},
                                     {&job.reflected, &conditions.reflected},
                                     {&job.atmosphere, &conditions.atmosphere},
                                     {&job.humidity, &conditions.humidity},
                                     {&job.window, &conditions.window},
                                     {&job.window_transmission, &conditions.window_transmission}}) {
    if (*given) *value = **given;
  }
  return conditions;
}

Plane<float> TemperatureImage(const ThermalJob& job, const RadiometricImage& image,
                              ThermalSummary* summary) {
  Plane<float> map =
      Temperatures(image, image.camera ? image.camera->conditions : ThermalConditions());
  for (int y = 0; y < map.height(); ++y) {
    for (int x = 0; x < map.width(); ++x) {
      float& value = map.Row(y)[x];
      if (std::isnan(value)) {
        ++summary->without;
        continue;
      }
      summary->least = std::min<double>(summary->least.value_or(value), value);
      summary->most = std::max<double>(summary->most.value_or(value), value);
      if (job.unit == ThermalUnit::kCelsius) value = static_cast<float>(value - kZeroCelsius);
    }
  }
  return map;
}

ThermalSummary Extract(const ThermalJob& job, const Task& task, FileNotes* notes) {
  RadiometricImage image = ReadRadiometric(task.in);
  if (image.camera) image.camera->conditions = Conditions(job, image.camera->conditions);
  ThermalSummary summary;
  summary.file = task.in;
  summary.size = image.raw.size();
  if (image.visible) summary.visible = image.visible->size();
  summary.camera = image.camera;
  summary.alignment = image.alignment;
  summary.least_raw = summary.most_raw = image.raw.Row(0)[0];
  for (int y = 0; y < image.raw.height(); ++y) {
    const std::uint16_t* row = image.raw.Row(y);
    const auto [least, most] = std::minmax_element(row, row + image.raw.width());
    summary.least_raw = std::min<int>(summary.least_raw, *least);
    summary.most_raw = std::max<int>(summary.most_raw, *most);
  }
  std::vector<std::string> said = image.notes;
  if (!image.no_temperatures.empty()) said.push_back(image.no_temperatures);
  // Without a result, files that have raw values alone are looked at, too.
  if (job.unit != ThermalUnit::kRaw && (image.camera || !task.out.empty())) {
    const Image map(TemperatureImage(job, image, &summary));
    if (summary.without > 0) said.emplace_back("some pixels have no temperature: they are NaN");
    if (!task.out.empty()) WriteImage(task.out, map);
  } else if (!task.out.empty()) {
    WriteImage(task.out, Image(std::move(image.raw)));
  }
  if (!task.visible.empty()) {
    if (!image.visible) {
      throw Error(ErrorKind::kInput, "holds no visible image", task.in.string(),
                  "leave out --visible");
    }
    WriteImage(task.visible, *image.visible);
  }
  notes->Add(task.in, said);
  return summary;
}

}  // namespace

void ThermalJob::Validate() const { Conditions(*this, {}).Validate(); }

ThermalReport RunThermalJob(const ThermalJob& job, const JobCallback& callback) {
  job.Validate();
  std::size_t others = 0;
  const std::vector<Task> tasks = ListTasks(job, &others);
  std::vector<PlannedOutput> outputs;
  std::vector<fs::path> inputs;
  std::vector<std::string> items;
  for (const Task& task : tasks) {
    inputs.push_back(task.in);
    items.push_back(task.in.filename().string());
    if (!task.out.empty()) {
      // Floats must not silently become 8 bits.
      CheckImageFormat(task.out, TypeOf(job));
      outputs.push_back({task.out, "the thermal image of " + items.back()});
    }
    if (task.visible.empty()) continue;
    CheckImageFormat(task.visible, SampleType::kUint8);
    outputs.push_back({task.visible, "the visible image of " + items.back()});
  }
  CheckOutputs(outputs, inputs);
  const bool folder = fs::is_directory(job.in);
  for (const PlannedOutput& output : outputs) {
    if (folder) {
      MakeFolder(output.path.parent_path());
    } else {
      CheckFolderOf(output.path);
    }
  }
  FileNotes notes;
  ThermalReport report;
  std::vector<std::optional<ThermalSummary>> summaries(tasks.size());
  report.job = RunItems(items, job.threads, callback, [&](int i) {
    summaries[static_cast<std::size_t>(i)] =
        Extract(job, tasks[static_cast<std::size_t>(i)], &notes);
  });
  report.job.notes = notes.Lines();
  if (others > 0) {
    report.job.notes.push_back(fmt::format(
        "{} without raw thermal values {} left out",
        others == 1 ? "1 image" : fmt::format("{} images", others), others == 1 ? "is" : "are"));
  }
  for (std::optional<ThermalSummary>& summary : summaries) {
    if (summary) report.files.push_back(std::move(*summary));
  }
  return report;
}

}  // namespace auif

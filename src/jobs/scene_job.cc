#include "jobs/scene_job.h"

#include <fmt/format.h>

#include <charconv>

#include "auif/io.h"
#include "io/folder.h"
#include "io/outputs.h"

namespace auif {
namespace {

std::string FileName(const SceneJob& job, int frame) {
  return (job.frames == 1 ? job.name : fmt::format("{}_{:05}", job.name, frame)) + ".png";
}

void WriteScene(const SceneJob& job, int frame) {
  constexpr double kFramesPerSecond = 25;
  SceneOptions options = job.options;
  options.time += frame / kFramesPerSecond;
  const std::string file = FileName(job, frame);
  Scene scene = RenderScene(options);
  WriteImage(job.out / "ir" / file, std::move(scene.ir));
  if (job.colour) {
    WriteImage(job.out / "vis" / file, Image(std::move(scene.rgb)));
  } else {
    WriteImage(job.out / "vis" / file, std::move(scene.vis));
  }
  if (job.raw) WriteImage(job.out / "raw" / file, std::move(scene.ir_raw));
}

}  // namespace

JobReport RunSceneJob(const SceneJob& job, const JobCallback& callback) {
  job.options.Validate();
  std::vector<std::string> items;
  std::vector<PlannedOutput> outputs;
  for (int i = 0; i < job.frames; ++i) {
    items.push_back(fmt::format("frame {}", i));
    for (const char* folder : {"ir", "vis", "raw"}) {
      if (folder != std::string("raw") || job.raw) {
        outputs.push_back({job.out / folder / FileName(job, i), folder + (" of " + items.back())});
      }
    }
  }
  CheckOutputs(outputs, {});
  for (const PlannedOutput& output : outputs) MakeFolder(output.path.parent_path());
  return RunItems(items, 1, callback, [&](int i) { WriteScene(job, i); });
}

void ParseSize(const std::string& text, int* width, int* height) {
  const char* end = text.data() + text.size();
  const auto [x, first] = std::from_chars(text.data(), end, *width);
  if (first == std::errc() && x != end && (*x == 'x' || *x == 'X')) {
    const auto [rest, second] = std::from_chars(x + 1, end, *height);
    if (second == std::errc() && rest == end) return;
  }
  throw Error(ErrorKind::kUsage, "'" + text + "' is not a size", {},
              "give width and height as in 640x512");
}

}  // namespace auif

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <memory>

#include "cli/command.h"
#include "jobs/scene_job.h"
#include "scene/scene.h"

namespace auif::cli {
namespace {

constexpr const char* kFooter =
    "Writes ir/NAME.png and vis/NAME.png into the folder; with --frames a numbered sequence.\n"
    "The images are free of third-party rights and the same on every machine.\n"
    "\n"
    "Example:\n"
    "  auif scene -o street --size 1280x720 --seed 5 --colour && auif fuse street -o fused";

}  // namespace

Action AddScene(CLI::App& command) {
  const auto job = std::make_shared<SceneJob>();
  command.add_option("-o,--output", job->out, "Folder to write into")->required()->type_name("DIR");
  const auto size = std::make_shared<std::string>();
  command.add_option("--size", *size, "Width and height (default: 640x512)")->type_name("WxH");
  command.add_option("--seed", job->options.seed, "Another street for another number (default: 1)")
      ->type_name("N");
  command.add_option("--time", job->options.time, "Seconds; people and cars move (default: 0)")
      ->type_name("S");
  command.add_option("--frames", job->frames, "Number of images, 25 a second (default: 1)")
      ->type_name("N")
      ->check(CLI::Range(1, 100000).description(""));
  command.add_option("--name", job->name, "Base name of the images (default: street)");
  command.add_flag("--colour,--color", job->colour, "Write the visible image in colour");
  command.add_flag("--raw", job->raw, "Also write raw/NAME.png: 16 bits, hundredths of a kelvin");
  AddThreads(command, job->options.threads);
  command.footer(kFooter);
  return [job, size] {
    if (!size->empty()) ParseSize(*size, &job->options.width, &job->options.height);
    return Conclude(RunSceneJob(*job));
  };
}

}  // namespace auif::cli

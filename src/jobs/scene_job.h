// Writing rendered scenes as image files.
#pragma once

#include <filesystem>
#include <string>

#include "jobs/job.h"
#include "scene/scene.h"

namespace auif {

struct SceneJob {
  std::filesystem::path out;    // folder; gets the subfolders ir and vis, and raw if asked for
  std::string name = "street";  // base name; frames get a number behind it
  int frames = 1;               // 25 a second, from options.time on
  bool colour = false;          // the visible image in colour
  bool raw = false;             // also the 16-bit radiometric infrared image
  SceneOptions options;
};

JobReport RunSceneJob(const SceneJob& job, const JobCallback& callback = {});

// "640x512". Throws Error (kUsage).
void ParseSize(const std::string& text, int* width, int* height);

}  // namespace auif

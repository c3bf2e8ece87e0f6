// What a job is going to write, checked before it writes anything.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace auif {

struct PlannedOutput {
  std::filesystem::path path;
  std::string name;  // for messages: "the result of a_ir.png", "--log"
};

// Throws Error (kUsage) where an output is a folder, one of the files that are read, or the same
// file as another output. Files are compared, not names: links, ".." and case, where the file
// system ignores it, make no difference; new files must differ in more than case. Devices and pipes
// may be written by several.
void CheckOutputs(const std::vector<PlannedOutput>& outputs,
                  const std::vector<std::filesystem::path>& inputs);

// Throws Error (kOutput) where the folder of a file that is to be written does not exist.
void CheckFolderOf(const std::filesystem::path& output);

// Whether a file or folder, which need not exist, is the folder or anywhere below it.
bool IsWithin(const std::filesystem::path& path, const std::filesystem::path& folder);

}  // namespace auif

#include "io/folder.h"

#include "auif/error.h"

namespace auif {

void MakeFolder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error && std::filesystem::is_directory(folder)) return;
  throw Error(ErrorKind::kOutput,
              "the folder cannot be made" + (error ? ": " + error.message() : std::string()),
              folder.string(), "choose another output folder");
}

}  // namespace auif

#include "methods/option_files.h"

#include <system_error>

namespace auif {

std::vector<std::filesystem::path> OptionFiles(const FusionMethod& method) {
  std::vector<std::filesystem::path> files;
  for (const MethodOption& option : method.Options()) {
    std::error_code error;
    if (std::filesystem::is_regular_file(option.value, error)) files.emplace_back(option.value);
  }
  return files;
}

}  // namespace auif

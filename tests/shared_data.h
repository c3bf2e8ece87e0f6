// Pictures, weights and values of other people that tests compare with. They are no part of the
// project: the environment variable AUIF_SHARED names their folder (default: ../shared beside the
// source folder), and a test that needs them is skipped where they are absent.
#pragma once

#include <cstdlib>
#include <filesystem>

namespace auif {

inline std::filesystem::path SharedFolder() {
  const char* folder = std::getenv("AUIF_SHARED");
  return folder != nullptr && *folder != '\0' ? folder : AUIF_SOURCE_DIR "/../shared";
}

}  // namespace auif

// Declares `variable`, the path of `name` inside the folder, or skips the test.
#define AUIF_SHARED_OR_SKIP(variable, name)                                          \
  const std::filesystem::path variable = auif::SharedFolder() / (name);              \
  if (!std::filesystem::exists(variable)) {                                          \
    GTEST_SKIP() << variable.string() << " is absent; AUIF_SHARED names its folder"; \
  }

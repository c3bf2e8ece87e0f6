// Other people's images and golden values, which the project does not ship: the environment
// variable AUIF_SHARED names their folder.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "tests/paths.h"

namespace auif {

inline std::filesystem::path SharedDir() {
  const char* dir = std::getenv("AUIF_SHARED");
  return dir != nullptr && *dir != '\0' ? dir : DefaultShared();
}

}  // namespace auif

// Skips the test with a clear line where `path` (relative to the shared folder) is absent.
#define AUIF_NEED_SHARED(path)                                                         \
  if (!std::filesystem::exists(::auif::SharedDir() / (path))) {                        \
    GTEST_SKIP() << "needs " << (::auif::SharedDir() / (path)) << "; set AUIF_SHARED"; \
  }

#include "tests/paths.h"

namespace auif {

std::string ProgramPath() { return AUIF_PROGRAM; }
std::string SourceDir() { return AUIF_SOURCE_DIR; }
std::string DefaultShared() { return AUIF_DEFAULT_SHARED; }

}  // namespace auif

#include "tests/paths.h"

namespace auif {

const std::string kProgram = AUIF_PROGRAM;
const std::string kSourceDir = AUIF_SOURCE_DIR;
const std::string kDefaultShared = AUIF_DEFAULT_SHARED;

}  // namespace auif

// Where tests find things. Defined in paths.cc, which alone knows the folders, so that the tests
// themselves compile to the same wherever the checkout lies.
#pragma once

#include <string>

namespace auif {

extern const std::string kProgram;        // the program auif; empty where it is not built
extern const std::string kSourceDir;      // the checkout
extern const std::string kDefaultShared;  // where SharedDir looks unless AUIF_SHARED is set

}  // namespace auif

// Where tests find things. Defined in paths.cc, which alone knows the folders, so that the tests
// themselves compile to the same wherever the checkout lies. Functions, as a constant of another
// file may be initialized after the one that is made of it.
#pragma once

#include <string>

namespace auif {

std::string ProgramPath();    // the program auif; empty where it is not built
std::string SourceDir();      // the checkout
std::string DefaultShared();  // where SharedDir looks unless AUIF_SHARED is set

}  // namespace auif

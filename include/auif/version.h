#pragma once

#include "auif/export.h"

namespace auif {

// "major.minor.patch" of the library that is linked in.
AUIF_API const char* Version();

}  // namespace auif

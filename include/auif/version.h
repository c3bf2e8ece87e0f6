#pragma once

namespace auif {

// "major.minor.patch" of the library that is linked in.
const char* Version();

}  // namespace auif

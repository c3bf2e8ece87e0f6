// ICC profiles (ICC.1:2022), which are not applied: what people should know of them.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace auif {

// "its colour profile 'Adobe RGB (1998)' is not applied"; empty for sRGB, which is what samples are
// taken for, for grey, and for what is no profile. sRGB is known by its primaries and its curve
// where the profile has them, else by its description.
std::string ProfileNote(std::span<const std::uint8_t> profile);

}  // namespace auif

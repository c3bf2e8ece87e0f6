// Whether images have one size.
#pragma once

#include <initializer_list>
#include <string>

#include "auif/plane.h"

namespace auif {

struct NamedSize {
  std::string name;  // "infrared", or a file's name
  Size size;
};

// Throws Error (kInput) where the sizes are not all one: "sizes differ: infrared 640x512, visible
// 320x256". where and hint: of the error.
void CheckSameSize(std::initializer_list<NamedSize> sizes, const std::string& where = {},
                   const std::string& hint = {});

}  // namespace auif

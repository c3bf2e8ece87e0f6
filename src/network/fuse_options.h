// Checks that the fast and the reference path share.
#pragma once

#include <string>

#include "auif/fuse_options.h"
#include "auif/plane.h"

namespace auif {

// Throw Error (kInput) where an image is smaller than kMinSize, or where sizes differ. `where` is
// the image's name in the message.
void CheckSize(Size size, const std::string& where = {});
void CheckPair(Size ir, Size vis);

}  // namespace auif

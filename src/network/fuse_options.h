// Checks that the fast and the reference path share.
#pragma once

#include <string>

#include "auif/fuse_options.h"
#include "auif/plane.h"

namespace auif {

// "640x512".
std::string SizeText(PlaneView<const float> image);

// Throw Error (kInput) where an image is smaller than kMinSize, or where sizes differ. `where` is
// the image's name in the message.
void CheckSize(PlaneView<const float> image, const std::string& where = {});
void CheckPair(PlaneView<const float> ir, PlaneView<const float> vis);

}  // namespace auif

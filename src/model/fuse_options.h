// Checks that the fast and the reference path share.
#pragma once

#include "auif/fuse.h"

namespace auif {

// "640x512".
std::string SizeText(PlaneView<const float> picture);

// Throw Error (kInput) where a picture is smaller than kMinSize, or where sizes differ. `where` is
// the picture's name in the message.
void CheckSize(PlaneView<const float> picture, const std::string& where = {});
void CheckPair(PlaneView<const float> ir, PlaneView<const float> vis);

}  // namespace auif

// Checks that the fast and the reference path share.
#pragma once

#include "auif/fuse.h"

namespace auif {

// Throw Error (kInput) where a picture is smaller than kMinSize, or where sizes differ.
void CheckSize(PlaneView<const float> picture);
void CheckPair(PlaneView<const float> ir, PlaneView<const float> vis);

}  // namespace auif

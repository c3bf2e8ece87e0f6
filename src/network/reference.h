// The network with nothing collapsed: what the fast path is tested against.
#pragma once

#include "auif/fuse_options.h"
#include "auif/model.h"
#include "auif/plane.h"

namespace auif {

// The network as the paper writes it: every channel, in double, layer by layer. About a thousand
// times slower than Fuser; the fast path is tested against it.
Plane<double> FuseReference(const Model& model, const FuseOptions& options,
                            PlaneView<const float> ir, PlaneView<const float> vis);

}  // namespace auif

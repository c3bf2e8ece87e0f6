// What of an image a step of training sees.
#pragma once

#include <cstdint>

#include "auif/train.h"
#include "kernels/padded_plane.h"
#include "train/random.h"

namespace auif {

struct CropBox {
  int x = 0, y = 0, width = 0, height = 0;
};

// A box within an image of this size. kRandomResized: area and ratio are drawn (the ratio
// uniformly in its logarithm) until the box fits, ten times at most; then the middle of the image
// with the nearest ratio allowed is taken.
CropBox DrawCrop(const TrainOptions& options, int width, int height, RandomSequence* random);

// The part of the image in the box, scaled to the size of `out` and to [0, 1]. Does not fill the
// margin. Scaling: each output value is the mean of the box's pixels under a triangle of the width
// of two output pixels, or of two source pixels where the box is smaller.
void CopyCrop(PlaneView<const std::uint8_t> image, const CropBox& box, PaddedPlane* out);

}  // namespace auif

// CE, cross entropy: how far the fused image's grey levels are distributed from a source's.
//
//   CE(A, F) = sum_v p(v) log2(p(v) / q(v)),  p of the source, q of the fused image,
//   over the levels v that both images have
//
// (a Kullback-Leibler divergence; the fusion literature calls it cross entropy). CE of a fusion is
// the mean over both sources.
// Source: D. M. Bulanon, T. F. Burks, V. Alchanatis, "Image fusion of visible and thermal images
// for fruit detection", Biosystems Engineering 103, 2009.
// Unit: bits. 0 for equal histograms; may be a little below 0 where levels are left out. Lower is
// better. Undefined where the images have no level in common.
#pragma once

#include "metrics/grey_view.h"

namespace auif::metrics {

Score CrossEntropy(GreyView source, GreyView fused);

}  // namespace auif::metrics

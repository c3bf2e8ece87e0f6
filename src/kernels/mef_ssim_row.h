// One row of MEF-SSIM (Ma et al., "Perceptual Quality Assessment for Multi-Exposure Image Fusion",
// 2015), for two sources A and B and the fused image F.
#pragma once

namespace auif::metrics {

inline constexpr int kMefSsimWindow = 11;

// What one row of windows is scored from: sums of A, B and their products over the window, and
// Gaussian means of everything. A window is named by its left column.
struct BoxSums {
  const double *a, *b, *aa, *bb, *ab;
};
struct GaussianMeans {
  const double *a, *b, *f, *aa, *bb, *ff, *ab, *af, *bf;
};

// score[i] of windows 0..count-1, grey levels 0..255.
void ScoreMefSsimRow(const BoxSums& sum, const GaussianMeans& mean, double* score, int count);

}  // namespace auif::metrics

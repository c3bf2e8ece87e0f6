// The smooth part of an image that sparse-coding methods start from, and the equation behind it.
#pragma once

#include <opencv2/core.hpp>

namespace auif {

// The minimiser of |L - I|^2 + lambda (|L_x|^2 + |L_y|^2) with differences of neighbouring pixels,
// by Fourier transform of the image continued by 16 mirrored pixels (edge repeated): CV_64F.
cv::Mat LowPass(const cv::Mat& image, double lambda);

// Replaces an image (CV_64F) by that minimiser where images continue periodically.
void SolvePeriodic(cv::Mat& image, double lambda);

}  // namespace auif

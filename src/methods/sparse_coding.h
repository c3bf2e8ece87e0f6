// Convolutional sparse coding: an image as a sum of few small patterns.
//
//   min over x of 1/2 |sum_m d_m * x_m - s|^2 + lambda sum_m |x_m|_1
//
// with circular convolution at the image's size, by ADMM in the frequency domain: Wohlberg,
// "Efficient algorithms for convolutional sparse representations", IEEE Trans. Image Processing
// 25(1), 2016, with the penalty adapted as in his "ADMM penalty parameter selection by residual
// balancing", 2017, by relative residuals. Memory: for a pixel 3 values for each of the patterns.
#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "auif/method.h"
#include "kernels/map_fft.h"
#include "methods/network_weights.h"

namespace auif {

// The patterns: count x height x width values.
struct Dictionary {
  int count = 0, height = 0, width = 0;
  std::vector<float> filters;

  // The tensor D of that shape, at most 256 patterns of 64 x 64 values. Throws Error (kInput) for
  // anything else, and for a pattern that is empty or not finite.
  static Dictionary From(const NetworkWeights& weights);
};

struct CodingOptions {
  double lambda = 0.01;
  int iterations = 500;     // at most
  double tolerance = 1e-3;  // of both relative residuals
};

// The values of all maps that are not 0: by rows, in order of column and map.
struct SparseMaps {
  struct Entry {
    int x, map;
    float value;
  };
  Size size;
  std::vector<std::vector<Entry>> rows;
  int iterations = 0;  // that it took
};

// For images of one size. One thread at a time.
class SparseCoder {
 public:
  SparseCoder(const Dictionary& dictionary, Size size, const CodingOptions& options, int threads);

  // image: CV_64F, of that size. No rows where `progress`, which may be empty, said stop.
  SparseMaps Code(const cv::Mat& image, const MethodProgress& progress);

 private:
  // What a thread works in: lines of elements, and room to transform them.
  struct Workspace {
    std::vector<Plane<float>> lines;
    float *a = nullptr, *b = nullptr;
  };

  // f(index, workspace) for all indices below count, in parallel.
  template <typename F>
  void InParallel(int count, const F& f);
  // f(y, group, workspace).
  template <typename F>
  void ForEachRow(const F& f);
  // Column x of spectrum_ and the one at -x, which is the same for x = 0 and in the middle:
  // f(x, columns, mirrored, workspace) with their transforms, by groups.
  template <typename F>
  void ForEachColumnPair(const F& f);
  MapLine Column(int group, int x) {
    return {spectrum_[group].Row(0) + kFftElement * x, spectrum_[group].stride() / kFftElement};
  }
  // Transforms what `fill`(y, group, row of zeros) writes, and passes it on at all frequencies but
  // those that mirror others: take(kx, ky, map, real, imaginary part).
  template <typename Fill, typename Take>
  void Transform(const Fill& fill, const Take& take);

  Size size_;
  CodingOptions options_;
  int threads_, groups_;
  MapFft row_fft_, column_fft_;
  std::vector<Workspace> workspaces_;
  // At each kx from 0 to width / 2, for all ky.
  Plane<float> filters_, power_, signal_;
  // By groups of 32 maps.
  std::vector<Plane<float>> spectrum_, state_;
};

// sum_m d_m * x_m: CV_64F.
cv::Mat Synthesis(const Dictionary& dictionary, const SparseMaps& maps, int threads);

}  // namespace auif

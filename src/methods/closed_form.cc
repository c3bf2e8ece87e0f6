// A fusion without anything learned, which a network has to beat: the brighter source, with some of
// what the darker one shows, sharpened and stretched.
//
//   M = max(ir, vis), m = min(ir, vis) per pixel
//   o = M + share (m - mean m)
//   s = o + amount (o - o * G)                   G: Gaussian of `sigma`, borders reflected
//   F = (1 - stretch) s + stretch (s - p) / (q - p)
//
// with p and q the 0.3 and 99.7 percentiles of s: the values at those shares of its sorted pixels,
// rounded to the nearest. A constant s is not stretched. This project's own, of common parts.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "auif/method.h"
#include "methods/mat.h"

namespace auif {
namespace {

struct ClosedFormOptions {
  double share = 0.3;
  double amount = 0.14;
  double sigma = 2;  // pixels
  double stretch = 0.5;
};

constexpr double kLow = 0.003, kHigh = 0.997;  // shares of the pixels

float Percentile(std::vector<float>& values, double share) {
  const auto rank =
      static_cast<std::ptrdiff_t>(std::lround(share * static_cast<double>(values.size() - 1)));
  std::nth_element(values.begin(), values.begin() + rank, values.end());
  return values[static_cast<std::size_t>(rank)];
}

class ClosedForm : public FusionMethod {
 public:
  ClosedForm() {
    Bind("share", "Share of the darker source that is added, 0 to 1", &options_.share, 0, 1);
    Bind("amount", "Share of the fine detail that is added again, 0 to 10", &options_.amount, 0,
         10);
    Bind("sigma", "Size of the finest parts that are no detail, in pixels, 0.3 to 100",
         &options_.sigma, 0.3, 100);
    Bind("stretch", "How far towards the full range the result is stretched, 0 to 1",
         &options_.stretch, 0, 1);
  }
  const MethodInfo& info() const override {
    static const MethodInfo kInfo = {
        "closed-form", "the brighter source with some of the darker, sharpened and stretched", ""};
    return kInfo;
  }

 private:
  bool FuseGrey(PlaneView<const float> ir, PlaneView<const float> vis, PlaneView<float> out,
                const MethodProgress&) const override {
    double sum = 0;
    for (int y = 0; y < out.height; ++y) {
      for (int x = 0; x < out.width; ++x) sum += std::min(ir.Row(y)[x], vis.Row(y)[x]);
    }
    const double mean = sum / (static_cast<double>(out.width) * out.height);
    cv::Mat1f sharp(out.height, out.width);
    for (int y = 0; y < out.height; ++y) {
      for (int x = 0; x < out.width; ++x) {
        const auto [least, most] = std::minmax(ir.Row(y)[x], vis.Row(y)[x]);
        sharp(y, x) = static_cast<float>(most + options_.share * (least - mean));
      }
    }
    cv::Mat1f smooth;
    const int side = 2 * static_cast<int>(std::ceil(4 * options_.sigma)) + 1;
    cv::GaussianBlur(sharp, smooth, {side, side}, options_.sigma, options_.sigma,
                     cv::BORDER_REFLECT);
    const auto amount = static_cast<float>(options_.amount);
    for (int y = 0; y < out.height; ++y) {
      for (int x = 0; x < out.width; ++x) sharp(y, x) += amount * (sharp(y, x) - smooth(y, x));
    }
    std::vector<float> values(sharp.begin(), sharp.end());
    const float low = Percentile(values, kLow), high = Percentile(values, kHigh);
    // One line for both parts of F: scale s + offset.
    const double part = high > low ? options_.stretch : 0, range = high > low ? high - low : 1;
    const auto scale = static_cast<float>(1 - part + part / range);
    const auto offset = static_cast<float>(-part * low / range);
    for (int y = 0; y < out.height; ++y) {
      for (int x = 0; x < out.width; ++x) out.Row(y)[x] = scale * sharp(y, x) + offset;
    }
    return true;
  }

  ClosedFormOptions options_;
};

}  // namespace

std::unique_ptr<FusionMethod> MakeClosedForm() { return std::make_unique<ClosedForm>(); }

}  // namespace auif

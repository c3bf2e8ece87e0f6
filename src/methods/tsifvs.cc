// Two-scale image fusion of visible and infrared images using saliency detection.
//
//   B_n = I_n * mean 35x35, D_n = I_n - B_n                            (eqs. 1 to 4)
//   S_n = (B_n - M_n)^2, M_n the 3x3 median of I_n                     (eqs. 5, 6)
//   W_n = S_n / (S_1 + S_2)                                            (eqs. 7, 8)
//   F = W_1 D_1 + W_2 D_2 + (B_1 + B_2) / 2                            (eqs. 9 to 11)
//
// As in the authors' program the mean continues the image periodically, and the median with zeros.
// Where neither source is salient both count the same.
#include <algorithm>
#include <array>
#include <memory>
#include <opencv2/imgproc.hpp>

#include "auif/method.h"
#include "base/parallel.h"
#include "methods/levels255.h"

namespace auif {
namespace {

// The paper's values.
struct TsifvsOptions {
  int mean_radius = 17;  // pixels
};

class TsifvsMethod : public FusionMethod {
 public:
  TsifvsMethod() {
    Bind("mean-radius", "Radius of the mean filter in pixels, 1 to 500", &options_.mean_radius, 1,
         500);
  }
  const MethodInfo& info() const override {
    static const MethodInfo kInfo = {"tsifvs",
                                     "two scales weighed by saliency",
                                     "D. P. Bavirisetti, R. Dhuli, \"Two-scale image fusion of "
                                     "visible and infrared images using "
                                     "saliency detection\", Infrared Physics & Technology 76, 2016",
                                     {"tif"}};
    return kInfo;
  }
  void Prepare(int threads) override { threads_ = threads; }

 private:
  bool FuseGrey(PlaneView<const float> ir, PlaneView<const float> vis, PlaneView<float> out,
                const MethodProgress&) const override {
    const PlaneView<const float> sources[2] = {ir, vis};
    cv::Mat image[2], base[2], median[2];
    for (int n = 0; n < 2; ++n) {
      image[n] = Levels255(sources[n]);
      base[n] = Mean(image[n]);
      median[n] = Median(image[n]);
    }
    cv::Mat fused(out.height, out.width, CV_64F);
    ParallelFor(out.height, threads_, [&](int y) {
      const auto row = [y](const cv::Mat& m) { return m.ptr<double>(y); };
      double* to = fused.ptr<double>(y);
      for (int x = 0; x < out.width; ++x) {
        double saliency[2], detail[2];
        for (int n = 0; n < 2; ++n) {
          const double b = row(base[n])[x], d = b - row(median[n])[x];
          saliency[n] = d * d;
          detail[n] = row(image[n])[x] - b;
        }
        const double both = saliency[0] + saliency[1];
        const double weight = both > 0 ? saliency[0] / both : 0.5;
        to[x] =
            weight * detail[0] + (1 - weight) * detail[1] + (row(base[0])[x] + row(base[1])[x]) / 2;
      }
    });
    WriteLevels255(fused, out);
    return true;
  }

  cv::Mat Mean(const cv::Mat& image) const {
    const int r = options_.mean_radius;
    cv::Mat wrapped, mean;
    cv::copyMakeBorder(image, wrapped, r, r, r, r, cv::BORDER_WRAP);
    cv::boxFilter(wrapped, mean, CV_64F, {2 * r + 1, 2 * r + 1});
    return mean(cv::Rect(r, r, image.cols, image.rows));
  }

  cv::Mat Median(const cv::Mat& image) const {
    cv::Mat padded, median(image.size(), CV_64F);
    cv::copyMakeBorder(image, padded, 1, 1, 1, 1, cv::BORDER_CONSTANT, 0);
    ParallelFor(image.rows, threads_, [&](int y) {
      double* to = median.ptr<double>(y);
      for (int x = 0; x < image.cols; ++x) {
        std::array<double, 9> window;
        for (int i = 0; i < 9; ++i) window[i] = padded.ptr<double>(y + i / 3)[x + i % 3];
        std::nth_element(window.begin(), window.begin() + 4, window.end());
        to[x] = window[4];
      }
    });
    return median;
  }

  TsifvsOptions options_;
  int threads_ = 1;
};

}  // namespace

std::unique_ptr<FusionMethod> MakeTsifvs() { return std::make_unique<TsifvsMethod>(); }

}  // namespace auif

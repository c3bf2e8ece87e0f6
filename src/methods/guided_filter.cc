// Image fusion with guided filtering: two scales, each weighed by where a source is salient, with
// weights that follow the source's edges.
//
//   B_n = I_n * mean 31x31, D_n = I_n - B_n                            (eqs. 7, 8)
//   S_n = |I_n * Laplacian 3x3| * Gaussian 11x11, sigma 5              (eqs. 9, 10)
//   P_n = 1 where S_n is the largest, else 0; ties count for both      (eq. 11)
//   W_n^B = G(P_n, I_n; r1, eps1), W_n^D = G(P_n, I_n; r2, eps2)       (eqs. 12, 13)
//   F = sum_n W_n^B B_n + sum_n W_n^D D_n, weights normalised per pixel (eqs. 14, 15)
//
// with G the guided filter of P by the guide I: q = mean(a) I + mean(b), a = cov(I, P) / (var(I) +
// eps), b = mean(P) - a mean(I), means over windows of side 2 r + 1. Borders are reflected.
#include <memory>
#include <opencv2/imgproc.hpp>

#include "auif/method.h"
#include "methods/mat.h"

namespace auif {
namespace {

// The paper's values, for images in [0, 1].
struct GuidedFilterOptions {
  int base_radius = 45;  // pixels
  double base_eps = 0.3;
  int detail_radius = 7;  // pixels
  double detail_eps = 1e-6;
};

cv::Mat Mean(const cv::Mat& image, int radius) {
  cv::Mat mean;
  const int side = 2 * radius + 1;
  cv::blur(image, mean, {side, side}, {-1, -1}, cv::BORDER_REFLECT);
  return mean;
}

// In double: var is a difference of nearly equal numbers.
cv::Mat GuidedFilter(const cv::Mat& p, const cv::Mat& guide, int radius, double eps) {
  const cv::Mat mean_i = Mean(guide, radius), mean_p = Mean(p, radius);
  const cv::Mat covariance = Mean(guide.mul(p), radius) - mean_i.mul(mean_p);
  const cv::Mat variance = Mean(guide.mul(guide), radius) - mean_i.mul(mean_i);
  const cv::Mat a = covariance / (variance + eps);
  const cv::Mat b = mean_p - a.mul(mean_i);
  return Mean(a, radius).mul(guide) + Mean(b, radius);
}

cv::Mat Saliency(const cv::Mat& image) {
  cv::Mat high, saliency;
  cv::Laplacian(image, high, CV_64F, 1, 1, 0, cv::BORDER_REFLECT);
  cv::GaussianBlur(cv::abs(high), saliency, {11, 11}, 5, 5, cv::BORDER_REFLECT);
  return saliency;
}

class GuidedFilterMethod : public FusionMethod {
 public:
  GuidedFilterMethod() {
    Bind("base-radius", "Radius of the base weights' filter in pixels, 1 to 1000",
         &options_.base_radius, 1, 1000);
    Bind("base-eps", "Its regularisation, 1e-12 to 1e6", &options_.base_eps, 1e-12, 1e6);
    Bind("detail-radius", "Radius of the detail weights' filter in pixels, 1 to 1000",
         &options_.detail_radius, 1, 1000);
    Bind("detail-eps", "Its regularisation, 1e-12 to 1e6", &options_.detail_eps, 1e-12, 1e6);
  }
  const MethodInfo& info() const override {
    static const MethodInfo kInfo = {
        "guided-filter",
        "guided filtering of two-scale weights",
        "S. Li, X. Kang, J. Hu, \"Image fusion with guided filtering\", IEEE Trans. Image "
        "Processing 22(7), 2013",
        {"gff"}};
    return kInfo;
  }

 private:
  bool FuseGrey(PlaneView<const float> ir, PlaneView<const float> vis, PlaneView<float> out,
                const MethodProgress&) const override {
    const PlaneView<const float> sources[2] = {ir, vis};
    cv::Mat images[2], saliency[2];
    for (int n = 0; n < 2; ++n) {
      AsMat(sources[n]).convertTo(images[n], CV_64F);
      saliency[n] = Saliency(images[n]);
    }
    // Sums of weights and of weighted scales: base, detail.
    cv::Mat weights[2], fused[2];
    for (int n = 0; n < 2; ++n) {
      cv::Mat p;
      cv::Mat(saliency[n] >= saliency[1 - n]).convertTo(p, CV_64F, 1.0 / 255);
      const cv::Mat base = Mean(images[n], 15);
      const cv::Mat scales[2] = {base, images[n] - base};
      const cv::Mat w[2] = {
          GuidedFilter(p, images[n], options_.base_radius, options_.base_eps),
          GuidedFilter(p, images[n], options_.detail_radius, options_.detail_eps)};
      for (int s = 0; s < 2; ++s) {
        // Filtered weights may overshoot a little; none counts less than nothing.
        const cv::Mat weight = cv::max(w[s], 1e-12);
        weights[s] = n == 0 ? weight.clone() : cv::Mat(weights[s] + weight);
        fused[s] =
            n == 0 ? cv::Mat(weight.mul(scales[s])) : cv::Mat(fused[s] + weight.mul(scales[s]));
      }
    }
    cv::Mat(fused[0] / weights[0] + fused[1] / weights[1]).convertTo(AsMat(out), CV_32F);
    return true;
  }

  GuidedFilterOptions options_;
};

}  // namespace

std::unique_ptr<FusionMethod> MakeGuidedFilter() { return std::make_unique<GuidedFilterMethod>(); }

}  // namespace auif

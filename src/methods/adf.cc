// Anisotropic diffusion and the Karhunen-Loeve transform.
//
//   A_n = I_n after `iterations` steps of Perona and Malik's diffusion, D_n = I_n - A_n
//                                                                      (eqs. 1 to 4)
//     I <- I + dt sum_k w_k g(I_k - I) (I_k - I),  g(x) = exp(-(x / kappa)^2)
//     over the eight neighbours I_k, w = 1 beside and 1/2 across
//   v = the eigenvector of the larger eigenvalue of the covariance of D_1 and D_2, over its sum
//                                                                      (eqs. 5 to 9)
//   F = v_1 D_1 + v_2 D_2 + (A_1 + A_2) / 2                            (eqs. 10 to 12)
//
// As in the authors' program, what lies outside the image is 0, and grey levels are in [0, 1], so
// that with kappa = 30 the conductance g is nearly 1 everywhere. AUIF's Table 3 was made so, too;
// `range 255` gives the paper's kappa its meaning.
#include <cmath>
#include <memory>
#include <opencv2/core.hpp>
#include <string>

#include "auif/method.h"
#include "base/parallel.h"
#include "methods/levels255.h"

namespace auif {
namespace {

// The paper's values.
struct AdfOptions {
  int iterations = 10;
  double dt = 0.15;
  double kappa = 30;
  std::string range = "1";  // the grey level of white
};

class AdfMethod : public FusionMethod {
 public:
  AdfMethod() {
    Bind("iterations", "Steps of the diffusion, 0 to 1000", &options_.iterations, 0, 1000);
    Bind("dt", "Length of a step, 0 to 0.16667: more would not be stable", &options_.dt, 0,
         1.0 / 6);
    Bind("kappa", "Grey levels of an edge that is kept, 1e-6 to 1e6", &options_.kappa, 1e-6, 1e6);
    Bind("range", "Grey level of white: 1 or 255", &options_.range, {"1", "255"});
  }
  const MethodInfo& info() const override {
    static const MethodInfo kInfo = {
        "adf", "anisotropic diffusion and the Karhunen-Loeve transform",
        "D. P. Bavirisetti, R. Dhuli, \"Fusion of infrared and visible sensor images based on "
        "anisotropic diffusion and Karhunen-Loeve transform\", IEEE Sensors Journal 16(1), 2016"};
    return kInfo;
  }
  void Prepare(int threads) override { threads_ = threads; }

 private:
  bool FuseGrey(PlaneView<const float> ir, PlaneView<const float> vis, PlaneView<float> out,
                const MethodProgress&) const override {
    const double white = options_.range == "1" ? 1 : 255;
    const PlaneView<const float> sources[2] = {ir, vis};
    cv::Mat base[2], detail[2];
    for (int n = 0; n < 2; ++n) {
      const cv::Mat image = Levels255(sources[n]) * (white / 255);
      base[n] = Diffused(image);
      detail[n] = image - base[n];
    }
    const cv::Vec2d v = Weights(detail[0], detail[1]);
    const cv::Mat fused = v[0] * detail[0] + v[1] * detail[1] + (base[0] + base[1]) / 2;
    WriteLevels255(fused * (255 / white), out);
    return true;
  }

  cv::Mat Diffused(const cv::Mat& image) const {
    // With a border of zeros, which stays.
    cv::Mat from, to;
    cv::copyMakeBorder(image, from, 1, 1, 1, 1, cv::BORDER_CONSTANT, 0);
    to = from.clone();
    const double scale = -1 / (options_.kappa * options_.kappa);
    for (int i = 0; i < options_.iterations; ++i) {
      ParallelFor(image.rows, threads_, [&](int y) {
        const double* above = from.ptr<double>(y);
        const double* row = from.ptr<double>(y + 1);
        const double* below = from.ptr<double>(y + 2);
        double* result = to.ptr<double>(y + 1);
        for (int x = 1; x <= image.cols; ++x) {
          const auto flow = [&](double neighbour) {
            const double d = neighbour - row[x];
            return std::exp(scale * d * d) * d;
          };
          const double beside =
              flow(above[x]) + flow(below[x]) + flow(row[x - 1]) + flow(row[x + 1]);
          const double across =
              flow(above[x - 1]) + flow(above[x + 1]) + flow(below[x - 1]) + flow(below[x + 1]);
          result[x] = row[x] + options_.dt * (beside + 0.5 * across);
        }
      });
      std::swap(from, to);
    }
    return from(cv::Rect(1, 1, image.cols, image.rows));
  }

  // The share of each detail layer.
  static cv::Vec2d Weights(const cv::Mat& a, const cv::Mat& b) {
    const double count = static_cast<double>(a.total());
    const cv::Mat da = a - cv::sum(a)[0] / count, db = b - cv::sum(b)[0] / count;
    const cv::Matx22d covariance(da.dot(da), da.dot(db), da.dot(db), db.dot(db));
    cv::Vec2d values;
    cv::Matx22d vectors;  // in its rows, of the larger eigenvalue first
    cv::eigen(covariance, values, vectors);
    const cv::Vec2d v(vectors(0, 0), vectors(0, 1));
    const double sum = v[0] + v[1];
    // Opposite details of one strength, and flat images, have no direction of their own.
    if (values[0] <= 0 || std::abs(sum) < 1e-6) return {0.5, 0.5};
    return v / sum;
  }

  AdfOptions options_;
  int threads_ = 1;
};

}  // namespace

std::unique_ptr<FusionMethod> MakeAdf() { return std::make_unique<AdfMethod>(); }

}  // namespace auif

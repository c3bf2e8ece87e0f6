// Convolutional sparse representation: base and detail, the details as sums of few learned
// patterns.
//
//   I_n = B_n + H_n, B_n = LowPass(I_n, base_lambda)                             (eq. 4)
//   x_n,m = argmin 1/2 |sum_m d_m * x_n,m - H_n|^2 + lambda sum_m |x_n,m|_1      (eq. 5)
//   A_n = the mean of sum_m |x_n,m| over a window                                (eqs. 6, 7)
//   x_F,m = x_n,m of the n whose A_n is the largest, at each pixel               (eq. 8)
//   F = B_F + sum_m d_m * x_F,m                                                  (eqs. 10, 11)
//   B_F = (B_1 + B_2) / 2, or for pairs of different focus B_n of the same n     (eq. 9)
//
// As in the authors' program the mean continues activities with zeros, and where both are equal the
// second source is taken.
#include <cmath>
#include <memory>
#include <opencv2/imgproc.hpp>
#include <string>
#include <vector>

#include "auif/method.h"
#include "methods/levels255.h"
#include "methods/low_pass.h"
#include "methods/network_weights.h"
#include "methods/sparse_coding.h"

namespace auif {

extern const std::size_t kCsrDictionarySize;
extern const unsigned char kCsrDictionaryBytes[];

namespace {

// The paper's values.
struct CsrOptions {
  std::string dictionary;
  std::string mode = "infrared-visible";
  CodingOptions coding;
  int radius = 0;  // pixels; 0: 3, or 9 where focus differs
  double base_lambda = 5;
};

class CsrMethod : public FusionMethod {
 public:
  CsrMethod() {
    Bind("dictionary", "File of patterns (safetensors); empty: the project's own",
         &options_.dictionary);
    Bind("mode", "How bases are merged: infrared-visible (average) or multi-focus (as the details)",
         &options_.mode, {"infrared-visible", "multi-focus"});
    Bind("lambda", "Sparsity, 1e-6 to 1e3", &options_.coding.lambda, 1e-6, 1e3);
    Bind("iterations", "Steps of the solver at most, 1 to 100000", &options_.coding.iterations, 1,
         100000);
    Bind("tolerance", "Relative residual at which the solver stops, 0 to 1",
         &options_.coding.tolerance, 0, 1);
    Bind("radius",
         "Radius of the activity's window in pixels, 1 to 500; 0: 3, or 9 with multi-focus",
         &options_.radius, 0, 500);
    Bind("base-lambda", "Smoothness of the base layer, 0 to 1e6", &options_.base_lambda, 0, 1e6);
  }
  const MethodInfo& info() const override {
    static const MethodInfo kInfo = {
        "csr",
        "convolutional sparse representation",
        "Y. Liu, X. Chen, R. K. Ward, Z. J. Wang, \"Image fusion with convolutional sparse "
        "representation\", IEEE Signal Processing Letters 23(12), 2016",
        {},
        1,
        {},
        "dictionary built in; others by --method-option dictionary=FILE"};
    return kInfo;
  }
  void Prepare(int threads) override {
    threads_ = threads;
    const NetworkWeights weights =
        NetworkWeights::Open(options_.dictionary, kCsrDictionaryBytes, kCsrDictionarySize);
    dictionary_ = Dictionary::From(weights);
    content_ = weights.fingerprint();
  }
  std::int64_t Parameters() const override {
    return static_cast<std::int64_t>(dictionary_.filters.size());
  }
  std::string Content() const override { return FusionMethod::Content() + " " + content_; }

 private:
  bool FuseGrey(PlaneView<const float> ir, PlaneView<const float> vis, PlaneView<float> out,
                const MethodProgress& progress) const override {
    const PlaneView<const float> sources[2] = {ir, vis};
    SparseCoder coder(dictionary_, ir.size(), options_.coding, threads_);
    cv::Mat base[2], activity[2];
    SparseMaps maps[2];
    for (int n = 0; n < 2; ++n) {
      const cv::Mat image = Levels255(sources[n]) / 255;
      base[n] = LowPass(image, options_.base_lambda);
      const MethodProgress half = [&](double done) { return progress((n + done) / 2); };
      maps[n] = coder.Code(image - base[n], progress ? half : progress);
      if (maps[n].rows.empty()) return false;
      activity[n] = Activity(maps[n]);
    }
    const cv::Mat first = activity[0] > activity[1];
    SparseMaps merged{ir.size(), std::vector<std::vector<SparseMaps::Entry>>(maps[0].rows.size())};
    cv::Mat fused = (base[0] + base[1]) / 2;
    const bool focus = options_.mode == "multi-focus";
    for (int y = 0; y < out.height; ++y) {
      const auto* chosen = first.ptr<std::uint8_t>(y);
      for (int n = 0; n < 2; ++n) {
        for (const SparseMaps::Entry& e : maps[n].rows[static_cast<std::size_t>(y)]) {
          if ((chosen[e.x] != 0) == (n == 0)) merged.rows[static_cast<std::size_t>(y)].push_back(e);
        }
      }
      if (!focus) continue;
      for (int x = 0; x < out.width; ++x) {
        fused.at<double>(y, x) = base[chosen[x] != 0 ? 0 : 1].at<double>(y, x);
      }
    }
    WriteLevels255(255 * (fused + Synthesis(dictionary_, merged, threads_)), out);
    return true;
  }

  cv::Mat Activity(const SparseMaps& maps) const {
    cv::Mat sum(maps.size.height, maps.size.width, CV_64F, cv::Scalar(0)), mean;
    for (int y = 0; y < sum.rows; ++y) {
      for (const SparseMaps::Entry& e : maps.rows[static_cast<std::size_t>(y)]) {
        sum.at<double>(y, e.x) += std::abs(double{e.value});
      }
    }
    const int radius = options_.radius > 0              ? options_.radius
                       : options_.mode == "multi-focus" ? 9
                                                        : 3;
    cv::boxFilter(sum, mean, CV_64F, {2 * radius + 1, 2 * radius + 1}, {-1, -1}, true,
                  cv::BORDER_CONSTANT);
    return mean;
  }

  CsrOptions options_;
  int threads_ = 1;
  std::string content_;
  Dictionary dictionary_;
};

}  // namespace

std::unique_ptr<FusionMethod> MakeCsr() { return std::make_unique<CsrMethod>(); }

}  // namespace auif

// Fusion in the Laplacian pyramid: the stronger detail per pixel and level, on the mean of the
// coarsest level.
//
// With G_0 the image, G_k+1 = G_k blurred by [1 4 6 4 1]/16 along rows and columns and halved
// (reflected at the borders), and L_k = G_k - G_k+1 enlarged again, the fused image is rebuilt from
//
//   L_k = the L_k of larger magnitude (ties: the visible image's), k < levels
//   G   = (G_ir + G_vis) / 2 at the coarsest level
#include <memory>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "auif/method.h"
#include "methods/mat.h"

namespace auif {
namespace {

struct LaplacianOptions {
  int levels = 5;  // of detail; fewer where the image is one pixel wide or high before
};

struct Pyramid {
  std::vector<cv::Mat> details;  // from fine to coarse
  cv::Mat rest;
};

Pyramid Decompose(cv::Mat image, int levels) {
  Pyramid pyramid;
  for (int l = 0; l < levels && std::min(image.rows, image.cols) > 1; ++l) {
    cv::Mat smaller, blurred;
    cv::pyrDown(image, smaller);
    cv::pyrUp(smaller, blurred, image.size());
    pyramid.details.push_back(image - blurred);
    image = smaller;
  }
  pyramid.rest = image;
  return pyramid;
}

class Laplacian : public FusionMethod {
 public:
  Laplacian() { Bind("levels", "Levels of detail, 1 to 20", &options_.levels, 1, 20); }
  const MethodInfo& info() const override {
    static const MethodInfo kInfo = {
        "laplacian", "Laplacian pyramid, stronger detail",
        "P. J. Burt, E. H. Adelson, \"The Laplacian pyramid as a compact image code\", IEEE "
        "Trans. Communications 31(4), 1983; P. J. Burt, R. J. Kolczynski, \"Enhanced image capture "
        "through fusion\", ICCV 1993"};
    return kInfo;
  }

 private:
  bool FuseGrey(PlaneView<const float> ir, PlaneView<const float> vis, PlaneView<float> out,
                const MethodProgress&) const override {
    const Pyramid a = Decompose(AsMat(ir), options_.levels);
    const Pyramid b = Decompose(AsMat(vis), options_.levels);
    cv::Mat fused = (a.rest + b.rest) / 2;
    for (std::size_t l = a.details.size(); l-- > 0;) {
      cv::Mat detail = b.details[l].clone(), larger;
      a.details[l].copyTo(detail, cv::abs(a.details[l]) > cv::abs(b.details[l]));
      cv::pyrUp(fused, larger, detail.size());
      fused = larger + detail;
    }
    fused.copyTo(AsMat(out));
    return true;
  }

  LaplacianOptions options_;
};

}  // namespace

std::unique_ptr<FusionMethod> MakeLaplacian() { return std::make_unique<Laplacian>(); }

}  // namespace auif

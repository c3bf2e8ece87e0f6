// Total variation with additive intensity of the visible image, by ADMM.
//
//   F = argmin_x  sum |x - I| + gamma sum |x - V| + lambda sum |grad x - grad V|
//
// that is F = V + y, where y minimises sum |y - (I - V)| + gamma sum |y| + lambda sum |grad y|;
// l1_tv.cc has the splitting. The paper's idea is that gradient transfer (gamma = 0, `--method
// gtf`) gains from keeping some of the visible intensities. Deviations may also count squared, and
// the gradients may be those of I.
#include <memory>
#include <string>
#include <utility>

#include "auif/method.h"
#include "methods/l1_tv.h"
#include "methods/levels255.h"

namespace auif {
namespace {

// The paper's values are not published, nor is its program. The defaults are a choice of this
// project: those that come nearest to the method's row in Table 3 of AUIF over its three test sets.
// That row is nearly the plain average of the sources, which squared deviations give with small
// lambda, best with the infrared image's gradients. What the paper describes is {norm l1, gradients
// visible}; it comes nowhere near the row for any lambda and gamma that were tried.
struct TvAdmmOptions {
  double lambda = 0.0115;
  double gamma = 1.15;
  std::string norm = "l2", gradients = "infrared", variation = "isotropic";
  AdmmOptions admm = {4, 100, 1e-4, 1};
};

class TvAdmm : public FusionMethod {
 public:
  TvAdmm() {
    Bind("lambda", "Weight of the gradients, for grey levels 0 to 1: 0 to 1e6", &options_.lambda, 0,
         1e6);
    Bind("gamma", "Weight of the visible intensities, 0 to 1e6", &options_.gamma, 0, 1e6);
    Bind("norm", "How intensities' deviations count: l1 or l2 (squared)", &options_.norm,
         {"l1", "l2"});
    Bind("gradients", "Whose gradients are wanted: visible or infrared", &options_.gradients,
         {"visible", "infrared"});
    Bind("variation", "How gradients count: isotropic (length) or anisotropic (components)",
         &options_.variation, {"isotropic", "anisotropic"});
    Bind("rho", "Penalty of ADMM, 1e-6 to 1e6", &options_.admm.rho, 1e-6, 1e6);
    Bind("iterations", "Rounds of ADMM at most, 1 to 1000000", &options_.admm.iterations, 1,
         1000000);
    Bind("tolerance", "Ends at changes of this size, grey levels 0 to 1: 0 to 1",
         &options_.admm.tolerance, 0, 1);
  }
  const MethodInfo& info() const override {
    static const MethodInfo kInfo = {
        "tv-admm", "total variation with both intensities",
        "H. Guo, Y. Ma, X. Mei, J. Ma, \"Infrared and visible image fusion based on total "
        "variation and augmented Lagrangian\", J. Optical Society of America A 34(11), 2017"};
    return kInfo;
  }
  void Prepare(int threads) override {
    options_.admm.threads = threads;
    problem_ = {options_.lambda, 1, options_.gamma, options_.norm == "l2",
                options_.variation == "isotropic"};
    if (options_.gradients == "infrared") std::swap(problem_.to_w, problem_.to_zero);
  }

 private:
  bool FuseGrey(PlaneView<const float> ir, PlaneView<const float> vis, PlaneView<float> out,
                const MethodProgress& progress) const override {
    const bool infrared = options_.gradients == "infrared";
    const cv::Mat base = Levels255(infrared ? ir : vis), other = Levels255(infrared ? vis : ir);
    const cv::Mat y = Minimize(problem_, (other - base) / 255, options_.admm, progress);
    if (y.empty()) return false;
    WriteLevels255(base + 255 * y, out);
    return true;
  }

  TvAdmmOptions options_;
  L1TvProblem problem_;
};

}  // namespace

std::unique_ptr<FusionMethod> MakeTvAdmm() { return std::make_unique<TvAdmm>(); }

}  // namespace auif

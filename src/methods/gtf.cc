// Gradient transfer fusion: the infrared image's intensities with the visible image's gradients.
//
//   F = V + argmin_y sum |y - w| + lambda sum |grad y|, w = I - V,
//   with differences to the right and lower neighbour, 0 at the border
//
// The authors' results are not that minimum but what five rounds of iteratively reweighted least
// squares reach from y = w (P. Rodriguez, B. Wohlberg, IEEE Trans. Image Processing 18(2), 2009), a
// few per cent above it; so this is what is computed here. A round solves
//
//   min_y  1/2 sum |y - w|^2 / f^2 + lambda/2 sum r |grad y|^2,
//   f^2 = max(|y - w|, e_f) / 2,  r = 2 / max(|grad y|, e_r)  of the last y
//
// in v = y / f by conjugate gradients, until the residual is a fifth of what it was. e_f and e_r^2
// are the quantiles of |y - w| and |grad y|^2 for 5 % and 1 % of the pixels, read off a histogram.
// `--method tv-admm` computes the minimum itself, where it is asked to.
#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <vector>

#include "auif/method.h"
#include "base/parallel.h"
#include "methods/levels255.h"

namespace auif {
namespace {

// The paper's and the authors' program's values.
struct GtfOptions {
  double lambda = 4;
  int rounds = 5;
};

// The upper of the two of 1000 levels, evenly from the least value to the largest, between which
// more than `share` of the values lie below. With `lower` the lower one, if that is not 0.
double Quantile(const cv::Mat& values, double share, bool lower) {
  constexpr int kLevels = 1000;
  double least, most;
  cv::minMaxLoc(values, &least, &most);
  const double step = (most - least) / (kLevels - 1);
  if (step <= 0) return most;
  std::vector<long> count(kLevels);
  for (int y = 0; y < values.rows; ++y) {
    const double* row = values.ptr<double>(y);
    for (int x = 0; x < values.cols; ++x) {
      ++count[static_cast<std::size_t>(
          std::clamp<long>(std::lround((row[x] - least) / step), 0, kLevels - 1))];
    }
  }
  const double wanted = share * static_cast<double>(values.total());
  long below = 0;
  int level = 0;
  while (static_cast<double>(below += count[static_cast<std::size_t>(level)]) <= wanted) ++level;
  if (lower && least + step * level > 0) return least + step * level;
  return least + step * std::min(level + 1, kLevels - 1);
}

class Reweighted {
 public:
  Reweighted(const cv::Mat& w, double lambda, int threads)
      : w_(w), lambda_(lambda), threads_(threads), y_(w.clone()) {
    for (cv::Mat* m : {&f_, &r_, &v_, &residual_, &direction_, &image_, &fy_}) {
      m->create(w.size(), CV_64F);
    }
  }

  // Returns false when y is the minimum already.
  bool Round(bool first) {
    constexpr int kMost = 500;
    // r_ gets |grad y|^2, f_ gets |y - w|.
    ForEachRow([this](int y) {
      for (int x = 0; x < w_.cols; ++x) {
        const double dx = Right(y_, y, x), dy = Below(y_, y, x);
        r_.ptr<double>(y)[x] = dx * dx + dy * dy;
        f_.ptr<double>(y)[x] = std::abs(y_.ptr<double>(y)[x] - w_.ptr<double>(y)[x]);
      }
      return 0.0;
    });
    const double e_r = Quantile(r_, 0.01, true), e_f = Quantile(f_, 0.05, false);
    if (e_r <= 0 || (!first && e_f <= 0)) return false;
    // The right side w / f into direction_, for now.
    const double right_side = ForEachRow([&](int y) {
      double sum = 0;
      for (int x = 0; x < w_.cols; ++x) {
        double& f = f_.ptr<double>(y)[x];
        double& r = r_.ptr<double>(y)[x];
        f = first ? 2 * std::sqrt(0.1) : std::sqrt(std::max(f, e_f) / 2);
        r = 2 / std::sqrt(std::max(r, e_r));
        v_.ptr<double>(y)[x] = y_.ptr<double>(y)[x] / f;
        const double to = w_.ptr<double>(y)[x] / f;
        direction_.ptr<double>(y)[x] = to;
        sum += to * to;
      }
      return sum;
    });
    Apply(v_);
    double square = ForEachRow([&](int y) {
      double sum = 0;
      for (int x = 0; x < w_.cols; ++x) {
        double& p = direction_.ptr<double>(y)[x];
        p -= image_.ptr<double>(y)[x];
        residual_.ptr<double>(y)[x] = p;
        sum += p * p;
      }
      return sum;
    });
    if (square <= 1e-28 * right_side) return false;
    const double enough = square / 25;
    for (int i = 0; i < kMost && square > enough; ++i) {
      const double step = square / Apply(direction_);
      const double next = ForEachRow([&](int y) {
        double sum = 0;
        for (int x = 0; x < w_.cols; ++x) {
          v_.ptr<double>(y)[x] += step * direction_.ptr<double>(y)[x];
          double& left = residual_.ptr<double>(y)[x];
          left -= step * image_.ptr<double>(y)[x];
          sum += left * left;
        }
        return sum;
      });
      const double share = next / square;
      ForEachRow([&](int y) {
        for (int x = 0; x < w_.cols; ++x) {
          double& p = direction_.ptr<double>(y)[x];
          p = residual_.ptr<double>(y)[x] + share * p;
        }
        return 0.0;
      });
      square = next;
    }
    y_ = f_.mul(v_);
    return true;
  }

  const cv::Mat& Result() const { return y_; }

 private:
  // Rows in parallel; what they return is added in their order.
  double ForEachRow(const std::function<double(int)>& row) {
    std::vector<double> sums(static_cast<std::size_t>(w_.rows));
    ParallelFor(w_.rows, threads_, [&](int y) { sums[static_cast<std::size_t>(y)] = row(y); });
    double sum = 0;
    for (const double s : sums) sum += s;
    return sum;
  }

  static double Right(const cv::Mat& m, int y, int x) {
    const double* row = m.ptr<double>(y);
    return x + 1 < m.cols ? row[x + 1] - row[x] : 0;
  }
  static double Below(const cv::Mat& m, int y, int x) {
    return y + 1 < m.rows ? m.ptr<double>(y + 1)[x] - m.ptr<double>(y)[x] : 0;
  }

  // image_ = (1 + lambda f grad^T r grad f) p. Returns its product with p.
  double Apply(const cv::Mat& p) {
    fy_ = f_.mul(p);
    return ForEachRow([&](int y) {
      double sum = 0;
      const double *r = r_.ptr<double>(y), *above = r_.ptr<double>(std::max(y - 1, 0));
      for (int x = 0; x < w_.cols; ++x) {
        double flow = -r[x] * (Right(fy_, y, x) + Below(fy_, y, x));
        if (x > 0) flow += r[x - 1] * Right(fy_, y, x - 1);
        if (y > 0) flow += above[x] * Below(fy_, y - 1, x);
        const double value = p.ptr<double>(y)[x];
        image_.ptr<double>(y)[x] = value + lambda_ * f_.ptr<double>(y)[x] * flow;
        sum += value * image_.ptr<double>(y)[x];
      }
      return sum;
    });
  }

  const cv::Mat w_;
  const double lambda_;
  const int threads_;
  cv::Mat y_, f_, r_, v_, residual_, direction_, image_, fy_;
};

class Gtf : public FusionMethod {
 public:
  Gtf() {
    Bind("lambda", "Weight of the gradients, for grey levels 0 to 1: 0 to 1e6", &options_.lambda, 0,
         1e6);
    Bind("rounds", "Rounds of reweighting, 1 to 1000", &options_.rounds, 1, 1000);
  }
  const MethodInfo& info() const override {
    static const MethodInfo kInfo = {
        "gtf", "gradient transfer by total variation",
        "J. Ma, C. Chen, C. Li, J. Huang, \"Infrared and visible image fusion via gradient "
        "transfer and total variation minimization\", Information Fusion 31, 2016"};
    return kInfo;
  }
  void Prepare(int threads) override { threads_ = threads; }

 private:
  bool FuseGrey(PlaneView<const float> ir, PlaneView<const float> vis, PlaneView<float> out,
                const MethodProgress& progress) const override {
    const cv::Mat v = Levels255(vis);
    Reweighted solver((Levels255(ir) - v) / 255, options_.lambda, threads_);
    for (int i = 0; i < options_.rounds; ++i) {
      if (progress && !progress(static_cast<double>(i) / options_.rounds)) return false;
      if (!solver.Round(i == 0)) break;
    }
    WriteLevels255(v + 255 * solver.Result(), out);
    return true;
  }

  GtfOptions options_;
  int threads_ = 1;
};

}  // namespace

std::unique_ptr<FusionMethod> MakeGtf() { return std::make_unique<Gtf>(); }

}  // namespace auif

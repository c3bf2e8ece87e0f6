// With q = y and g = grad y as variables of their own, and scaled multipliers a, b, a round is
//
//   y <- argmin |y - (q - a)|^2 + |grad y - (g - b)|^2, that is
//        (1 + grad^T grad) y = (q - a) + grad^T (g - b)
//   q <- argmin to_w |q - w| + to_zero |q| + rho/2 (q - y - a)^2   pixel by pixel
//   g <- argmin lambda |g| + rho/2 |g - grad y - b|^2              shrinkage
//   a <- a + y - q,  b <- b + grad y - g
//
// where behind the first step y and grad y are drawn beyond the last q and g (over-relaxation).
//
// The first step divides Fourier transforms. These continue images periodically and are fast for
// some sizes only, so y lives on a larger periodic domain of such a size. What is outside of the
// image, and differences across its border, have weight 0 in the objective: there q = y, g = grad y
// and a = b = 0, and the minimum inside is that of the image alone.
#include "methods/l1_tv.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/parallel.h"
#include "methods/low_pass.h"

namespace auif {
namespace {

constexpr double kRelaxation = 1.8;  // the customary one

// argmin of to_w |q - w| + to_zero |q| + (q - s)^2 / 2
double NearestLevel(double s, double w, double to_w, double to_zero) {
  const double sign = w < 0 ? -1 : 1;
  s *= sign;
  w *= sign;
  const double above = s - to_w - to_zero, between = s + to_w - to_zero, below = s + to_w + to_zero;
  if (above > w) return sign * above;
  if (between > w) return sign * w;
  if (between > 0) return sign * between;
  return sign * std::min(below, 0.0);
}

class Solver {
 public:
  Solver(const L1TvProblem& problem, const cv::Mat& w, const AdmmOptions& options)
      : problem_(problem), options_(options), w_(w) {
    const cv::Size domain(cv::getOptimalDFTSize(w.cols), cv::getOptimalDFTSize(w.rows));
    for (cv::Mat* m : {&y_, &a_, &bx_, &by_, &q_, &gx_, &gy_}) {
      *m = cv::Mat::zeros(domain, CV_64F);
    }
    change_.resize(static_cast<std::size_t>(w.rows));
    w.copyTo(q_(Image()));
  }

  // Returns how far y is from q, and q from its last value, per pixel.
  double Round() {
    // y_ gets the right side and then the solution, both at once in cv::dft's hands.
    ParallelFor(y_.rows, options_.threads, [this](int y) { RightSide(y); });
    SolvePeriodic(y_, 1);
    ParallelFor(y_.rows, options_.threads, [this](int y) { Split(y); });
    double sum = 0;
    for (const double c : change_) sum += c;
    return std::sqrt(sum / static_cast<double>(w_.total()));
  }

  cv::Mat Result() const { return y_(Image()).clone(); }

 private:
  cv::Rect Image() const { return {0, 0, w_.cols, w_.rows}; }

  // In q_, gx_, gy_ stand q - a and g - b.
  void RightSide(int y) {
    const int width = y_.cols;
    const double *q = q_.ptr<double>(y), *gx = gx_.ptr<double>(y), *gy = gy_.ptr<double>(y),
                 *above = gy_.ptr<double>(y > 0 ? y - 1 : y_.rows - 1);
    double* to = y_.ptr<double>(y);
    to[0] = q[0] - gx[0] + gx[width - 1] - gy[0] + above[0];
    for (int x = 1; x < width; ++x) to[x] = q[x] - gx[x] + gx[x - 1] - gy[x] + above[x];
  }

  void Split(int y) {
    const double *row = y_.ptr<double>(y), *below = y_.ptr<double>(y + 1 < y_.rows ? y + 1 : 0);
    double *q = q_.ptr<double>(y), *gx = gx_.ptr<double>(y), *gy = gy_.ptr<double>(y),
           *a = a_.ptr<double>(y), *bx = bx_.ptr<double>(y), *by = by_.ptr<double>(y);
    const int inside = y < w_.rows ? w_.cols : 0;
    const double least = problem_.lambda / options_.rho;
    double change = 0;
    for (int x = 0; x < y_.cols; ++x) {
      const double dx = row[x + 1 < y_.cols ? x + 1 : 0] - row[x], dy = below[x] - row[x];
      if (x >= inside) {
        q[x] = row[x];
        gx[x] = dx;
        gy[x] = dy;
        continue;
      }
      const double last = q[x] + a[x];
      const double s = Drawn(row[x], last) + a[x];
      const double level = Level(s, w_.ptr<double>(y)[x]);
      change += (level - last) * (level - last) + (row[x] - level) * (row[x] - level);
      a[x] = s - level;
      q[x] = level - a[x];

      const bool has_right = x + 1 < w_.cols, has_below = y + 1 < w_.rows;
      const double sx = has_right ? Drawn(dx, gx[x] + bx[x]) + bx[x] : 0;
      const double sy = has_below ? Drawn(dy, gy[x] + by[x]) + by[x] : 0;
      const double length_x = problem_.isotropic ? std::hypot(sx, sy) : std::abs(sx);
      const double length_y = problem_.isotropic ? length_x : std::abs(sy);
      bx[x] = length_x > least ? sx * (least / length_x) : sx;
      by[x] = length_y > least ? sy * (least / length_y) : sy;
      gx[x] = has_right ? sx - 2 * bx[x] : dx;
      gy[x] = has_below ? sy - 2 * by[x] : dy;
    }
    if (inside > 0) change_[static_cast<std::size_t>(y)] = change;
  }

  static double Drawn(double now, double last) {
    return kRelaxation * now + (1 - kRelaxation) * last;
  }
  double Level(double s, double w) const {
    const double to_w = problem_.to_w / options_.rho, to_zero = problem_.to_zero / options_.rho;
    if (problem_.squared) return (s + 2 * to_w * w) / (1 + 2 * (to_w + to_zero));
    return NearestLevel(s, w, to_w, to_zero);
  }

  const L1TvProblem problem_;
  const AdmmOptions options_;
  const cv::Mat w_;
  cv::Mat y_, a_, bx_, by_, q_, gx_, gy_;
  std::vector<double> change_;  // by row: sums in one order for any number of threads
};

}  // namespace

double L1TvProblem::Objective(const cv::Mat& y, const cv::Mat& w) const {
  double deviation = 0, variation = 0;
  for (int i = 0; i < y.rows; ++i) {
    const double *row = y.ptr<double>(i), *below = y.ptr<double>(std::min(i + 1, y.rows - 1)),
                 *target = w.ptr<double>(i);
    for (int j = 0; j < y.cols; ++j) {
      const double off = row[j] - target[j];
      const double dx = row[std::min(j + 1, y.cols - 1)] - row[j], dy = below[j] - row[j];
      deviation += squared ? to_w * off * off + to_zero * row[j] * row[j]
                           : to_w * std::abs(off) + to_zero * std::abs(row[j]);
      variation += isotropic ? std::hypot(dx, dy) : std::abs(dx) + std::abs(dy);
    }
  }
  return deviation + lambda * variation;
}

cv::Mat Minimize(const L1TvProblem& problem, const cv::Mat& w, const AdmmOptions& options,
                 const std::function<bool(double)>& progress) {
  Solver solver(problem, w, options);
  for (int i = 0; i < options.iterations; ++i) {
    if (progress && !progress(static_cast<double>(i) / options.iterations)) return {};
    if (solver.Round() < options.tolerance) break;
  }
  return solver.Result();
}

}  // namespace auif

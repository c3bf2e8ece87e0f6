// The solver against a lower bound of the minimum from another algorithm, and by hand.
#include "methods/l1_tv.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace auif {
namespace {

cv::Mat Random(int width, int height, int seed) {
  std::mt19937 random(static_cast<unsigned>(seed));
  cv::Mat image(height, width, CV_64F);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      image.at<double>(y, x) = static_cast<double>(random()) / random.max() * 2 - 1;
    }
  }
  return image;
}

// Blocks and noise: what total variation is for.
cv::Mat Scene(int width, int height, int seed) {
  cv::Mat image = 0.2 * Random(width, height, seed);
  image(cv::Rect(0, 0, (width + 1) / 2, (height + 1) / 2)) += 0.5;
  image(cv::Rect(width / 2, height / 3, width - width / 2, height - height / 3)) -= 0.3;
  return image;
}

// A lower bound of the objective: its dual's value at what many steps of Chambolle and Pock's
// primal-dual algorithm reach. Nothing of the solver's code.
//   min_y f(y) + lambda |grad y| >= min_y f(y) + <p, grad y> for every p with |p| <= lambda
double LowerBound(const L1TvProblem& problem, const cv::Mat& w, int steps) {
  const int width = w.cols, height = w.rows;
  const double a = problem.to_w, b = problem.to_zero, t = 0.35;  // t^2 |grad|^2 <= 1
  const cv::Mat zero = cv::Mat::zeros(w.size(), CV_64F);
  cv::Mat y = w.clone(), drawn = w.clone(), px = zero.clone(), py = zero.clone();
  const auto gradient_transposed = [&](int i, int j) {
    double sum = 0;
    if (j + 1 < width) sum -= px.at<double>(i, j);
    if (j > 0) sum += px.at<double>(i, j - 1);
    if (i + 1 < height) sum -= py.at<double>(i, j);
    if (i > 0) sum += py.at<double>(i - 1, j);
    return sum;
  };
  for (int step = 0; step < steps; ++step) {
    for (int i = 0; i < height; ++i) {
      for (int j = 0; j < width; ++j) {
        double& x_part = px.at<double>(i, j);
        double& y_part = py.at<double>(i, j);
        const double now = drawn.at<double>(i, j);
        if (j + 1 < width) x_part += t * (drawn.at<double>(i, j + 1) - now);
        if (i + 1 < height) y_part += t * (drawn.at<double>(i + 1, j) - now);
        if (problem.isotropic) {
          const double over = std::max(1.0, std::hypot(x_part, y_part) / problem.lambda);
          x_part /= over;
          y_part /= over;
        } else {
          x_part = std::clamp(x_part, -problem.lambda, problem.lambda);
          y_part = std::clamp(y_part, -problem.lambda, problem.lambda);
        }
      }
    }
    for (int i = 0; i < height; ++i) {
      for (int j = 0; j < width; ++j) {
        const double s = y.at<double>(i, j) - t * gradient_transposed(i, j), v = w.at<double>(i, j);
        double next = 0;
        if (problem.squared) {
          next = (s + 2 * t * a * v) / (1 + 2 * t * (a + b));
        } else {
          // The best of the stationary points of all slopes and of both kinks.
          double least = INFINITY;
          for (const double slope : {-a - b, b - a, a - b, a + b, 2e9, 3e9}) {
            const double q = slope == 2e9 ? v : slope == 3e9 ? 0 : s - t * slope;
            const double value =
                t * (a * std::abs(q - v) + b * std::abs(q)) + (q - s) * (q - s) / 2;
            if (value < least) {
              least = value;
              next = q;
            }
          }
        }
        drawn.at<double>(i, j) = 2 * next - y.at<double>(i, j);
        y.at<double>(i, j) = next;
      }
    }
  }
  // With |grad^T p| > a + b the bound of absolute deviations were minus infinity: p is scaled.
  double scale = 1;
  if (!problem.squared) {
    for (int i = 0; i < height; ++i) {
      for (int j = 0; j < width; ++j) {
        const double s = std::abs(gradient_transposed(i, j));
        if (s > a + b) scale = std::min(scale, (a + b) / s);
      }
    }
  }
  double bound = 0;
  for (int i = 0; i < height; ++i) {
    for (int j = 0; j < width; ++j) {
      const double s = scale * gradient_transposed(i, j), v = w.at<double>(i, j);
      if (problem.squared) {
        const double q = (a * v - s / 2) / (a + b);
        bound += a * (q - v) * (q - v) + b * q * q + s * q;
      } else {
        bound += std::min(a * std::abs(v), b * std::abs(v) + s * v);
      }
    }
  }
  return bound;
}

TEST(L1TvTest, TheObjectiveIsWithin1e6OfALowerBound) {
  const L1TvProblem problems[] = {{0.3, 1, 0, false, true},   {0.3, 1, 0, false, false},
                                  {0.2, 1, 0.5, false, true}, {1, 1, 0, false, true},
                                  {0.1, 1, 1, true, true},    {0.02, 1.1, 1, true, false}};
  for (const L1TvProblem& problem : problems) {
    for (const cv::Size size : {cv::Size(17, 13), cv::Size(1, 11), cv::Size(7, 1)}) {
      SCOPED_TRACE(testing::Message()
                   << "lambda " << problem.lambda << " to zero " << problem.to_zero << " squared "
                   << problem.squared << " isotropic " << problem.isotropic << " width "
                   << size.width);
      const cv::Mat w = Scene(size.width, size.height, 3);
      const cv::Mat y = Minimize(problem, w, {10, 10000, 0, 1});
      const double reached = problem.Objective(y, w), bound = LowerBound(problem, w, 30000);
      EXPECT_LE(reached, bound * (1 + 1e-6));
      EXPECT_GE(reached, bound * (1 - 1e-9));  // else one of both is wrong
    }
  }
}

TEST(L1TvTest, SmallCasesByHand) {
  const AdmmOptions admm = {10, 3000, 0, 1};
  // One pixel: the nearer of w and 0, in the middle for equal squares.
  const cv::Mat one(1, 1, CV_64F, 0.6);
  EXPECT_NEAR((Minimize({1, 1, 0.5, false, true}, one, admm).at<double>(0)), 0.6, 1e-9);
  EXPECT_NEAR((Minimize({1, 1, 2, false, true}, one, admm).at<double>(0)), 0, 1e-9);
  EXPECT_NEAR((Minimize({1, 1, 1, true, true}, one, admm).at<double>(0)), 0.3, 1e-9);
  EXPECT_NEAR((Minimize({1, 1, 3, true, true}, -one, admm).at<double>(0)), -0.15, 1e-9);
  // Two pixels a step of 1 apart with squares: each moves by lambda / 2, until they meet.
  const cv::Mat step = (cv::Mat_<double>(1, 2) << 0, 1);
  const cv::Mat nearer = Minimize({0.4, 1, 0, true, true}, step, admm);
  EXPECT_NEAR(nearer.at<double>(0), 0.2, 1e-9);
  EXPECT_NEAR(nearer.at<double>(1), 0.8, 1e-9);
  const cv::Mat met = Minimize({3, 1, 0, true, true}, step, admm);
  EXPECT_NEAR(met.at<double>(0), 0.5, 1e-9);
  EXPECT_NEAR(met.at<double>(1), 0.5, 1e-9);
  // A single pixel of 3x3 costs 1 to drop and lambda (2 + sqrt 2) to keep, by lengths of gradients
  // (its own, its left and upper neighbours'), or 4 lambda by components.
  cv::Mat dot = cv::Mat::zeros(3, 3, CV_64F);
  dot.at<double>(1, 1) = 1;
  const double least = 1 / (2 + std::sqrt(2));
  EXPECT_NEAR((Minimize({0.99 * least, 1, 0, false, true}, dot, admm).at<double>(1, 1)), 1, 1e-6);
  EXPECT_NEAR((Minimize({0.26, 1, 0, false, false}, dot, admm).at<double>(1, 1)), 0, 1e-6);
  EXPECT_NEAR((Minimize({0.24, 1, 0, false, false}, dot, admm).at<double>(1, 1)), 1, 1e-6);
}

TEST(L1TvTest, BordersAreNotJoined) {
  // Were the image continued periodically, its left and right ends would be neighbours.
  cv::Mat w = cv::Mat::zeros(16, 16, CV_64F);
  w.colRange(8, 16) = 1;
  const cv::Mat y = Minimize({0.5, 1, 0, true, true}, w, {10, 2000, 0, 1});
  for (int i = 0; i < 16; ++i) {
    for (int j = 0; j < 16; ++j) {
      // Both halves move by lambda / 2 / 8, the length of a row.
      ASSERT_NEAR(y.at<double>(i, j), j < 8 ? 0.03125 : 1 - 0.03125, 1e-6);
    }
  }
}

TEST(L1TvTest, TheWayDoesNotChangeTheMinimum) {
  const cv::Mat w = Scene(30, 22, 5);
  const L1TvProblem problem = {0.1, 1, 0.8, true, true};
  const cv::Mat y = Minimize(problem, w, {10, 3000, 0, 1});
  EXPECT_LE(cv::norm(y, Minimize(problem, w, {2, 6000, 0, 2}), cv::NORM_INF), 1e-6);
  EXPECT_LE(cv::norm(y, Minimize(problem, w, {10, 100000, 1e-7, 1}), cv::NORM_INF), 1e-4);
}

TEST(L1TvTest, ProgressStops) {
  const cv::Mat w = Scene(9, 9, 1);
  double last = 0;
  EXPECT_TRUE(Minimize({}, w, {}, [&](double done) {
                last = done;
                return done < 0.5;
              }).empty());
  EXPECT_EQ(last, 0.5);
}

}  // namespace
}  // namespace auif

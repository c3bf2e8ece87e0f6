// Total variation against deviations from two values, by the alternating direction method of
// multipliers.
#pragma once

#include <functional>
#include <opencv2/core.hpp>

namespace auif {

struct L1TvProblem {
  double lambda = 4;      // weight of the total variation
  double to_w = 1;        // weight of the deviations from w
  double to_zero = 0;     // weight of the deviations from 0
  bool squared = false;   // deviations count squared
  bool isotropic = true;  // a gradient counts by its length; false: by its components' sizes

  // to_w sum |y - w| + to_zero sum |y| + lambda sum |grad y|, or with |y - w|^2 and |y|^2. No
  // weight is below 0. grad: differences to the right and lower neighbour, 0 at the border. CV_64F,
  // of one size.
  double Objective(const cv::Mat& y, const cv::Mat& w) const;
};

struct AdmmOptions {
  double rho = 10;  // penalty of the augmented Lagrangian: changes the way, not the minimum
  int iterations = 200;
  double tolerance = 0;  // ends when y's splitting and its last step are this small (r.m.s.)
  int threads = 1;       // 0: as many as the machine has; the same bits for any number
};

// The y that minimises the objective. w: CV_64F, not empty. Empty where `progress`, which may be
// empty and gets the share that is done, said stop.
cv::Mat Minimize(const L1TvProblem& problem, const cv::Mat& w, const AdmmOptions& options,
                 const std::function<bool(double)>& progress = {});

}  // namespace auif

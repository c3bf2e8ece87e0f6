// Filters given by their gain in the frequency domain, for models of human vision.
#pragma once

#include <functional>

#include "metrics/grey_view.h"

namespace auif::metrics {

// Multiplies each frequency of an image, continued periodically, by gain(r), where
// r = hypot(u width / pixels, v height / pixels); u and v are the frequencies along rows and
// columns in -1..1, 1 being half a cycle per pixel. `pixels` sets the viewing distance, as the
// published models choose it.
class FrequencyFilter {
 public:
  FrequencyFilter(int width, int height, double pixels, const std::function<double(double)>& gain);

  // `in` has the size given above.
  Plane<double> Apply(GreyView in) const;

 private:
  int width_, height_;
  Plane<double> gain_;  // of the frequencies u, v >= 0; it is even in both
};

// The image stretched by its own minimum and maximum to 0..255 and rounded to whole numbers,
// halves upwards; empty where it is constant.
Plane<double> StretchToGreyLevels(GreyView in);

}  // namespace auif::metrics

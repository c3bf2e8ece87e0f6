#include "metrics/visual_information.h"

#include <array>
#include <iterator>
#include <span>

#include "metrics/filters.h"

namespace auif::metrics {
namespace {

// One half of each window, exp(-x^2 / (2 sigma^2)) / sum, from its first weight to the middle one.
// Constants, because their last bits count: in flat, bright parts the rounding error of a window's
// sum, times the squared mean, is as large as the variance below which FitCopy sees nothing. These
// are the bits that NumPy computes (with AVX-512), so the same pixels pass as in the published
// values; computed otherwise, two of sixty VIFF values move by 1e-4.
constexpr double k17[] = {0.007456268901255536, 0.014265500488968061, 0.025031319134073693,
                          0.040282065814295595, 0.05945262097955645,  0.08047510447228295,
                          0.09990411251845294,  0.11374608465521988,  0.11877384607178972};
constexpr double k9[] = {0.018978083440539268, 0.0558981745403636, 0.12092090595788882,
                         0.1921160516399645, 0.2241735688424878};
constexpr double k5[] = {0.054488684549642924, 0.24420134200323332, 0.4026199468942474};
constexpr double k3[] = {0.16637851056992242, 0.6672429788601549};

}  // namespace

std::vector<double> VisualWindow(int scale) {
  constexpr std::array<std::span<const double>, kVisualScales> kHalves{k17, k9, k5, k3};
  const std::span<const double> half = kHalves[static_cast<std::size_t>(scale)];
  std::vector<double> window(half.begin(), half.end());
  window.insert(window.end(), std::next(half.rbegin()), half.rend());
  return window;
}

Plane<double> NextVisualScale(GreyView image, const std::vector<double>& window) {
  return EverySecond(FilterValid(image, window, window));
}

}  // namespace auif::metrics

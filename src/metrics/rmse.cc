#include "metrics/rmse.h"

#include <cmath>

#include "metrics/mse.h"

namespace auif::metrics {

double Rmse(GreyView source, GreyView fused) { return std::sqrt(Mse(source, fused)); }

}  // namespace auif::metrics

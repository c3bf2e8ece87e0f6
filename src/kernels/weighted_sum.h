// The one vectorised loop under all separable filters.
#pragma once

#include <span>

namespace auif::metrics {

// out[x] = sum_k weights[k] * inputs[k][x] for 0 <= x < count. Multiplications and additions are
// rounded separately and in one fixed order, so the bits are the same on every machine.
void WeightedSum(std::span<const double* const> inputs, std::span<const double> weights,
                 double* out, int count);

}  // namespace auif::metrics

// What a layer does pixel by pixel, forward and backward: batch norm with the batch's statistics,
// PReLU and the step. z is what the batch norm gets:
//
//   StepForm::kGradient  z = K x                        x+ = (1 - eta theta) x + eta theta I
//                                                              - eta P(z)
//   StepForm::kOutput    z = x - eta (K x - theta (I - x))   x+ = P(z)
//
// with P(z) = PReLU(u), u = weight (z - mean) / deviation + bias, mean and deviation (the root of
// variance + epsilon) over all M pixels of the batch, slope a. With g = dL/dx+, f = -eta (kOutput:
// 1) and g' = g where u > 0, a g elsewhere:
//
//   da = f sum g min(u, 0)     dbias = f sum g'     dweight = f sum g' (z - mean) / deviation
//   dz = weight / deviation [ f g' - dbias / M - (z - mean) / deviation dweight / M ]
//
// The sums need all pixels before dz is known for any, so backward is two passes.
#pragma once

#include "kernels/kernel5x5.h"
#include "kernels/padded_plane.h"

namespace auif {

// Mean and sum of squared deviations from it.
struct Moments {
  double mean = 0, squares = 0;
};
// Of one map; two passes, so that nothing cancels.
Moments MapMoments(const PaddedPlane& z);

// A layer's numbers for the forward pass.
struct StepNumbers {
  float mean = 0, scale = 1, bias = 0;  // u = scale (z - mean) + bias
  float slope = 0, eta = 0;
  float keep = 0, source = 0;  // 1 - eta theta, eta theta
};

// x+ from x, I and z; with kOutput only z matters. Does not fill the margin of `out`.
void StepForward(StepForm form, const StepNumbers& numbers, const PaddedPlane& x,
                 const PaddedPlane& source, const PaddedPlane& z, PaddedPlane* out);

// Over one map; with kOutput the last two are 0.
struct StepSums {
  double negative = 0;   // g min(u, 0)
  double direct = 0;     // g'
  double deviation = 0;  // g' (z - mean)
  double positive = 0;   // g max(u, 0)
  double fidelity = 0;   // g (I - x)
};
StepSums StepBackwardSums(StepForm form, const StepNumbers& numbers, const PaddedPlane& g,
                          const PaddedPlane& x, const PaddedPlane& source, const PaddedPlane& z);

// dz = direct g' - constant - deviation (z - mean), zero behind the ends of the rows.
struct NormBackward {
  float direct = 0, constant = 0, deviation = 0;
};
// Returns sum dz (I - x) with kOutput, which theta's gradient needs, else 0.
double StepBackward(StepForm form, const StepNumbers& numbers, const NormBackward& norm,
                    const PaddedPlane& g, const PaddedPlane& x, const PaddedPlane& source,
                    const PaddedPlane& z, PaddedPlane* dz);

// The decoder's end: y = sigmoid(u). Fills the margin.
void SigmoidForward(const StepNumbers& numbers, const PaddedPlane& z, PaddedPlane* y);
// dy becomes du = dy y (1 - y), and the sums `direct` and `deviation` are those of g' = du.
StepSums SigmoidBackwardSums(const StepNumbers& numbers, const PaddedPlane& y, const PaddedPlane& z,
                             PaddedPlane* dy);
// dz from du.
void SigmoidBackward(const StepNumbers& numbers, const NormBackward& norm, const PaddedPlane& du,
                     const PaddedPlane& z, PaddedPlane* dz);

// out = a + b, margin included.
void AddMaps(const PaddedPlane& a, const PaddedPlane& b, PaddedPlane* out);

}  // namespace auif

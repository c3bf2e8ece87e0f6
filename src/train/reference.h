// The training step in plain double, each piece with its backward pass: slow, but plain to read.
// The kernels are tested against it, and it against central differences and PyTorch.
#pragma once

#include <array>
#include <vector>

#include "auif/model.h"
#include "auif/plane.h"
#include "kernels/loss.h"
#include "kernels/reference.h"
#include "network/collapse.h"

namespace auif::reference {

// One batch norm's parameters, and its gradients.
struct Norm {
  double weight = 1, bias = 0;
};
struct NormResult {
  Maps u;
  double mean = 0, variance = 0;  // of the whole batch
};
NormResult Normalise(const Norm& norm, const Maps& z);
// Returns dz; adds to dnorm.
Maps NormaliseBackward(const Norm& norm, const Maps& z, const Maps& du, Norm* dnorm);

// The step of a layer after its convolutions: x+ from x, I and k = Conv2(Conv1(x)).
struct Step {
  double eta = 0, theta = 0, slope = 0;
  Norm norm;
};
struct StepResult {
  Maps out;
  double mean = 0, variance = 0;
  // The smallest |u| that the PReLU gets: near 0 its slope jumps, and no gradient can be compared.
  double kink_distance = 0;
};
StepResult RunStep(Activation activation, const Step& step, const Maps& x, const Maps& source,
                   const Maps& k);
// Gradients of x and k from g = dL/dx+; adds to dstep.
void StepBackward(Activation activation, const Step& step, const Maps& x, const Maps& source,
                  const Maps& k, const Maps& g, Maps* dx, Maps* dk, Step* dstep);

// The offset's term of the loss (LossWeights): the decoder's batch norm and what it gets. Adds to
// dz and dnorm.
double OffsetLoss(const LossWeights& weights, const Norm& norm, const Maps& z, Maps* dz,
                  Norm* dnorm);

struct BatchResult {
  double loss = 0;
  double kink_distance = 0;  // the smallest of all layers
  // As in auif::BatchResult.
  Model gradient;
};
BatchResult RunBatch(const Model& model, const std::vector<Plane<float>>& images,
                     const LossWeights& weights);

}  // namespace auif::reference

// Every backward pass of the reference against central differences, in double.
#include "train/reference.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>

namespace auif::reference {
namespace {

constexpr int kWidth = 9, kHeight = 7;

std::mt19937& Bits() {
  static std::mt19937 bits(7);
  return bits;
}
double Uniform(double from, double to) { return from + (to - from) * (Bits()() / 4294967296.0); }

Map RandomMap(double from = -1, double to = 1) {
  Map map(kWidth, kHeight);
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) map.Row(y)[x] = Uniform(from, to);
  }
  return map;
}
Maps RandomMaps() { return {RandomMap(), RandomMap(), RandomMap()}; }

EdgeKernels RandomKernels() {
  EdgeKernels kernels;
  for (auto& row : kernels) {
    for (Kernel5x5& kernel : row) {
      for (double& tap : kernel) tap = Uniform(-1, 1);
    }
  }
  return kernels;
}

double Dot(const Map& a, const Map& b) {
  double sum = 0;
  for (int y = 0; y < a.height(); ++y) {
    for (int x = 0; x < a.width(); ++x) sum += a.Row(y)[x] * b.Row(y)[x];
  }
  return sum;
}
double Dot(const Maps& a, const Maps& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += Dot(a[i], b[i]);
  return sum;
}

// Central differences with a step of 1e-5 are off by 1e-10 (third derivative) and by about
// 1e-16 * 100 / 1e-5 (rounding of sums of a few hundred terms).
constexpr double kStep = 1e-5, kTolerance = 1e-8;

// The derivative of f with respect to `value`, which f reads.
double Difference(double* value, const std::function<double()>& f) {
  const double middle = *value;
  *value = middle + kStep;
  const double above = f();
  *value = middle - kStep;
  const double below = f();
  *value = middle;
  return (above - below) / (2 * kStep);
}

void ExpectGradient(const Map& gradient, Map* map, const std::function<double()>& f) {
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      EXPECT_NEAR(gradient.Row(y)[x], Difference(&map->Row(y)[x], f), kTolerance) << y << " " << x;
    }
  }
}
void ExpectGradient(const Maps& gradient, Maps* maps, const std::function<double()>& f) {
  for (std::size_t i = 0; i < maps->size(); ++i) ExpectGradient(gradient[i], &maps->at(i), f);
}

TEST(ReferenceTest, Convolution) {
  for (const bool has_edges : {false, true}) {
    EdgeKernels kernels = RandomKernels();
    Map x = RandomMap();
    const Map dz = RandomMap();
    const auto f = [&] { return Dot(Convolve(kernels, has_edges, x), dz); };
    Map dx(kWidth, kHeight);
    EdgeKernels dkernels{};
    ConvolveBackward(kernels, has_edges, x, dz, &dx, &dkernels);
    ExpectGradient(dx, &x, f);
    for (int e = 0; e < 9; ++e) {
      for (int t = 0; t < 25; ++t) {
        double* tap = &kernels[e / 3][e % 3][t];
        EXPECT_NEAR(dkernels[e / 3][e % 3][t], Difference(tap, f), kTolerance);
      }
    }
  }
}

TEST(ReferenceTest, Normalisation) {
  Norm norm{1.3, -0.4};
  Maps z = RandomMaps();
  const Maps du = RandomMaps();
  const auto f = [&] { return Dot(Normalise(norm, z).u, du); };
  Norm dnorm{0, 0};
  ExpectGradient(NormaliseBackward(norm, z, du, &dnorm), &z, f);
  EXPECT_NEAR(dnorm.weight, Difference(&norm.weight, f), kTolerance);
  EXPECT_NEAR(dnorm.bias, Difference(&norm.bias, f), kTolerance);
}

TEST(ReferenceTest, Offset) {
  const LossWeights weights{.offset = 0.5, .offset_target = 0.3};
  Norm norm{1.3, -0.4};
  Maps z = RandomMaps();
  Maps none = z;
  Norm dnone{0, 0};
  const auto f = [&] { return OffsetLoss(weights, norm, z, &none, &dnone); };
  Maps dz;
  for (const Map& map : z) dz.emplace_back(map.width(), map.height());
  Norm dnorm{0, 0};
  EXPECT_GT(OffsetLoss(weights, norm, z, &dz, &dnorm), 0);
  ExpectGradient(dz, &z, f);
  EXPECT_NEAR(dnorm.weight, Difference(&norm.weight, f), kTolerance);
  EXPECT_EQ(dnorm.bias, 0);
}

TEST(ReferenceTest, Step) {
  for (const Activation activation : {Activation::kGradient, Activation::kOutput}) {
    Step step{0.3, 0.4, 0.25, {1.2, 0.1}};
    Maps x = RandomMaps(), k = RandomMaps();
    const Maps source = RandomMaps(), g = RandomMaps();
    const auto f = [&] { return Dot(RunStep(activation, step, x, source, k).out, g); };
    // No PReLU passes its kink within a difference.
    ASSERT_GT(RunStep(activation, step, x, source, k).kink_distance, 10 * kStep);
    Step dstep{0, 0, 0, {0, 0}};
    Maps dx, dk;
    StepBackward(activation, step, x, source, k, g, &dx, &dk, &dstep);
    ExpectGradient(dx, &x, f);
    ExpectGradient(dk, &k, f);
    EXPECT_NEAR(dstep.eta, Difference(&step.eta, f), kTolerance);
    EXPECT_NEAR(dstep.theta, Difference(&step.theta, f), kTolerance);
    EXPECT_NEAR(dstep.slope, Difference(&step.slope, f), kTolerance);
    EXPECT_NEAR(dstep.norm.weight, Difference(&step.norm.weight, f), kTolerance);
    EXPECT_NEAR(dstep.norm.bias, Difference(&step.norm.bias, f), kTolerance);
  }
}

TEST(ReferenceTest, Loss) {
  for (const bool clip : {false, true}) {
    const LossWeights weights{.mse = 1, .ssim = 5, .clip = clip};
    const Map x = RandomMap(0, 1);
    Map y = RandomMap(0, 1);
    const double pixels = 3 * kWidth * kHeight;
    ExpectGradient(LossBackward(weights, pixels, x, y), &y,
                   [&] { return Loss(weights, pixels, x, y); });
  }
}

TEST(ReferenceTest, Collapse) {
  std::vector<float> conv1(4 * 9), conv2(4 * 9);
  for (float& v : conv1) v = static_cast<float>(Uniform(-1, 1));
  for (float& v : conv2) v = static_cast<float>(Uniform(-1, 1));
  const EdgeKernels dkernels = RandomKernels();
  const auto f = [&] {
    const EdgeKernels kernels = CollapseEdges(conv1, conv2);
    double sum = 0;
    for (int e = 0; e < 9; ++e) {
      for (int t = 0; t < 25; ++t) {
        sum += kernels[e / 3][e % 3][t] * dkernels[e / 3][e % 3][t];
      }
    }
    return sum;
  };
  std::vector<double> dconv1(conv1.size()), dconv2(conv2.size());
  CollapseBackward(conv1, conv2, dkernels, dconv1, dconv2);
  // Linear in each kernel tensor, so a step may be large; 1/4 changes a float exactly enough.
  const auto difference = [&](float* value) {
    const float middle = *value;
    *value = middle + 0.25f;
    const double above = f(), high = *value;
    *value = middle - 0.25f;
    const double below = f(), low = *value;
    *value = middle;
    return (above - below) / (high - low);
  };
  for (std::size_t i = 0; i < conv1.size(); ++i) {
    EXPECT_NEAR(dconv1[i], difference(&conv1[i]), 1e-12);
    EXPECT_NEAR(dconv2[i], difference(&conv2[i]), 1e-12);
  }
}

}  // namespace
}  // namespace auif::reference

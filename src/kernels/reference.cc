#include "kernels/reference.h"

#include <algorithm>
#include <cmath>

#include "base/reflect.h"

namespace auif::reference {
namespace {

int EdgeOf(int i, int n, bool has_edges) {
  return !has_edges ? 1 : i == 0 ? 0 : i == n - 1 ? 2 : 1;
}

// Calls f(p, q, weight) for all pixels p of the map and q of their windows, reflected.
template <typename F>
void ForWindows(const Map& map, const F& f) {
  const double side = std::exp(-1 / (2 * 1.5 * 1.5)), sum = (1 + 2 * side) * (1 + 2 * side);
  ForPixels(map, [&](int y, int x) {
    for (int dy = -1; dy <= 1; ++dy) {
      for (int dx = -1; dx <= 1; ++dx) {
        f(y, x, Reflect(y + dy, map.height()), Reflect(x + dx, map.width()),
          std::pow(side, dy * dy + dx * dx) / sum);
      }
    }
  });
}

struct SsimTerms {
  Map mx, my, vx, vy, cov;
};

SsimTerms Terms(const Map& x, const Map& y) {
  SsimTerms t;
  for (Map* map : {&t.mx, &t.my, &t.vx, &t.vy, &t.cov}) *map = Map(x.width(), x.height());
  ForWindows(x, [&](int py, int px, int qy, int qx, double w) {
    t.mx.Row(py)[px] += w * x.Row(qy)[qx];
    t.my.Row(py)[px] += w * y.Row(qy)[qx];
  });
  ForWindows(x, [&](int py, int px, int qy, int qx, double w) {
    const double dx = x.Row(qy)[qx] - t.mx.Row(py)[px], dy = y.Row(qy)[qx] - t.my.Row(py)[px];
    t.vx.Row(py)[px] += w * dx * dx;
    t.vy.Row(py)[px] += w * dy * dy;
    t.cov.Row(py)[px] += w * dx * dy;
  });
  return t;
}

constexpr double kC1 = 0.01 * 0.01, kC2 = 0.03 * 0.03;

// The factors of S at a pixel: S = a1 a2 / (b1 b2).
struct Factors {
  double a1, a2, b1, b2;
  double s() const { return a1 * a2 / (b1 * b2); }
};

Factors FactorsAt(const SsimTerms& t, int y, int x) {
  const double mx = t.mx.Row(y)[x], my = t.my.Row(y)[x];
  return {2 * mx * my + kC1, 2 * t.cov.Row(y)[x] + kC2, mx * mx + my * my + kC1,
          t.vx.Row(y)[x] + t.vy.Row(y)[x] + kC2};
}

}  // namespace

Map Convolve(const EdgeKernels& kernels, bool has_edges, const Map& x) {
  const int w = x.width(), h = x.height();
  Map z(w, h);
  ForPixels(x, [&](int y, int c) {
    const Kernel5x5& kernel = kernels[EdgeOf(y, h, has_edges)][EdgeOf(c, w, has_edges)];
    for (int t = 0; t < 25; ++t) {
      z.Row(y)[c] += kernel[t] * x.Row(Reflect(y + t / 5 - 2, h))[Reflect(c + t % 5 - 2, w)];
    }
  });
  return z;
}

void ConvolveBackward(const EdgeKernels& kernels, bool has_edges, const Map& x, const Map& dz,
                      Map* dx, EdgeKernels* dkernels) {
  const int w = x.width(), h = x.height();
  ForPixels(x, [&](int y, int c) {
    const int row = EdgeOf(y, h, has_edges), column = EdgeOf(c, w, has_edges);
    for (int t = 0; t < 25; ++t) {
      const int qy = Reflect(y + t / 5 - 2, h), qx = Reflect(c + t % 5 - 2, w);
      dx->Row(qy)[qx] += kernels[row][column][t] * dz.Row(y)[c];
      (*dkernels)[row][column][t] += dz.Row(y)[c] * x.Row(qy)[qx];
    }
  });
}
double Loss(const LossWeights& weights, double pixels, const Map& x, const Map& y) {
  const SsimTerms t = Terms(x, y);
  double loss = 0;
  ForPixels(x, [&](int row, int c) {
    const double e = y.Row(row)[c] - x.Row(row)[c];
    double dissimilarity = 1 - FactorsAt(t, row, c).s();
    if (weights.clip) dissimilarity = std::clamp(dissimilarity, 0.0, 1.0);
    loss += (weights.mse * e * e + weights.ssim * dissimilarity / 2) / pixels;
  });
  return loss;
}

Map LossBackward(const LossWeights& weights, double pixels, const Map& x, const Map& y) {
  const SsimTerms t = Terms(x, y);
  Map dy(x.width(), x.height());
  ForPixels(x, [&](int row, int c) {
    dy.Row(row)[c] = 2 * weights.mse * (y.Row(row)[c] - x.Row(row)[c]) / pixels;
  });
  ForWindows(x, [&](int py, int px, int qy, int qx, double w) {
    const Factors f = FactorsAt(t, py, px);
    if (weights.clip && f.s() < 0) return;
    const double mx = t.mx.Row(py)[px], my = t.my.Row(py)[px];
    const double dmean = 2 * mx * f.a2 / (f.b1 * f.b2) - 2 * my * f.s() / f.b1;
    const double dvariance = -f.s() / f.b2, dcov = 2 * f.a1 / (f.b1 * f.b2);
    const double ds = dmean + 2 * dvariance * (y.Row(qy)[qx] - my) + dcov * (x.Row(qy)[qx] - mx);
    dy.Row(qy)[qx] -= weights.ssim / (2 * pixels) * w * ds;
  });
  return dy;
}

}  // namespace auif::reference

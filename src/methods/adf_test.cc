// ADF against a plain evaluation of its steps, and what its equations promise.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "auif/method.h"
#include "tests/random_model.h"

namespace auif {
namespace {

using Map = Plane<double>;

// One step of the diffusion, neighbour by neighbour.
Map Step(const Map& in, double dt, double kappa) {
  Map out(in.width(), in.height());
  const auto at = [&](int y, int x) {
    return x < 0 || y < 0 || x >= in.width() || y >= in.height() ? 0.0 : in.Row(y)[x];
  };
  for (int y = 0; y < in.height(); ++y) {
    for (int x = 0; x < in.width(); ++x) {
      double sum = 0;
      for (int dy = -1; dy <= 1; ++dy) {
        for (int dx = -1; dx <= 1; ++dx) {
          const double d = at(y + dy, x + dx) - at(y, x);
          sum += (dx != 0 && dy != 0 ? 0.5 : 1.0) * std::exp(-std::pow(d / kappa, 2)) * d;
        }
      }
      out.Row(y)[x] = at(y, x) + dt * sum;
    }
  }
  return out;
}

// The direction of most variance, by trying all of them; over its sum.
std::array<double, 2> Direction(const std::vector<double>& a, const std::vector<double>& b) {
  double mean_a = 0, mean_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) mean_a += a[i] / a.size(), mean_b += b[i] / b.size();
  double best = -1, angle = 0;
  const auto variance = [&](double t) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      const double v = std::cos(t) * (a[i] - mean_a) + std::sin(t) * (b[i] - mean_b);
      sum += v * v;
    }
    return sum;
  };
  for (double width = std::acos(-1.0), middle = 0; width > 1e-9; width /= 8, middle = angle) {
    for (int i = -16; i <= 16; ++i) {
      const double t = middle + width * i / 16;
      if (variance(t) > best) best = variance(t), angle = t;
    }
  }
  const double sum = std::cos(angle) + std::sin(angle);
  return {std::cos(angle) / sum, std::sin(angle) / sum};
}

Plane<float> PlainAdf(const Plane<float>& ir, const Plane<float>& vis, int iterations, double dt,
                      double kappa, double white) {
  const Plane<float>* sources[2] = {&ir, &vis};
  Map base[2];
  std::vector<double> detail[2];
  for (int n = 0; n < 2; ++n) {
    base[n] = Map(ir.width(), ir.height());
    for (int y = 0; y < ir.height(); ++y) {
      for (int x = 0; x < ir.width(); ++x) base[n].Row(y)[x] = white * sources[n]->Row(y)[x];
    }
    for (int i = 0; i < iterations; ++i) base[n] = Step(base[n], dt, kappa);
    for (int y = 0; y < ir.height(); ++y) {
      for (int x = 0; x < ir.width(); ++x) {
        detail[n].push_back(white * sources[n]->Row(y)[x] - base[n].Row(y)[x]);
      }
    }
  }
  const auto v = Direction(detail[0], detail[1]);
  Plane<float> fused(ir.width(), ir.height());
  for (int y = 0, i = 0; y < ir.height(); ++y) {
    for (int x = 0; x < ir.width(); ++x, ++i) {
      const double value =
          v[0] * detail[0][i] + v[1] * detail[1][i] + (base[0].Row(y)[x] + base[1].Row(y)[x]) / 2;
      fused.Row(y)[x] = static_cast<float>(value / white);
    }
  }
  return fused;
}

TEST(AdfTest, AgreesWithAPlainEvaluation) {
  const Plane<float> ir = RandomImage(23, 17, 1), vis = RandomImage(23, 17, 2);
  for (const char* range : {"1", "255"}) {
    const auto method =
        OpenMethod("adf", {{"range", range}, {"iterations", "3"}, {"dt", "0.1"}, {"kappa", "20"}});
    const Plane<float> fused = method->Fuse(ir, vis);
    const Plane<float> plain = PlainAdf(ir, vis, 3, 0.1, 20, std::stod(range));
    for (int y = 0; y < 17; ++y) {
      for (int x = 0; x < 23; ++x) {
        ASSERT_NEAR(fused.Row(y)[x], std::min(std::max(plain.Row(y)[x], 0.0f), 1.0f), 1e-6);
      }
    }
  }
}

// The weights' sum is 1.
TEST(AdfTest, EqualSourcesGiveThatSource) {
  const Plane<float> image = RandomImage(40, 30, 3);
  const Plane<float> fused = OpenMethod("adf")->Fuse(image, image);
  for (int y = 0; y < 30; ++y) {
    for (int x = 0; x < 40; ++x) ASSERT_NEAR(fused.Row(y)[x], image.Row(y)[x], 1e-6);
  }
}

TEST(AdfTest, TheSourcesMayBeSwapped) {
  const Plane<float> ir = RandomImage(40, 30, 4), vis = RandomImage(40, 30, 5);
  const auto method = OpenMethod("adf");
  const Plane<float> a = method->Fuse(ir, vis), b = method->Fuse(vis, ir);
  for (int y = 0; y < 30; ++y) {
    for (int x = 0; x < 40; ++x) ASSERT_NEAR(a.Row(y)[x], b.Row(y)[x], 1e-6);
  }
}

}  // namespace
}  // namespace auif

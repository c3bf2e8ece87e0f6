#include "scene/sensors.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "scene/math.h"
#include "scene/noise.h"

namespace auif::scene {
namespace {

void BlurRowsByKernel(Plane<float>* plane, const std::vector<float>& kernel) {
  const int radius = static_cast<int>(kernel.size()) / 2, width = plane->width();
  std::vector<float> padded(static_cast<std::size_t>(width + 2 * radius));
  for (int y = 0; y < plane->height(); ++y) {
    float* row = plane->Row(y);
    for (int x = -radius; x < width + radius; ++x) {
      padded[x + radius] = row[std::clamp(x, 0, width - 1)];
    }
    for (int x = 0; x < width; ++x) {
      float sum = 0;
      for (std::size_t k = 0; k < kernel.size(); ++k) sum += kernel[k] * padded[x + k];
      row[x] = sum;
    }
  }
}

void BlurRowsByBox(Plane<float>* plane, int radius) {
  const int width = plane->width();
  const float share = 1 / static_cast<float>(2 * radius + 1);
  std::vector<float> in(static_cast<std::size_t>(width));
  for (int y = 0; y < plane->height(); ++y) {
    float* row = plane->Row(y);
    std::copy(row, row + width, in.begin());
    const auto at = [&](int x) { return in[std::clamp(x, 0, width - 1)]; };
    double sum = 0;  // single precision would drift along the row
    for (int x = -radius; x <= radius; ++x) sum += at(x);
    for (int x = 0; x < width; ++x) {
      row[x] = static_cast<float>(sum) * share;
      sum += static_cast<double>(at(x + radius + 1)) - at(x - radius);
    }
  }
}

Plane<float> Transposed(const Plane<float>& in) {
  Plane<float> out(in.height(), in.width());
  constexpr int kBlock = 16;  // rows of both planes then stay in the cache
  for (int y0 = 0; y0 < in.height(); y0 += kBlock) {
    for (int x = 0; x < in.width(); ++x) {
      for (int y = y0; y < std::min(y0 + kBlock, in.height()); ++y) out.Row(x)[y] = in.Row(y)[x];
    }
  }
  return out;
}

// Adds `share` of the blurred plane and takes it from the sharp one.
void AddGlow(Plane<float>* plane, float sigma, float share) {
  Plane<float> glow = *plane;
  Blur(&glow, sigma);
  for (int y = 0; y < plane->height(); ++y) {
    for (int x = 0; x < plane->width(); ++x) {
      plane->Row(y)[x] = Mix(plane->Row(y)[x], glow.Row(y)[x], share);
    }
  }
}

// x^(7/16), near the 1/2.2 of displays, from square roots alone.
float Gamma(float x) {
  const float quarter = std::sqrt(std::sqrt(x)), eighth = std::sqrt(quarter);
  return quarter * eighth * std::sqrt(eighth);
}

// The value that `share` of the pixels do not exceed.
float Percentile(const Plane<float>& plane, double share) {
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(plane.width()) * plane.height());
  for (int y = 0; y < plane.height(); ++y) {
    values.insert(values.end(), plane.Row(y), plane.Row(y) + plane.width());
  }
  const auto rank = values.begin() + static_cast<std::ptrdiff_t>(share * (values.size() - 1));
  std::nth_element(values.begin(), rank, values.end());
  return *rank;
}

}  // namespace

void Blur(Plane<float>* plane, float sigma) {
  const auto twice = [plane](auto&& rows) {
    rows(plane);
    *plane = Transposed(*plane);
    rows(plane);
    *plane = Transposed(*plane);
  };
  if (sigma > 2) {
    // Three boxes of width w have the variance 3 (w^2 - 1) / 12.
    const int radius = static_cast<int>((std::sqrt(4 * sigma * sigma + 1) - 1) / 2 + 0.5f);
    twice([radius](Plane<float>* p) {
      for (int i = 0; i < 3; ++i) BlurRowsByBox(p, radius);
    });
    return;
  }
  const int radius = static_cast<int>(3 * sigma) + 1;
  std::vector<float> kernel;
  float total = 0;
  for (int i = -radius; i <= radius; ++i) {
    const float x = static_cast<float>(i) / sigma;
    kernel.push_back(Exp(-0.5f * x * x));
    total += kernel.back();
  }
  for (float& k : kernel) k /= total;
  twice([&kernel](Plane<float>* p) { BlurRowsByKernel(p, kernel); });
}

void ExposeVisible(std::array<Plane<float>, 3> light, const SensorSettings& settings,
                   Scene* scene) {
  constexpr float kExposure = 2.6f;
  constexpr float kShot = 0.0011f, kRead = 0.004f;  // variance a unit of light; deviation
  // The larger pixels of a smaller image gather more light.
  const float pixel = std::min(settings.scale, 1.0f);
  const int width = light[0].width(), height = light[0].height();
  const float cx = 0.5f * static_cast<float>(width - 1), cy = 0.5f * static_cast<float>(height - 1);
  for (int c = 0; c < 3; ++c) {
    AddGlow(&light[c], 26 * settings.scale, 0.045f);
    AddGlow(&light[c], 5 * settings.scale, 0.05f);
    Blur(&light[c], std::max(0.4f, 0.5f * settings.scale));
    for (int y = 0; y < height; ++y) {
      float* row = light[c].Row(y);
      const float v = (static_cast<float>(y) - cy) / (cy + 1);
      for (int x = 0; x < width; ++x) {
        const float u = (static_cast<float>(x) - cx) / (cx + 1);
        const float vignette = 1 + 0.16f * (u * u + v * v);
        float value = row[x] * kExposure / (vignette * vignette);
        if (settings.noise) {
          value += std::sqrt(pixel * (kShot * value + kRead * kRead)) *
                   Normal(x, y, settings.frame + static_cast<std::uint32_t>(c) * 101);
        }
        row[x] = Clamp01(Gamma(1 - Exp(-std::max(value, 0.0f))));
      }
    }
  }
  scene->vis = Plane<float>(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      scene->vis.Row(y)[x] =
          std::min(1.0f, 0.299f * light[0].Row(y)[x] + 0.587f * light[1].Row(y)[x] +
                             0.114f * light[2].Row(y)[x]);
    }
  }
  scene->rgb = std::move(light);
}

void ExposeThermal(const Plane<float>& temperature, const SensorSettings& settings, Scene* scene) {
  constexpr float kColumn = 0.13f, kRow = 0.07f, kPixel = 0.1f;  // deviations, degrees
  constexpr double kDark = 0.16, kBright = 0.9955;               // shares of the pixels below
  constexpr float kMargin = 0.32f;  // the gain reaches this share of the span below kDark
  constexpr float kLeastSpan = 10;  // degrees; a gain any higher would show only noise
  constexpr float kKelvin = 273.15f;
  const int width = temperature.width(), height = temperature.height();
  Plane<float> seen = temperature;
  AddGlow(&seen, 9 * settings.scale, 0.06f);
  Blur(&seen, std::max(0.45f, 0.85f * settings.scale));
  if (settings.noise) {
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        seen.Row(y)[x] += kColumn * Normal(x, 0, settings.seed + 1) +
                          kRow * Normal(0, y, settings.seed + 2) +
                          kPixel * Normal(x, y, settings.frame + 3);
      }
    }
  }
  // The dark end lies well above a clear sky, or it would leave no contrast for the street.
  const float dark = Percentile(seen, kDark), bright = Percentile(seen, kBright);
  scene->ir_low = dark - kMargin * (bright - dark);
  scene->ir_high = std::max(bright, scene->ir_low + kLeastSpan);
  scene->ir = Plane<float>(width, height);
  scene->ir_raw = Plane<std::uint16_t>(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const float t = seen.Row(y)[x];
      scene->ir.Row(y)[x] = Clamp01((t - scene->ir_low) / (scene->ir_high - scene->ir_low));
      scene->ir_raw.Row(y)[x] = static_cast<std::uint16_t>((t + kKelvin) * 100 + 0.5f);
    }
  }
}

}  // namespace auif::scene

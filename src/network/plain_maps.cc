#include "network/plain_maps.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/reflect.h"
#include "kernels/initial_filters.h"
#include "network/collapse.h"

namespace auif::plain {
namespace {

double Prelu(double slope, double x) { return x > 0 ? x : slope * x; }

// Conv2(Conv1(x)), channel by channel.
Map TwoConvolutions(const ModelConfig& config, const Layer& layer, const Map& x) {
  const std::vector<float> conv2 = SecondConvolution(layer, config.kernels);
  const bool feature = config.padding == Padding::kFeature;
  const Map padded = Pad(x, feature ? 1 : 2);
  Map out(x.width(), x.height());
  for (int c = 0; c < config.channels; ++c) {
    Map features(padded.width() - 2, padded.height() - 2);
    AddConvolution(padded, &layer.conv1[c * 9], 3, &features);
    if (feature) features = Pad(features, 1);
    AddConvolution(features, &conv2[c * 9], 3, &out);
  }
  return out;
}

}  // namespace

Map ToMap(PlaneView<const float> image) {
  Map map(image.width, image.height);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const double value = image.Row(y)[x];
      map.Row(y)[x] = value > 0 ? std::min(value, 1.0) : 0.0;
    }
  }
  return map;
}

Map Pad(const Map& x, int margin) {
  Map out(x.width() + 2 * margin, x.height() + 2 * margin);
  for (int y = 0; y < out.height(); ++y) {
    for (int i = 0; i < out.width(); ++i) {
      out.Row(y)[i] = x.Row(Reflect(y - margin, x.height()))[Reflect(i - margin, x.width())];
    }
  }
  return out;
}

void AddConvolution(const Map& x, const float* kernel, int side, Map* out) {
  for (int y = 0; y < out->height(); ++y) {
    for (int i = 0; i < out->width(); ++i) {
      double sum = 0;
      for (int k = 0; k < side * side; ++k) {
        sum += double{kernel[k]} * x.Row(y + k / side)[i + k % side];
      }
      out->Row(y)[i] += sum;
    }
  }
}

Map Box(const Map& x, int radius) {
  const Map padded = Pad(x, radius);
  const int side = 2 * radius + 1;
  Map out(x.width(), x.height());
  for (int y = 0; y < x.height(); ++y) {
    for (int i = 0; i < x.width(); ++i) {
      double sum = 0;
      for (int dy = 0; dy < side; ++dy) {
        for (int dx = 0; dx < side; ++dx) sum += padded.Row(y + dy)[i + dx];
      }
      out.Row(y)[i] = sum / (side * side);
    }
  }
  return out;
}

double Normalise(const BatchNorm& bn, double x) {
  return bn.weight * (x - bn.running_mean) /
             std::sqrt(double{bn.running_var} + double{kBatchNormEpsilon}) +
         bn.bias;
}

Map InitialBase(const Map& source) { return Box(source, kBaseRadius); }

Map InitialDetail(const Map& source) {
  return Combine(Box(source, kDetailRadius), source,
                 [](double mean, double i) { return 361.0 * (mean - i) / 720.0; });
}

Map RunLayer(const ModelConfig& config, const Layer& layer, const Map& source, const Map& x,
             double* kink_distance) {
  const double eta = layer.eta, theta = layer.theta;
  Map gradient = TwoConvolutions(config, layer, x);
  const auto activate = [&](double v) {
    const double u = Normalise(layer.bn, v);
    if (kink_distance) *kink_distance = std::min(*kink_distance, std::abs(u));
    return Prelu(layer.prelu, u);
  };
  const bool inside = config.activation == Activation::kGradient;
  if (inside) gradient = Apply(gradient, activate);
  const Map fidelity = Combine(source, x, [&](double i, double v) { return theta * (i - v); });
  const Map bracket = Combine(gradient, fidelity, [](double g, double f) { return g - f; });
  Map out = Combine(x, bracket, [&](double v, double b) { return v - eta * b; });
  return inside ? out : Apply(out, activate);
}

}  // namespace auif::plain

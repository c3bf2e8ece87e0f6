#include "network/reference.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "base/reflect.h"
#include "kernels/initial_filters.h"
#include "network/collapse.h"
#include "network/fuse_options.h"

namespace auif {
namespace {

using Map = Plane<double>;

// Continues a map by reflection, `margin` values on each side.
Map Pad(const Map& x, int margin) {
  Map out(x.width() + 2 * margin, x.height() + 2 * margin);
  for (int y = 0; y < out.height(); ++y) {
    for (int i = 0; i < out.width(); ++i) {
      out.Row(y)[i] = x.Row(Reflect(y - margin, x.height()))[Reflect(i - margin, x.width())];
    }
  }
  return out;
}

// Adds the 3x3 "valid" cross-correlation of x with a kernel to `out`, which is 2 smaller.
void AddConv3x3(const Map& x, const float* kernel, Map* out) {
  for (int y = 0; y < out->height(); ++y) {
    for (int i = 0; i < out->width(); ++i) {
      double sum = 0;
      for (int k = 0; k < 9; ++k) sum += double{kernel[k]} * x.Row(y + k / 3)[i + k % 3];
      out->Row(y)[i] += sum;
    }
  }
}

// Mean over the (2 * radius + 1)^2 box, with reflection.
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

// out = f(a, b) for every pixel.
template <typename F>
Map Combine(const Map& a, const Map& b, const F& f) {
  Map out(a.width(), a.height());
  for (int y = 0; y < a.height(); ++y) {
    for (int i = 0; i < a.width(); ++i) out.Row(y)[i] = f(a.Row(y)[i], b.Row(y)[i]);
  }
  return out;
}

double Normalise(const BatchNorm& bn, double x) {
  return bn.weight * (x - bn.running_mean) /
             std::sqrt(double{bn.running_var} + double{kBatchNormEpsilon}) +
         bn.bias;
}

double Prelu(double slope, double x) { return x > 0 ? x : slope * x; }

// Conv2(Conv1(x)), channel by channel.
Map TwoConvolutions(const ModelConfig& config, const Layer& layer, const Map& x) {
  const std::vector<float> conv2 = SecondConvolution(layer, config.kernels);
  const bool feature = config.padding == Padding::kFeature;
  const Map padded = Pad(x, feature ? 1 : 2);
  Map out(x.width(), x.height());
  for (int c = 0; c < config.channels; ++c) {
    Map features(padded.width() - 2, padded.height() - 2);
    AddConv3x3(padded, &layer.conv1[c * 9], &features);
    if (feature) features = Pad(features, 1);
    AddConv3x3(features, &conv2[c * 9], &out);
  }
  return out;
}

Map RunLayer(const ModelConfig& config, const Layer& layer, const Map& source, const Map& x) {
  const double eta = layer.eta, theta = layer.theta;
  Map gradient = TwoConvolutions(config, layer, x);
  const auto activate = [&](double v) { return Prelu(layer.prelu, Normalise(layer.bn, v)); };
  const bool inside = config.activation == Activation::kGradient;
  if (inside) gradient = Combine(gradient, gradient, [&](double g, double) { return activate(g); });
  const Map fidelity = Combine(source, x, [&](double i, double v) { return theta * (i - v); });
  const Map bracket = Combine(gradient, fidelity, [](double g, double f) { return g - f; });
  Map out = Combine(x, bracket, [&](double v, double b) { return v - eta * b; });
  if (!inside) out = Combine(out, out, [&](double v, double) { return activate(v); });
  return out;
}

// B0 or D0 and all layers of an encoder.
std::array<Map, 2> Encode(const Model& model, const Map& source) {
  std::array<Map, 2> maps;
  maps[0] = Box(source, kBaseRadius);
  maps[1] = Combine(Box(source, kDetailRadius), source,
                    [](double mean, double i) { return 361.0 * (mean - i) / 720.0; });
  for (int e = 0; e < 2; ++e) {
    const Encoder& encoder = e == 0 ? model.base : model.detail;
    for (const Layer& layer : encoder.layers) {
      maps[e] = RunLayer(model.config, layer, source, maps[e]);
    }
  }
  return maps;
}

// Eq. 8 with the weights of one of the strategies.
Map FuseMaps(Strategy strategy, const Map& ir, const Map& vis, double weight_ir,
             double weight_vis) {
  if (strategy != Strategy::kL1) {
    const double all = strategy == Strategy::kAverage ? 0.5 : 1.0;
    return Combine(ir, vis,
                   [&](double a, double b) { return all * (weight_ir * a + weight_vis * b); });
  }
  const auto magnitude = [](double a, double) { return std::abs(a); };
  const Map share =
      Combine(Box(Combine(ir, ir, magnitude), 1), Box(Combine(vis, vis, magnitude), 1),
              [](double a, double b) { return a + b > 0 ? a / (a + b) : 0.5; });
  return Combine(Combine(share, ir, [&](double s, double a) { return s * weight_ir * a; }),
                 Combine(share, vis, [&](double s, double b) { return (1 - s) * weight_vis * b; }),
                 [](double a, double b) { return a + b; });
}

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

}  // namespace

Plane<double> FuseReference(const Model& model, const FuseOptions& options,
                            PlaneView<const float> ir, PlaneView<const float> vis) {
  model.Validate();
  options.Validate();
  CheckPair(ir.size(), vis.size());
  const std::array<Map, 2> a = Encode(model, ToMap(ir)), b = Encode(model, ToMap(vis));
  const MapWeights& w = options.weights;
  const Map base = FuseMaps(options.strategy, a[0], b[0], w.base_ir, w.base_vis);
  const Map detail = FuseMaps(options.strategy, a[1], b[1], w.detail_ir, w.detail_vis);
  const Map sum = Pad(Combine(base, detail, [](double p, double q) { return p + q; }), 1);
  Map out(ir.width, ir.height);
  AddConv3x3(sum, model.decoder.conv.data(), &out);
  return Combine(out, out, [&](double v, double) {
    return 1 / (1 + std::exp(-Normalise(model.decoder.bn, v)));
  });
}

}  // namespace auif

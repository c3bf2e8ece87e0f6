#include "network/reference.h"

#include <array>
#include <cmath>

#include "network/fuse_options.h"
#include "network/plain_maps.h"

namespace auif {
namespace {

using namespace plain;

// B0 or D0 and all layers of an encoder.
std::array<Map, 2> Encode(const Model& model, const Map& source) {
  std::array<Map, 2> maps = {InitialBase(source), InitialDetail(source)};
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
  const auto magnitude = [](double a) { return std::abs(a); };
  const Map share = Combine(Box(Apply(ir, magnitude), 1), Box(Apply(vis, magnitude), 1),
                            [](double a, double b) { return a + b > 0 ? a / (a + b) : 0.5; });
  return Combine(Combine(share, ir, [&](double s, double a) { return s * weight_ir * a; }),
                 Combine(share, vis, [&](double s, double b) { return (1 - s) * weight_vis * b; }),
                 [](double a, double b) { return a + b; });
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
  AddConvolution(sum, model.decoder.conv.data(), 3, &out);
  return Apply(out, [&](double v) { return 1 / (1 + std::exp(-Normalise(model.decoder.bn, v))); });
}

}  // namespace auif

#include "train/reference.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/reflect.h"

namespace auif::reference {
namespace {
Maps Like(const Maps& maps) {
  Maps zeros;
  for (const Map& map : maps) zeros.emplace_back(map.width(), map.height());
  return zeros;
}

// f(i, y, x) for every pixel of every map.
template <typename F>
void ForAll(const Maps& maps, const F& f) {
  for (std::size_t i = 0; i < maps.size(); ++i) {
    ForPixels(maps[i], [&](int y, int x) { f(i, y, x); });
  }
}

double Pixels(const Maps& maps) { return double(maps.size()) * maps[0].width() * maps[0].height(); }

double Prelu(double slope, double u) { return u > 0 ? u : slope * u; }

// z of the batch norm with Activation::kOutput.
Maps Descend(const Step& step, const Maps& x, const Maps& source, const Maps& k) {
  Maps z = Like(x);
  ForAll(x, [&](std::size_t i, int y, int c) {
    const double v = x[i].Row(y)[c];
    z[i].Row(y)[c] = v - step.eta * (k[i].Row(y)[c] - step.theta * (source[i].Row(y)[c] - v));
  });
  return z;
}
Map Box(const Map& x, int radius) {
  Map out(x.width(), x.height());
  ForPixels(x, [&](int y, int c) {
    for (int dy = -radius; dy <= radius; ++dy) {
      for (int dx = -radius; dx <= radius; ++dx) {
        out.Row(y)[c] += x.Row(Reflect(y + dy, x.height()))[Reflect(c + dx, x.width())];
      }
    }
    out.Row(y)[c] /= (2 * radius + 1) * (2 * radius + 1);
  });
  return out;
}

Step StepOf(const Layer& layer) {
  return {layer.eta, layer.theta, layer.prelu, {layer.bn.weight, layer.bn.bias}};
}

void SetNorm(const Norm& dnorm, double mean, double variance, double pixels, BatchNorm* to) {
  to->weight = static_cast<float>(dnorm.weight);
  to->bias = static_cast<float>(dnorm.bias);
  to->running_mean = static_cast<float>(mean);
  to->running_var = static_cast<float>(variance * pixels / (pixels - 1));
}

// What an encoder's forward pass leaves for its backward pass.
struct EncoderPass {
  std::vector<Maps> x, k;  // by layer
  Maps out;
};

EncoderPass Encode(const ModelConfig& config, const Encoder& encoder, const Maps& source,
                   Maps start, Encoder* gradient, double* kink_distance) {
  const bool has_edges = config.padding == Padding::kFeature;
  EncoderPass pass;
  pass.out = std::move(start);
  for (std::size_t l = 0; l < encoder.layers.size(); ++l) {
    const Layer& layer = encoder.layers[l];
    const EdgeKernels kernels =
        CollapseEdges(layer.conv1, SecondConvolution(layer, config.kernels));
    Maps k;
    for (const Map& x : pass.out) k.push_back(Convolve(kernels, has_edges, x));
    StepResult step = RunStep(config.activation, StepOf(layer), pass.out, source, k);
    *kink_distance = std::min(*kink_distance, step.kink_distance);
    SetNorm({}, step.mean, step.variance, Pixels(source), &gradient->layers[l].bn);
    pass.x.push_back(std::move(pass.out));
    pass.k.push_back(std::move(k));
    pass.out = std::move(step.out);
  }
  return pass;
}

void EncodeBackward(const ModelConfig& config, const Encoder& encoder, const Maps& source,
                    const EncoderPass& pass, Maps g, Encoder* gradient) {
  const bool has_edges = config.padding == Padding::kFeature;
  for (int l = config.layers - 1; l >= 0; --l) {
    const Layer& layer = encoder.layers[l];
    Layer& to = gradient->layers[l];
    Step dstep{0, 0, 0, {0, 0}};
    Maps dx, dk;
    StepBackward(config.activation, StepOf(layer), pass.x[l], source, pass.k[l], g, &dx, &dk,
                 &dstep);
    const std::vector<float> conv2 = SecondConvolution(layer, config.kernels);
    const EdgeKernels kernels = CollapseEdges(layer.conv1, conv2);
    EdgeKernels dkernels{};
    for (std::size_t i = 0; i < dk.size(); ++i) {
      ConvolveBackward(kernels, has_edges, pass.x[l][i], dk[i], &dx[i], &dkernels);
    }
    std::vector<double> dconv1(conv2.size()), dconv2(conv2.size());
    CollapseBackward(layer.conv1, conv2, dkernels, dconv1, dconv2);
    for (std::size_t i = 0; i < dconv1.size(); ++i) {
      if (config.kernels == Kernels::kAdjoint) {
        to.conv1[i] = static_cast<float>(dconv1[i] + dconv2[i / 9 * 9 + 8 - i % 9]);
      } else {
        to.conv1[i] = static_cast<float>(dconv1[i]);
        to.conv2[i] = static_cast<float>(dconv2[i]);
      }
    }
    to.eta = static_cast<float>(dstep.eta);
    to.theta = static_cast<float>(dstep.theta);
    to.prelu = static_cast<float>(dstep.slope);
    to.bn.weight = static_cast<float>(dstep.norm.weight);
    to.bn.bias = static_cast<float>(dstep.norm.bias);
    g = std::move(dx);
  }
}

}  // namespace
NormResult Normalise(const Norm& norm, const Maps& z) {
  NormResult result;
  result.u = Like(z);
  const double pixels = Pixels(z);
  ForAll(z, [&](std::size_t i, int y, int x) { result.mean += z[i].Row(y)[x] / pixels; });
  ForAll(z, [&](std::size_t i, int y, int x) {
    const double d = z[i].Row(y)[x] - result.mean;
    result.variance += d * d / pixels;
  });
  const double scale = norm.weight / std::sqrt(result.variance + double{kBatchNormEpsilon});
  ForAll(z, [&](std::size_t i, int y, int x) {
    result.u[i].Row(y)[x] = scale * (z[i].Row(y)[x] - result.mean) + norm.bias;
  });
  return result;
}

Maps NormaliseBackward(const Norm& norm, const Maps& z, const Maps& du, Norm* dnorm) {
  const NormResult forward = Normalise(norm, z);
  const double pixels = Pixels(z);
  const double inverse = 1 / std::sqrt(forward.variance + double{kBatchNormEpsilon});
  double direct = 0, deviation = 0;
  const auto centred = [&](std::size_t i, int y, int x) {
    return inverse * (z[i].Row(y)[x] - forward.mean);
  };
  ForAll(z, [&](std::size_t i, int y, int x) {
    direct += du[i].Row(y)[x];
    deviation += du[i].Row(y)[x] * centred(i, y, x);
  });
  dnorm->weight += deviation;
  dnorm->bias += direct;
  Maps dz = Like(z);
  ForAll(z, [&](std::size_t i, int y, int x) {
    dz[i].Row(y)[x] = norm.weight * inverse *
                      (du[i].Row(y)[x] - direct / pixels - centred(i, y, x) * deviation / pixels);
  });
  return dz;
}

StepResult RunStep(Activation activation, const Step& step, const Maps& x, const Maps& source,
                   const Maps& k) {
  const bool inside = activation == Activation::kGradient;
  NormResult norm = Normalise(step.norm, inside ? k : Descend(step, x, source, k));
  StepResult result;
  result.mean = norm.mean;
  result.variance = norm.variance;
  result.kink_distance = std::numeric_limits<double>::infinity();
  Maps activated = Like(x);
  ForAll(x, [&](std::size_t i, int y, int c) {
    const double u = norm.u[i].Row(y)[c];
    activated[i].Row(y)[c] = Prelu(step.slope, u);
    result.kink_distance = std::min(result.kink_distance, std::abs(u));
  });
  result.out = inside ? Descend(step, x, source, activated) : std::move(activated);
  return result;
}

void StepBackward(Activation activation, const Step& step, const Maps& x, const Maps& source,
                  const Maps& k, const Maps& g, Maps* dx, Maps* dk, Step* dstep) {
  const bool inside = activation == Activation::kGradient;
  const Maps z = inside ? k : Descend(step, x, source, k);
  const Maps u = Normalise(step.norm, z).u;
  // Through the PReLU; `descent` is dL/d(output of Descend).
  Maps du = Like(x);
  ForAll(x, [&](std::size_t i, int y, int c) {
    const double dp = (inside ? -step.eta : 1) * g[i].Row(y)[c], v = u[i].Row(y)[c];
    du[i].Row(y)[c] = v > 0 ? dp : step.slope * dp;
    dstep->slope += v > 0 ? 0 : dp * v;
  });
  Maps dz = NormaliseBackward(step.norm, z, du, &dstep->norm);
  const Maps& descent = inside ? g : dz;
  *dx = Like(x);
  ForAll(x, [&](std::size_t i, int y, int c) {
    const double d = descent[i].Row(y)[c];
    const double fidelity = source[i].Row(y)[c] - x[i].Row(y)[c];
    const double bracket = inside ? Prelu(step.slope, u[i].Row(y)[c]) : k[i].Row(y)[c];
    dstep->eta -= d * (bracket - step.theta * fidelity);
    dstep->theta += step.eta * d * fidelity;
    dx->at(i).Row(y)[c] = (1 - step.eta * step.theta) * d;
  });
  *dk = std::move(dz);
  if (inside) return;
  ForAll(x, [&](std::size_t i, int y, int c) { dk->at(i).Row(y)[c] *= -step.eta; });
}
double OffsetLoss(const LossWeights& weights, const Norm& norm, const Maps& z, Maps* dz,
                  Norm* dnorm) {
  const NormResult statistics = Normalise(norm, z);
  const double r = 1 / std::sqrt(statistics.variance + kBatchNormEpsilon);
  const double error = norm.weight * statistics.mean * r - weights.offset_target;
  const double slope = 2 * weights.offset * error, pixels = Pixels(z);
  ForAll(z, [&](std::size_t i, int y, int x) {
    const double deviation = (z[i].Row(y)[x] - statistics.mean) * r;
    dz->at(i).Row(y)[x] += slope * norm.weight * r * (1 - statistics.mean * r * deviation) / pixels;
  });
  dnorm->weight += slope * statistics.mean * r;
  return weights.offset * error * error;
}

BatchResult RunBatch(const Model& model, const std::vector<Plane<float>>& images,
                     const LossWeights& weights) {
  BatchResult result;
  result.gradient = EmptyModel(model.config);
  result.kink_distance = std::numeric_limits<double>::infinity();
  Maps source, base, detail;
  for (const Plane<float>& image : images) {
    Map map(image.width(), image.height());
    ForPixels(map, [&](int y, int x) { map.Row(y)[x] = image.Row(y)[x]; });
    base.push_back(Box(map, 5));
    Map wide = Box(map, 9);
    ForPixels(map,
              [&](int y, int x) { wide.Row(y)[x] = 361 * (wide.Row(y)[x] - map.Row(y)[x]) / 720; });
    detail.push_back(std::move(wide));
    source.push_back(std::move(map));
  }
  const EncoderPass passes[2] = {
      Encode(model.config, model.base, source, base, &result.gradient.base, &result.kink_distance),
      Encode(model.config, model.detail, source, detail, &result.gradient.detail,
             &result.kink_distance)};

  EdgeKernels kernels{};
  for (int t = 0; t < 9; ++t) kernels[1][1][(t / 3 + 1) * 5 + t % 3 + 1] = model.decoder.conv[t];
  Maps sums = Like(source), z;
  ForAll(source, [&](std::size_t i, int y, int x) {
    sums[i].Row(y)[x] = passes[0].out[i].Row(y)[x] + passes[1].out[i].Row(y)[x];
  });
  for (const Map& sum : sums) z.push_back(Convolve(kernels, false, sum));
  const Norm norm{model.decoder.bn.weight, model.decoder.bn.bias};
  NormResult forward = Normalise(norm, z);
  const double pixels = Pixels(source);
  Maps du;
  for (std::size_t i = 0; i < source.size(); ++i) {
    Map& out = forward.u[i];
    ForPixels(out, [&](int y, int x) { out.Row(y)[x] = 1 / (1 + std::exp(-out.Row(y)[x])); });
    result.loss += Loss(weights, pixels, source[i], out);
    du.push_back(LossBackward(weights, pixels, source[i], out));
    ForPixels(out, [&](int y, int x) { du[i].Row(y)[x] *= out.Row(y)[x] * (1 - out.Row(y)[x]); });
  }
  Norm dnorm{0, 0};
  Maps dz = NormaliseBackward(norm, z, du, &dnorm);
  result.loss += OffsetLoss(weights, norm, z, &dz, &dnorm);
  EdgeKernels dkernels{};
  Maps g = Like(source);
  for (std::size_t i = 0; i < g.size(); ++i) {
    ConvolveBackward(kernels, false, sums[i], dz[i], &g[i], &dkernels);
  }
  for (int t = 0; t < 9; ++t) {
    result.gradient.decoder.conv[t] =
        static_cast<float>(dkernels[1][1][(t / 3 + 1) * 5 + t % 3 + 1]);
  }
  SetNorm(dnorm, forward.mean, forward.variance, pixels, &result.gradient.decoder.bn);
  EncodeBackward(model.config, model.base, source, passes[0], g, &result.gradient.base);
  EncodeBackward(model.config, model.detail, source, passes[1], g, &result.gradient.detail);
  return result;
}

}  // namespace auif::reference

// FusionGAN: a generator that was trained to keep the infrared intensities and the visible
// gradients, against a discriminator that tells its results from visible images.
//
//   x_0 = [infrared, visible], grey levels as (v - 127.5) / 127.5, edges repeated by 6 pixels
//   x_l = leaky(norm(conv_l(x_{l-1}))), l = 1..4: 5x5 -> 256, 5x5 -> 128, 3x3 -> 64, 3x3 -> 32
//   F   = tanh(conv_5(x_4)): 1x1 -> 1; 127.5 F + 127.5, stretched to 0..255
//
// (section III.B of the paper.) Convolutions read no pixel outside, so each makes its image smaller
// and F has the size of the sources. leaky: slope 0.2. norm, as in the authors' program: each map
// minus its mean over this image's pixels, by its standard deviation, with nothing learned.
//
// Those means make of each layer a pass over the image, since a layer needs those of the layers
// before it. Maps that fit into the memory that is allowed stay from one pass to the next; the
// others are computed again, tile by tile, to the same bits.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "auif/method.h"
#include "base/parallel.h"
#include "methods/feature_maps.h"
#include "methods/levels255.h"
#include "methods/network_weights.h"

namespace auif {

extern const std::size_t kFusionGanWeightsSize;
extern const unsigned char kFusionGanWeightsBytes[];

namespace {

struct FusionGanOptions {
  std::string weights;
  int memory = 512;  // MiB
};

// Layers count from 0 here; the last has no norm.
constexpr int kLayers = 5, kLast = kLayers - 1;
struct Shape {
  int in, out, size;
};
constexpr Shape kShapes[kLayers] = {
    {2, 256, 5}, {256, 128, 5}, {128, 64, 3}, {64, 32, 3}, {32, 1, 1}};
constexpr int kBorder = 6;
constexpr float kSlope = 0.2f;
constexpr double kEpsilon = 1e-5;

// Boxes are of the padded image.
Size Padded(Size image) { return {image.width + 2 * kBorder, image.height + 2 * kBorder}; }

// The pixels that a layer's maps have.
PixelBox Valid(int layer, Size padded) {
  int margin = 0;
  for (int i = 0; i <= layer; ++i) margin += kShapes[i].size / 2;
  return {margin, margin, padded.width - margin, padded.height - margin};
}

PixelBox Common(const PixelBox& a, const PixelBox& b) {
  return {std::max(a.x0, b.x0), std::max(a.y0, b.y0), std::min(a.x1, b.x1), std::min(a.y1, b.y1)};
}

bool IsEmpty(const PixelBox& box) { return box.width() <= 0 || box.height() <= 0; }

// What makes the values of a layer's channel normal: v * scale + shift.
struct Norm {
  std::vector<float> scale, shift;
};

// Sums over pixels, a channel each.
struct Moments {
  std::vector<double> sum, squares;

  void Add(FeatureMaps& maps, int channels, const PixelBox& box) {
    sum.resize(static_cast<std::size_t>(channels));
    squares.resize(static_cast<std::size_t>(channels));
    for (int c = 0; c < channels; ++c) {
      constexpr int kLanes = 8;  // sums that do not wait for each other
      double sums[kLanes] = {}, square_sums[kLanes] = {};
      for (int y = box.y0; y < box.y1; ++y) {
        const float* row = maps.At(c, y, box.x0);
        const int width = box.width(), whole = width / kLanes * kLanes;
        for (int x = 0; x < whole; x += kLanes) {
          for (int i = 0; i < kLanes; ++i) {
            const double v = row[x + i];
            sums[i] += v;
            square_sums[i] += v * v;
          }
        }
        for (int x = whole; x < width; ++x) {
          const double v = row[x];
          sums[x - whole] += v;
          square_sums[x - whole] += v * v;
        }
      }
      for (int i = 0; i < kLanes; ++i) {
        sum[static_cast<std::size_t>(c)] += sums[i];
        squares[static_cast<std::size_t>(c)] += square_sums[i];
      }
    }
  }
  void Add(const Moments& other) {
    sum.resize(other.sum.size());
    squares.resize(other.sum.size());
    for (std::size_t c = 0; c < sum.size(); ++c) {
      sum[c] += other.sum[c];
      squares[c] += other.squares[c];
    }
  }
  Norm NormOf(const PixelBox& box) const {
    const double pixels = double{1} * box.width() * box.height();
    Norm norm;
    for (std::size_t c = 0; c < sum.size(); ++c) {
      const double mean = sum[c] / pixels;
      const double variance = std::max(0.0, squares[c] / pixels - mean * mean);
      const double scale = 1 / std::sqrt(variance + kEpsilon);
      norm.scale.push_back(static_cast<float>(scale));
      norm.shift.push_back(static_cast<float>(-mean * scale));
    }
    return norm;
  }
};

void Activate(const float* from, int count, float scale, float shift, float* to) {
  for (int x = 0; x < count; ++x) {
    const float v = from[x] * scale + shift;
    to[x] = std::max(v, kSlope * v);
  }
}

// One way through the image.
struct Pass {
  int layer;          // whose maps are computed
  int first;          // the first layer that is computed for it: behind what is kept, or 0
  bool keep;          // its maps stay
  double operations;  // a pixel
};

// Which maps stay, where all that stay at a time may have `limit` bytes.
std::vector<Pass> Plan(Size padded, double limit) {
  std::vector<Pass> passes;
  int first = 0;
  double kept = 0;
  for (int layer = 0; layer < kLayers; ++layer) {
    Pass pass{layer, first, false, 0};
    for (int i = first; i <= layer; ++i) {
      const Shape& s = kShapes[i];
      pass.operations += double{1} * s.in * s.out * s.size * s.size;
    }
    // The first layer has the most maps and is quick to compute.
    if (layer > 0 && layer < kLast) {
      const double bytes =
          FeatureMaps::Bytes(kShapes[layer].out, {0, 0, padded.width, padded.height});
      pass.keep = kept + bytes <= limit;
      if (pass.keep) {
        kept = bytes;
        first = layer + 1;
      }
    }
    passes.push_back(pass);
  }
  return passes;
}

class FusionGan : public FusionMethod {
 public:
  FusionGan() {
    Bind("weights", "File of weights; empty: the project's own", &options_.weights);
    Bind("memory", "Memory for maps that are not computed again, in MiB, 0 to 1000000",
         &options_.memory, 0, 1000000);
  }
  const MethodInfo& info() const override {
    static const MethodInfo kInfo = {
        "fusiongan",
        "generator of an adversarial network",
        "J. Ma, W. Yu, P. Liang, C. Li, J. Jiang, \"FusionGAN: A generative adversarial network "
        "for "
        "infrared and visible image fusion\", Information Fusion 48, 2019",
        {},
        1,
        {},
        "built in, trained for this project on 160 pairs of FLIR: 13551 of the paper's 20000 steps "
        "of 32 crops, 516 s on an NVIDIA H200; others by --method-option weights=FILE"};
    return kInfo;
  }
  void Prepare(int threads) override {
    threads_ = threads;
    const NetworkWeights weights =
        NetworkWeights::Open(options_.weights, kFusionGanWeightsBytes, kFusionGanWeightsSize);
    content_ = weights.fingerprint();
    layers_.clear();
    for (const Shape& s : kShapes) {
      const std::string name = "layer" + std::to_string(layers_.size() + 1);
      layers_.push_back(weights.Layer(name, s.in, s.out, s.size, 1));
    }
  }
  std::int64_t Parameters() const override { return auif::Parameters(layers_); }
  // `memory` changes no bit.
  std::string Content() const override { return "fusiongan weights " + content_; }

 private:
  // What the passes over one pair share.
  struct State {
    PlaneView<const float> sources[2];
    Size padded;
    std::array<Norm, kLast> norms;
    FeatureMaps kept;  // of layer `first` - 1 of the pass, not normal yet
  };
  using Buffers = std::array<FeatureMaps, 2>;

  bool FuseGrey(PlaneView<const float> ir, PlaneView<const float> vis, PlaneView<float> out,
                const MethodProgress& progress) const override {
    State state{{ir, vis}, Padded({out.width, out.height}), {}, {}};
    std::vector<Buffers> buffers(static_cast<std::size_t>(ThreadCount(threads_)));
    const std::vector<Pass> passes = Plan(state.padded, options_.memory * double{1 << 20});
    double before = 0, all = 0;
    for (const Pass& pass : passes) all += pass.operations;
    for (const Pass& pass : passes) {
      const MethodProgress share = [&](double done) {
        return progress((before + done * pass.operations) / all);
      };
      if (!Run(pass, state, buffers, progress ? share : progress, out)) return false;
      before += pass.operations;
    }
    Stretch(out);
    return true;
  }

  // Computes the norm of the pass's layer, or the result, 0..255.
  bool Run(const Pass& pass, State& state, std::vector<Buffers>& buffers,
           const MethodProgress& progress, PlaneView<float> out) const {
    const PixelBox valid = Valid(pass.layer, state.padded);
    const int channels = kShapes[pass.layer].out;
    FeatureMaps kept;
    if (pass.keep) kept.Reset(channels, valid);
    std::mutex mutex;
    std::map<std::pair<int, int>, Moments> moments;  // by the tile's corner: y, x
    const bool all =
        ForEachTile(state.padded, kBorder, threads_, progress, [&](const PixelBox& tile, int slot) {
          const PixelBox box = Common(tile, valid);
          if (IsEmpty(box)) return;
          FeatureMaps& maps = Compute(pass, box, state, buffers[static_cast<std::size_t>(slot)]);
          if (pass.layer == kLast) {
            WriteResult(maps, box, out);
            return;
          }
          if (pass.keep) {
            for (int c = 0; c < channels; ++c) {
              for (int y = box.y0; y < box.y1; ++y) {
                std::copy_n(maps.At(c, y, box.x0), box.width(), kept.At(c, y, box.x0));
              }
            }
          }
          Moments of_tile;
          of_tile.Add(maps, channels, box);
          const std::scoped_lock lock(mutex);
          moments[{tile.y0, tile.x0}] = std::move(of_tile);
        });
    if (!all) return false;
    if (pass.layer == kLast) return true;
    Moments sum;
    for (const auto& [corner, of_tile] : moments) sum.Add(of_tile);
    state.norms[static_cast<std::size_t>(pass.layer)] = sum.NormOf(valid);
    if (pass.keep) state.kept = std::move(kept);
    return true;
  }

  // The maps of the pass's layer in `box`, not normal yet.
  FeatureMaps& Compute(const Pass& pass, const PixelBox& box, State& state,
                       Buffers& buffers) const {
    std::array<PixelBox, kLayers> boxes;  // what each layer computes
    boxes[static_cast<std::size_t>(pass.layer)] = box;
    const auto input = [&](int layer) {
      return boxes[static_cast<std::size_t>(layer)].Grown(kShapes[layer].size / 2, state.padded);
    };
    for (int i = pass.layer; i > pass.first; --i) boxes[static_cast<std::size_t>(i - 1)] = input(i);
    FeatureMaps *in = buffers.data(), *to = &buffers[1];
    in->Reset(kShapes[pass.first].in, input(pass.first));
    if (pass.first == 0) {
      FillSources(state, *in);
    } else {
      Normalise(state.kept, state.norms[static_cast<std::size_t>(pass.first - 1)], *in);
    }
    for (int i = pass.first; i <= pass.layer; ++i) {
      const PixelBox& computed = boxes[static_cast<std::size_t>(i)];
      to->Reset(kShapes[i].out, computed);
      // All that it reads lies inside.
      Convolve(layers_[static_cast<std::size_t>(i)], *in, 0, computed, state.padded, Outside::kZero,
               *to, 0);
      std::swap(in, to);
      if (i < pass.layer) Normalise(*in, state.norms[static_cast<std::size_t>(i)], *in);
    }
    return *in;
  }

  static void FillSources(const State& state, FeatureMaps& maps) {
    const PixelBox& box = maps.box();
    for (int n = 0; n < 2; ++n) {
      const PlaneView<const float>& source = state.sources[n];
      for (int y = box.y0; y < box.y1; ++y) {
        const int row = std::clamp(y - kBorder, 0, source.height - 1);
        const int left = std::clamp(box.x0 - kBorder, 0, source.width - 1);
        const int right = std::clamp(box.x1 - 1 - kBorder, 0, source.width - 1);
        const cv::Mat levels =
            Levels255({source.Row(row) + left, right - left + 1, 1, source.stride});
        float* to = maps.At(n, y, box.x0);
        for (int x = box.x0; x < box.x1; ++x) {
          const double level = levels.at<double>(0, std::clamp(x - kBorder, left, right) - left);
          *to++ = static_cast<float>((level - 127.5) / 127.5);
        }
      }
    }
  }

  // In the box of `to`, which may be `from`.
  static void Normalise(FeatureMaps& from, const Norm& norm, FeatureMaps& to) {
    const PixelBox& box = to.box();
    for (int c = 0; c < to.channels(); ++c) {
      const auto i = static_cast<std::size_t>(c);
      for (int y = box.y0; y < box.y1; ++y) {
        Activate(from.At(c, y, box.x0), box.width(), norm.scale[i], norm.shift[i],
                 to.At(c, y, box.x0));
      }
    }
  }

  static void WriteResult(FeatureMaps& maps, const PixelBox& box, PlaneView<float> out) {
    for (int y = box.y0; y < box.y1; ++y) {
      const float* from = maps.At(0, y, box.x0);
      float* to = out.Row(y - kBorder) + box.x0 - kBorder;
      for (int x = 0; x < box.width(); ++x) to[x] = std::tanh(from[x]) * 127.5f + 127.5f;
    }
  }

  FusionGanOptions options_;
  int threads_ = 1;
  std::string content_;
  std::vector<ConvLayer> layers_;
};

}  // namespace

std::unique_ptr<FusionMethod> MakeFusionGan() { return std::make_unique<FusionGan>(); }

}  // namespace auif

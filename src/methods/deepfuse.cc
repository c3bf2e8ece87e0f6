// DeepFuse: both images through one encoder, their maps added, and a decoder.
//
// The file of weights says which network it is:
//   for infrared and visible, with which AUIF's Table 3 was made: 3x3 1 -> 16 ReLU, 16 -> 32; sum;
//     32 -> 32 ReLU, 32 -> 16 ReLU, 16 -> 1; biases; borders reflected;
//   for exposures, the paper's: 3x3 1 -> 32, 5x5 -> 64; sum; 7x7 -> 64, 5x5 -> 32, 5x5 -> 16,
//     7x7 -> 1; leaky ReLU of 0.01 behind every layer; no biases; zeros outside.
//
// Both work on grey levels 0..255, and the result is stretched to them, as in the public programs.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "auif/method.h"
#include "base/parallel.h"
#include "methods/feature_maps.h"
#include "methods/network_weights.h"

namespace auif {

extern const std::size_t kDeepFuseWeightsSize;
extern const unsigned char kDeepFuseWeightsBytes[];

namespace {

struct DeepFuseOptions {
  std::string weights;
};

class DeepFuse : public FusionMethod {
 public:
  DeepFuse() { Bind("weights", "File of weights; empty: the project's own", &options_.weights); }
  const MethodInfo& info() const override {
    static const MethodInfo kInfo = {
        "deepfuse",
        "convolutional network, maps added",
        "K. R. Prabhakar, V. S. Srikar, R. V. Babu, \"DeepFuse: A deep unsupervised approach for "
        "exposure fusion with extreme exposure image pairs\", ICCV 2017",
        {},
        4,
        {},
        "built in; others by --method-option weights=FILE"};
    return kInfo;
  }
  void Prepare(int threads) override {
    threads_ = threads;
    const NetworkWeights weights =
        NetworkWeights::Open(options_.weights, kDeepFuseWeightsBytes, kDeepFuseWeightsSize);
    content_ = weights.fingerprint();
    if (weights.Has("layer0")) {
      outside_ = Outside::kZero;
      struct Shape {
        int in, out, size;
      };
      constexpr Shape kShapes[] = {{1, 32, 3},  {32, 64, 5}, {64, 64, 7},
                                   {64, 32, 5}, {32, 16, 5}, {16, 1, 7}};
      layers_.clear();
      for (const Shape& s : kShapes) {
        layers_.push_back(weights.LayerWithoutBias("layer" + std::to_string(layers_.size()), s.in,
                                                   s.out, s.size, 0.01f));
      }
    } else {
      outside_ = Outside::kReflect;
      layers_ = {weights.Layer("encoder/conv1_1", 1, 16, 3, 0),
                 weights.Layer("encoder/conv1_2", 16, 32, 3, 1),
                 weights.Layer("decoder/conv2_1", 32, 32, 3, 0),
                 weights.Layer("decoder/conv2_2", 32, 16, 3, 0),
                 weights.Layer("decoder/conv2_3", 16, 1, 3, 1)};
    }
  }
  std::int64_t Parameters() const override { return auif::Parameters(layers_); }
  std::string Content() const override { return "deepfuse weights " + content_; }

 private:
  static constexpr std::size_t kEncoderLayers = 2;

  struct Buffers {
    FeatureMaps source, maps[2], sum;
  };

  bool FuseGrey(PlaneView<const float> ir, PlaneView<const float> vis, PlaneView<float> out,
                const MethodProgress& progress) const override {
    const Size image{out.width, out.height};
    const PlaneView<const float> sources[2] = {ir, vis};
    int halo = 0, channels = 0;
    for (const ConvLayer& layer : layers_) {
      halo += layer.radius();
      channels = std::max(channels, layer.out());
    }
    std::vector<Buffers> buffers(static_cast<std::size_t>(ThreadCount(threads_)));
    const bool all = ForEachTile(image, halo, threads_, progress, [&](const PixelBox& t, int slot) {
      Buffers& b = buffers[static_cast<std::size_t>(slot)];
      const PixelBox box = t.Grown(halo, image);
      for (FeatureMaps* maps : {&b.maps[0], &b.maps[1], &b.sum}) maps->Reset(channels, box);
      b.source.Reset(1, box);
      int left = halo;
      const auto run = [&](std::size_t i, FeatureMaps& from, FeatureMaps& to) {
        left -= layers_[i].radius();
        Convolve(layers_[i], from, 0, t.Grown(left, image), image, outside_, to, 0);
      };
      for (int s = 0; s < 2; ++s) {
        left = halo;
        CopyLevels(sources[s], b.source);
        run(0, b.source, b.maps[0]);
        run(1, b.maps[0], s == 0 ? b.sum : b.maps[1]);
      }
      AddMaps(b.maps[1], layers_[1].out(), t.Grown(left, image), b.sum);
      FeatureMaps *in = &b.sum, *to = &b.maps[0];
      for (std::size_t i = kEncoderLayers; i < layers_.size(); ++i) {
        run(i, *in, *to);
        std::swap(in, to);
      }
      CopyTile(*in, t, out);
    });
    if (!all) return false;
    Stretch(out);
    return true;
  }

  DeepFuseOptions options_;
  int threads_ = 1;
  Outside outside_ = Outside::kReflect;
  std::string content_;
  std::vector<ConvLayer> layers_;
};

}  // namespace

std::unique_ptr<FusionMethod> MakeDeepFuse() { return std::make_unique<DeepFuse>(); }

}  // namespace auif

// DenseFuse: an encoder with a dense block, a fusion layer, and a decoder, trained to rebuild
// single images.
//
//   encoder   C1 3x3 1 -> 16, then three 3x3 -> 16, each on all maps before it      (section III.A)
//   fusion    sum of the maps (eq. 1), or of each pixel's maps weighed by its share of the
//             activity: the sum over channels of |maps|                             (eqs. 2 to 4)
//   decoder   3x3 64 -> 64 -> 32 -> 16 -> 1
//
// ReLU behind every convolution but the last; borders are reflected. The network works on grey
// levels 0..255, and its result is stretched to them, as in the authors' program.
#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "auif/method.h"
#include "base/parallel.h"
#include "methods/feature_maps.h"
#include "methods/levels255.h"
#include "methods/network_weights.h"

namespace auif {

extern const std::size_t kDenseFuseWeightsSize;
extern const unsigned char kDenseFuseWeightsBytes[];

namespace {

struct DenseFuseOptions {
  std::string weights;
  std::string strategy = "addition";
};

// Tensor names and channels, in the order of computation.
struct Shape {
  const char* name;
  int in, out;
};
constexpr Shape kEncoder[] = {{"encoder/conv1_1", 1, 16},
                              {"encoder/dense_block_conv1", 16, 16},
                              {"encoder/dense_block_conv2", 32, 16},
                              {"encoder/dense_block_conv3", 48, 16}};
constexpr Shape kDecoder[] = {{"decoder/conv2_1", 64, 64},
                              {"decoder/conv2_2", 64, 32},
                              {"decoder/conv2_3", 32, 16},
                              {"decoder/conv2_4", 16, 1}};
constexpr int kMaps = 64, kHalo = 8;

class DenseFuse : public FusionMethod {
 public:
  DenseFuse() {
    Bind("weights", "File of weights; empty: the project's own", &options_.weights);
    Bind("strategy", "How maps are merged: addition or l1", &options_.strategy, {"addition", "l1"});
  }
  const MethodInfo& info() const override {
    static const MethodInfo kInfo = {
        "densefuse",
        "convolutional network with a dense block",
        "H. Li, X.-J. Wu, \"DenseFuse: A fusion approach to infrared and visible images\", IEEE "
        "Trans. Image Processing 28(5), 2019",
        {},
        2,
        {},
        "built in; others by --method-option weights=FILE"};
    return kInfo;
  }
  void Prepare(int threads) override {
    threads_ = threads;
    const NetworkWeights weights =
        NetworkWeights::Open(options_.weights, kDenseFuseWeightsBytes, kDenseFuseWeightsSize);
    content_ = weights.fingerprint();
    encoder_.clear();
    decoder_.clear();
    for (const Shape& s : kEncoder) encoder_.push_back(weights.Layer(s.name, s.in, s.out, 3, 0));
    for (const Shape& s : kDecoder) {
      const float slope = s.out == 1 ? 1 : 0;
      decoder_.push_back(weights.Layer(s.name, s.in, s.out, 3, slope));
    }
  }
  std::int64_t Parameters() const override {
    return auif::Parameters(encoder_) + auif::Parameters(decoder_);
  }
  std::string Content() const override {
    return "densefuse strategy=" + options_.strategy + " weights " + content_;
  }

 private:
  // Of a tile; the decoder alternates between the maps of both sources.
  struct Buffers {
    FeatureMaps source, maps[2];
  };

  bool FuseGrey(PlaneView<const float> ir, PlaneView<const float> vis, PlaneView<float> out,
                const MethodProgress& progress) const override {
    const Size image{out.width, out.height};
    const PlaneView<const float> sources[2] = {ir, vis};
    std::vector<Buffers> buffers(static_cast<std::size_t>(ThreadCount(threads_)));
    const bool all =
        ForEachTile(image, kHalo, threads_, progress, [&](const PixelBox& t, int slot) {
          Buffers& b = buffers[static_cast<std::size_t>(slot)];
          for (int s = 0; s < 2; ++s) Encode(sources[s], t, image, b, b.maps[s]);
          const PixelBox merged = t.Grown(4, image);
          if (options_.strategy == "l1") {
            MergeByActivity(merged, b.maps[0], b.maps[1]);
          } else {
            AddMaps(b.maps[1], kMaps, merged, b.maps[0]);
          }
          FeatureMaps *in = &b.maps[0], *to = &b.maps[1];
          for (int i = 0; i < 4; ++i) {
            Convolve(decoder_[static_cast<std::size_t>(i)], *in, 0, t.Grown(3 - i, image), image,
                     Outside::kReflect, *to, 0);
            std::swap(in, to);
          }
          CopyTile(*in, t, out);
        });
    if (!all) return false;
    Stretch(out);
    return true;
  }

  // New maps stand in front of the older ones.
  void Encode(PlaneView<const float> source, const PixelBox& tile, Size image, Buffers& b,
              FeatureMaps& maps) const {
    const PixelBox all = tile.Grown(kHalo, image);
    b.source.Reset(1, all);
    CopyLevels(source, b.source);
    maps.Reset(kMaps, all);
    for (int i = 0; i < 4; ++i) {
      FeatureMaps& in = i == 0 ? b.source : maps;
      const int from = i == 0 ? 0 : kMaps - 16 * i;
      Convolve(encoder_[static_cast<std::size_t>(i)], in, from, tile.Grown(kHalo - 1 - i, image),
               image, Outside::kReflect, maps, kMaps - 16 * (i + 1));
    }
  }

  // Adds the second maps to the first, each with its pixels' share of the activity.
  static void MergeByActivity(const PixelBox& box, FeatureMaps& a, FeatureMaps& b) {
    const int width = box.width();
    std::vector<float> activity_a(static_cast<std::size_t>(width)), activity_b(activity_a);
    const auto look = [&](FeatureMaps& maps, int y, std::vector<float>& activity) {
      std::fill(activity.begin(), activity.end(), 0.0f);
      for (int c = 0; c < kMaps; ++c) {
        const float* row = maps.At(c, y, box.x0);
        for (int x = 0; x < width; ++x) activity[x] += std::abs(row[x]);
      }
    };
    for (int y = box.y0; y < box.y1; ++y) {
      look(a, y, activity_a);
      look(b, y, activity_b);
      std::vector<float>& share = activity_a;
      for (int x = 0; x < width; ++x) {
        const float sum = activity_a[x] + activity_b[x];
        share[x] = sum > 0 ? activity_a[x] / sum : 0.5f;
      }
      for (int c = 0; c < kMaps; ++c) {
        float* to = a.At(c, y, box.x0);
        const float* other = b.At(c, y, box.x0);
        for (int x = 0; x < width; ++x) to[x] = share[x] * to[x] + (1 - share[x]) * other[x];
      }
    }
  }

  DenseFuseOptions options_;
  int threads_ = 1;
  std::string content_;
  std::vector<ConvLayer> encoder_, decoder_;
};

}  // namespace

std::unique_ptr<FusionMethod> MakeDenseFuse() { return std::make_unique<DenseFuse>(); }

}  // namespace auif

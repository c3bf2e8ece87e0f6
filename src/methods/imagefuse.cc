// Infrared and visible image fusion by a deep network's features: what is detailed in the eyes of
// VGG-19 counts.
//
//   B_n = LowPass(I_n, lambda), D_n = I_n - B_n                        (eqs. 1, 2)
//   A_n^i = the 3x3 mean of sum over channels of |phi^i(D_n)|          (eqs. 4, 5)
//     phi^i: the first convolution of VGG-19's block i, i = 1..4, before its ReLU
//   W_n^i = A_n^i / (A_1^i + A_2^i), enlarged by repeating pixels      (eqs. 6, 7)
//   F = max over i of sum_n W_n^i D_n, plus (B_1 + B_2) / 2            (eqs. 3, 8 to 10)
//
// The detail layer goes into the network as it is, on all three channels. Means continue activities
// with zeros, as the network's convolutions do; pooling keeps a last odd row or column. These are
// the authors' choices; options stand for what other programs of the same paper do:
//   gain: details times gain go into the network. Its weights were trained on levels of 0..255;
//     for weights trained on such divided by 57, ImageNet's deviation, 1 is what 57 is here.
//   range stretch: a result that leaves [0, 1] anywhere is mapped to it linearly, not clipped.
#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "auif/error.h"
#include "auif/method.h"
#include "base/parallel.h"
#include "methods/feature_maps.h"
#include "methods/levels255.h"
#include "methods/low_pass.h"
#include "methods/network_weights.h"
#include "methods/published_weights.h"

namespace auif {
namespace {

constexpr int kLevels = 4;

struct ImageFuseOptions {
  std::string weights;
  double lambda = 5;
  double gain = 1;
  std::string range = "clip";
};

// Channels and convolutions of VGG-19's blocks; of the fourth the first convolution is enough.
struct Block {
  int channels, convolutions;
};
constexpr Block kBlocks[kLevels] = {{64, 2}, {128, 2}, {256, 4}, {512, 1}};

Size Halved(Size size) { return {(size.width + 1) / 2, (size.height + 1) / 2}; }
// The pixels of the next level that a box has, and the other way round.
PixelBox Halved(const PixelBox& box) {
  return {box.x0 / 2, box.y0 / 2, (box.x1 + 1) / 2, (box.y1 + 1) / 2};
}
PixelBox Doubled(const PixelBox& box, Size image) {
  return {2 * box.x0, 2 * box.y0, std::min(image.width, 2 * box.x1),
          std::min(image.height, 2 * box.y1)};
}

// Where a tile's convolutions must be computed, from the last block back to the source.
struct Plan {
  std::array<Size, kLevels> size;
  std::array<PixelBox, kLevels> tile;  // whose activities are wanted
  std::array<PixelBox, kLevels> last;  // what the block's last convolution computes
  // What the block's first convolution reads.
  PixelBox Input(int block) const {
    return last[block].Grown(kBlocks[block].convolutions, size[block]);
  }

  Plan(Size image, const PixelBox& whole_tile) {
    size[0] = image;
    tile[0] = whole_tile;
    for (int i = 1; i < kLevels; ++i) {
      size[i] = Halved(size[i - 1]);
      tile[i] = Halved(tile[i - 1]);
    }
    last[kLevels - 1] = tile[kLevels - 1];
    for (int i = kLevels - 2; i >= 0; --i) last[i] = Doubled(Input(i + 1), size[i]);
  }
};

void Rectify(FeatureMaps& maps, int channels, const PixelBox& box) {
  for (int c = 0; c < channels; ++c) {
    for (int y = box.y0; y < box.y1; ++y) {
      float* row = maps.At(c, y, box.x0);
      for (int x = 0; x < box.width(); ++x) row[x] = std::max(row[x], 0.0f);
    }
  }
}

// The largest of 2x2 pixels. in: an image of `size`.
void Pool(FeatureMaps& in, Size size, int channels, const PixelBox& box, FeatureMaps& out) {
  for (int c = 0; c < channels; ++c) {
    for (int y = box.y0; y < box.y1; ++y) {
      const float* above = in.At(c, 2 * y, 0);
      const float* below = in.At(c, std::min(2 * y + 1, size.height - 1), 0);
      for (int x = box.x0; x < box.x1; ++x) {
        const int left = 2 * x, right = std::min(left + 1, size.width - 1);
        *out.At(c, y, x) =
            std::max(std::max(above[left], above[right]), std::max(below[left], below[right]));
      }
    }
  }
}

class ImageFuse : public FusionMethod {
 public:
  ImageFuse() {
    Bind("weights", "VGG-19's weights, a file of auif import --method vgg19", &options_.weights);
    Bind("lambda", "Smoothness of the base layer, 0 to 1e6", &options_.lambda, 0, 1e6);
    Bind("gain", "What details are multiplied by for the network, 0 to 1e4", &options_.gain, 0,
         1e4);
    Bind("range", "Results that leave black to white: clip or stretch", &options_.range,
         {"clip", "stretch"});
  }
  const MethodInfo& info() const override {
    static const MethodInfo kInfo = {
        "imagefuse",
        "details weighed by VGG-19's features",
        "H. Li, X.-J. Wu, J. Kittler, \"Infrared and visible image fusion using a deep learning "
        "framework\", ICPR 2018",
        {"dlf"},
        2,
        {},
        "VGG-19's, of the Visual Geometry Group, University of Oxford: needed, by --method-option "
        "weights=FILE"};
    return kInfo;
  }
  void Prepare(int threads) override {
    threads_ = threads;
    if (options_.weights.empty()) {
      throw Error(
          ErrorKind::kInput, "needs the weights of VGG-19, which are not part of auif", "imagefuse",
          HowToGetWeights("vgg19") + ", then add --method-option weights=vgg19.safetensors");
    }
    const NetworkWeights weights = NetworkWeights::Read(options_.weights);
    content_ = weights.fingerprint();
    int channels = 3;
    for (int b = 0; b < kLevels; ++b) {
      layers_[b].clear();
      for (int i = 0; i < kBlocks[b].convolutions; ++i) {
        const std::string name = "block" + std::to_string(b + 1) + "_conv" + std::to_string(i + 1);
        // The first one's values are looked at before they are rectified.
        layers_[b].push_back(weights.Layer(name, channels, kBlocks[b].channels, 3, i == 0 ? 1 : 0));
        channels = kBlocks[b].channels;
      }
    }
  }
  std::int64_t Parameters() const override {
    std::int64_t count = 0;
    for (const std::vector<ConvLayer>& block : layers_) count += auif::Parameters(block);
    return count;
  }
  std::string Content() const override { return FusionMethod::Content() + " " + content_; }

 private:
  using Buffers = std::array<FeatureMaps, 2>;
  using Activities = std::array<Plane<float>, kLevels>;

  bool FuseGrey(PlaneView<const float> ir, PlaneView<const float> vis, PlaneView<float> out,
                const MethodProgress& progress) const override {
    const PlaneView<const float> sources[2] = {ir, vis};
    cv::Mat base[2], detail[2];
    Activities activity[2];
    for (int n = 0; n < 2; ++n) {
      const cv::Mat image = Levels255(sources[n]) / 255;
      base[n] = LowPass(image, options_.lambda);
      detail[n] = image - base[n];
      const MethodProgress half = [&](double done) { return progress((n + done) / 2); };
      if (!Look(detail[n], progress ? half : progress, activity[n])) return false;
    }
    std::array<cv::Mat, kLevels> share;
    for (int i = 0; i < kLevels; ++i) share[i] = Share(activity[0][i], activity[1][i]);
    cv::Mat fused(out.height, out.width, CV_64F);
    ParallelFor(out.height, threads_, [&](int y) {
      const double* d[2] = {detail[0].ptr<double>(y), detail[1].ptr<double>(y)};
      const double* b[2] = {base[0].ptr<double>(y), base[1].ptr<double>(y)};
      double* to = fused.ptr<double>(y);
      for (int x = 0; x < out.width; ++x) {
        double most = -1e300;
        for (int i = 0; i < kLevels; ++i) {
          const double w = share[i].ptr<double>(y >> i)[x >> i];
          most = std::max(most, w * d[0][x] + (1 - w) * d[1][x]);
        }
        to[x] = 255 * (most + (b[0][x] + b[1][x]) / 2);
      }
    });
    if (options_.range == "stretch") Fit(fused);
    WriteLevels255(fused, out);
    return true;
  }

  // Levels of which some are outside 0..255 are mapped to it from their own range.
  static void Fit(cv::Mat& levels) {
    constexpr double kRounding = 1e-6;
    double least, most;
    cv::minMaxLoc(levels, &least, &most);
    if ((least >= -kRounding && most <= 255 + kRounding) || most - least < kRounding) return;
    const double factor = 255 / (most - least);
    levels.convertTo(levels, CV_64F, factor, -least * factor);
  }

  // The sums over channels at all levels.
  bool Look(const cv::Mat& detail, const MethodProgress& progress, Activities& activity) const {
    const Size image{detail.cols, detail.rows};
    Size size = image;
    for (Plane<float>& plane : activity) {
      plane = Plane<float>(size);
      size = Halved(size);
    }
    std::vector<Buffers> buffers(static_cast<std::size_t>(ThreadCount(threads_)));
    // Tiles begin at whole pixels of every level, and are large beside the halo of 30.
    constexpr int kHalo = 64;
    static_assert(4 * kHalo % (1 << (kLevels - 1)) == 0);
    return ForEachTile(image, kHalo, threads_, progress, [&](const PixelBox& tile, int slot) {
      Buffers& b = buffers[static_cast<std::size_t>(slot)];
      const Plan plan(image, tile);
      FeatureMaps *in = &b[0], *to = &b[1];
      in->Reset(3, plan.Input(0));
      for (int y = in->box().y0; y < in->box().y1; ++y) {
        const double* from = detail.ptr<double>(y) + in->box().x0;
        for (int c = 0; c < 3; ++c)
          std::transform(from, from + in->box().width(), in->At(c, y, in->box().x0),
                         [&](double d) { return static_cast<float>(options_.gain * d); });
      }
      for (int i = 0; i < kLevels; ++i) {
        const int count = kBlocks[i].convolutions, channels = kBlocks[i].channels;
        for (int k = 0; k < count; ++k) {
          const PixelBox box = plan.last[i].Grown(count - 1 - k, plan.size[i]);
          to->Reset(channels, plan.Input(i));
          Convolve(layers_[i][k], *in, 0, box, plan.size[i], Outside::kZero, *to, 0);
          std::swap(in, to);
          if (k > 0) continue;
          Sum(*in, channels, plan.tile[i], activity[i]);
          Rectify(*in, channels, box);
        }
        if (i + 1 == kLevels) break;
        to->Reset(channels, plan.Input(i + 1));
        Pool(*in, plan.size[i], channels, plan.Input(i + 1), *to);
        std::swap(in, to);
      }
    });
  }

  static void Sum(FeatureMaps& maps, int channels, const PixelBox& box, Plane<float>& activity) {
    for (int y = box.y0; y < box.y1; ++y) {
      float* to = activity.Row(y) + box.x0;
      std::fill_n(to, box.width(), 0.0f);
      for (int c = 0; c < channels; ++c) {
        const float* row = maps.At(c, y, box.x0);
        for (int x = 0; x < box.width(); ++x) to[x] += std::abs(row[x]);
      }
    }
  }

  // The first source's share of both means.
  static cv::Mat Share(const Plane<float>& a, const Plane<float>& b) {
    cv::Mat share(a.height(), a.width(), CV_64F);
    const auto sum = [](const Plane<float>& plane, int y, int x) {
      double sum = 0;
      for (int v = std::max(0, y - 1); v <= std::min(plane.height() - 1, y + 1); ++v) {
        for (int u = std::max(0, x - 1); u <= std::min(plane.width() - 1, x + 1); ++u) {
          sum += double{plane.Row(v)[u]};
        }
      }
      return sum;
    };
    for (int y = 0; y < a.height(); ++y) {
      for (int x = 0; x < a.width(); ++x) {
        const double first = sum(a, y, x), both = first + sum(b, y, x);
        share.at<double>(y, x) = both > 0 ? first / both : 0.5;
      }
    }
    return share;
  }

  ImageFuseOptions options_;
  int threads_ = 1;
  std::string content_;
  std::array<std::vector<ConvLayer>, kLevels> layers_;
};

}  // namespace

std::unique_ptr<FusionMethod> MakeImageFuse() { return std::make_unique<ImageFuse>(); }

}  // namespace auif

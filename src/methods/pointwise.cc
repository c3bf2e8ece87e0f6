// Methods that look at one pixel at a time: the average and the maximum of both sources, and a copy
// of one.
#include <algorithm>
#include <memory>
#include <utility>

#include "auif/method.h"

namespace auif {
namespace {

// f(ir, vis) per pixel. Rows are fused as they come.
class Pointwise : public FusionMethod {
 public:
  std::unique_ptr<RowFusion> Rows(Size size, RowSink sink) const override {
    return std::make_unique<Stream>(*this, size, std::move(sink));
  }
  bool by_rows() const override { return true; }

 private:
  virtual void FuseRow(const float* ir, const float* vis, int width, float* out) const = 0;

  bool FuseGrey(PlaneView<const float> ir, PlaneView<const float> vis, PlaneView<float> out,
                const MethodProgress&) const override {
    for (int y = 0; y < out.height; ++y) FuseRow(ir.Row(y), vis.Row(y), out.width, out.Row(y));
    return true;
  }

  class Stream : public RowFusion {
   public:
    Stream(const Pointwise& method, Size size, RowSink sink)
        : method_(method), height_(size.height), sink_(std::move(sink)) {}
    int Delay() const override { return Chunk() - 1; }
    int Chunk() const override { return 32; }
    void Push(PlaneView<const float> ir, PlaneView<const float> vis) override {
      const Plane<float> fused = method_.Fuse(ir, vis);
      sink_(std::exchange(next_, (next_ + ir.height) % height_), fused);
    }

   private:
    const Pointwise& method_;
    int height_;
    RowSink sink_;
    int next_ = 0;
  };
};

struct AverageOptions {
  double ir = 0.5;  // share of the infrared image, 0 to 1
};

class Average : public Pointwise {
 public:
  Average() { Bind("ir", "Share of the infrared image, 0 to 1", &options_.ir, 0, 1); }
  const MethodInfo& info() const override {
    static const MethodInfo kInfo = {"average", "weighted average of both images", ""};
    return kInfo;
  }

 private:
  void FuseRow(const float* ir, const float* vis, int width, float* out) const override {
    const auto share = static_cast<float>(options_.ir), rest = static_cast<float>(1 - options_.ir);
    for (int x = 0; x < width; ++x) out[x] = share * ir[x] + rest * vis[x];
  }

  AverageOptions options_;
};

class Maximum : public Pointwise {
 public:
  const MethodInfo& info() const override {
    static const MethodInfo kInfo = {
        "maximum", "the brighter of both images per pixel", "", {"max"}};
    return kInfo;
  }

 private:
  void FuseRow(const float* ir, const float* vis, int width, float* out) const override {
    for (int x = 0; x < width; ++x) out[x] = std::max(ir[x], vis[x]);
  }
};

// Yardsticks: what a source alone scores.
class InfraredCopy : public Pointwise {
 public:
  const MethodInfo& info() const override {
    static const MethodInfo kInfo = {"infrared", "a copy of the infrared image", ""};
    return kInfo;
  }

 private:
  void FuseRow(const float* ir, const float*, int width, float* out) const override {
    std::copy_n(ir, width, out);
  }
};

class VisibleCopy : public Pointwise {
 public:
  const MethodInfo& info() const override {
    static const MethodInfo kInfo = {"visible", "a copy of the visible image", ""};
    return kInfo;
  }

 private:
  void FuseRow(const float*, const float* vis, int width, float* out) const override {
    std::copy_n(vis, width, out);
  }
};

}  // namespace

std::unique_ptr<FusionMethod> MakeAverage() { return std::make_unique<Average>(); }
std::unique_ptr<FusionMethod> MakeMaximum() { return std::make_unique<Maximum>(); }
std::unique_ptr<FusionMethod> MakeInfraredCopy() { return std::make_unique<InfraredCopy>(); }
std::unique_ptr<FusionMethod> MakeVisibleCopy() { return std::make_unique<VisibleCopy>(); }

}  // namespace auif

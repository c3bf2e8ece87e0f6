// Joint unrolling: this project's second network.
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "auif/fuse.h"
#include "auif/joint.h"
#include "auif/method.h"
#include "auif/model_io.h"
#include "base/fingerprint.h"
#include "io/model_file.h"

namespace auif {

extern const std::size_t kJointModelSize;
extern const unsigned char kJointModelBytes[];

namespace {

struct JointMethodOptions {
  std::string model;  // a model file; empty: the built-in one
};

JointModel BuiltIn() {
  return ParseJointModel({reinterpret_cast<const char*>(kJointModelBytes), kJointModelSize},
                         "the built-in joint model");
}

class Rows : public RowFusion {
 public:
  Rows(const JointFuser& fuser, Size size, RowSink sink)
      : stream_(fuser, size.width, size.height, std::move(sink)) {}
  int Delay() const override { return stream_.Delay(); }
  int Chunk() const override { return stream_.Chunk(); }
  void Survey(PlaneView<const float> ir, PlaneView<const float> vis) override {
    stream_.Survey(ir, vis);
  }
  void Push(PlaneView<const float> ir, PlaneView<const float> vis) override {
    stream_.Push(ir, vis);
  }

 private:
  JointStream stream_;
};

class Joint : public FusionMethod {
 public:
  Joint() { Bind("model", "Model file; empty: the built-in model", &options_.model); }

  const MethodInfo& info() const override {
    static const MethodInfo kInfo = {"joint", "joint unrolling", "", {}, kMinSize};
    return kInfo;
  }

  void Prepare(int threads) override {
    const JointModel model = options_.model.empty() ? BuiltIn() : LoadJointModel(options_.model);
    Fingerprint weights;
    for (const auto& tensor : Tensors(model)) {
      weights.Add(tensor.name);
      weights.Add(
          {reinterpret_cast<const char*>(tensor.values.data()), tensor.values.size_bytes()});
    }
    content_ = "joint " + weights.Text();
    parameters_ = model.ParameterCount();
    fuser_.emplace(model, JointOptions{threads});
  }

  std::string Content() const override { return content_; }
  std::int64_t Parameters() const override { return parameters_; }

  bool FuseSamples(const SourceView& ir, const SourceView& vis,
                   const ResultView& out) const override {
    fuser_->Fuse(ir, vis, out);
    return true;
  }
  std::unique_ptr<RowFusion> Rows(Size size, RowSink sink) const override {
    return std::make_unique<auif::Rows>(*fuser_, size, std::move(sink));
  }
  bool by_rows() const override { return true; }
  bool surveys() const override { return true; }

 private:
  bool FuseGrey(PlaneView<const float> ir, PlaneView<const float> vis, PlaneView<float> out,
                const MethodProgress&) const override {
    fuser_->Fuse(ir, vis, out);
    return true;
  }

  JointMethodOptions options_;
  std::string content_;
  std::int64_t parameters_ = 0;
  std::optional<JointFuser> fuser_;
};

}  // namespace

std::unique_ptr<FusionMethod> MakeJoint() { return std::make_unique<Joint>(); }

}  // namespace auif

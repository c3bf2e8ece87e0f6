#include "methods/auif.h"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "auif/fuse.h"
#include "auif/model_io.h"
#include "base/fingerprint.h"
#include "base/text.h"
#include "methods/dark_pairs.h"

namespace auif {
namespace {

constexpr const char *kAuto = "auto", *kOff = "off";

struct AuifOptions {
  std::string model;  // a model file; empty: the built-in model
  std::string strategy = "add";
  std::string weights = "1,1,1,1";
  std::string dark = kAuto;
};

MapWeights ParseWeights(const std::string& text) {
  float values[4];
  const char* at = text.data();
  const char* const end = at + text.size();
  for (int i = 0; i < 4; ++i) {
    const auto [stopped, error] = std::from_chars(at, end, values[i]);
    const bool last = i == 3;
    if (error != std::errc() || (last ? stopped != end : stopped == end || *stopped != ',')) {
      throw Error(ErrorKind::kUsage, "needs four numbers, not '" + text + "'", "weights",
                  "such as 1,0.8,1,1.2");
    }
    at = stopped + 1;
  }
  return {values[0], values[1], values[2], values[3]};
}

class Rows : public RowFusion {
 public:
  Rows(const Fuser& fuser, Size size, RowSink sink)
      : stream_(fuser, size.width, size.height, std::move(sink)) {}
  int Delay() const override { return stream_.Delay(); }
  int Chunk() const override { return stream_.Chunk(); }
  void Push(PlaneView<const float> ir, PlaneView<const float> vis) override {
    stream_.Push(ir, vis);
  }

 private:
  FuseStream stream_;
};

// The same with dark pairs brightened.
class BrightenedRows : public RowFusion {
 public:
  BrightenedRows(const Fuser& fuser, Size size, RowSink sink)
      : rows_(fuser, size, std::move(sink)), height_(size.height) {}
  int Delay() const override { return rows_.Delay(); }
  int Chunk() const override { return rows_.Chunk(); }
  void Survey(PlaneView<const float> ir, PlaneView<const float> vis) override {
    surveyed_ = true;
    Count(ir, vis);
  }
  void Push(PlaneView<const float> ir, PlaneView<const float> vis) override {
    if (next_ == 0 && surveyed_) {
      power_ = PowerForPair(counts_[0], counts_[1]);
      curve_ = PowerCurve(power_);
    }
    if (!surveyed_) Count(ir, vis);
    const std::array<PlaneView<const float>, 2> sources = {ir, vis};
    std::array<PlaneView<const float>, 2> brightened;
    for (int s = 0; s < 2; ++s) {
      if (curve_.changes() && levels_[s].height() < ir.height) levels_[s] = Plane<float>(ir.size());
      brightened[s] = curve_.Apply(sources[s], &levels_[s]);
    }
    next_ += ir.height;
    const bool last = next_ >= height_;
    if (last) End();
    rows_.Push(brightened[0], brightened[1]);
  }

 private:
  void Count(PlaneView<const float> ir, PlaneView<const float> vis) {
    counts_[0].Add(ir);
    counts_[1].Add(vis);
  }
  void End() {
    if (!surveyed_) {
      // Of the frames before, which are the more remembered the nearer they are.
      constexpr double kShareOfLast = 0.25, kNothing = 1e-3;
      power_ += kShareOfLast * (PowerForPair(counts_[0], counts_[1]) - power_);
      curve_ = PowerCurve(std::abs(power_ - 1) < kNothing ? 1 : power_);
    }
    for (LevelCounts& counts : counts_) counts.Clear();
    surveyed_ = false;
    next_ = 0;
  }

  auif::Rows rows_;
  int height_, next_ = 0;
  bool surveyed_ = false;
  std::array<LevelCounts, 2> counts_;  // of this image
  double power_ = 1;
  PowerCurve curve_{1};
  std::array<Plane<float>, 2> levels_;  // brightened
};

class Auif : public FusionMethod {
 public:
  Auif() {
    Bind("model", "Model file; empty: the built-in model", &options_.model);
    Bind("strategy", "How the sources' layers are merged: add, average or l1", &options_.strategy,
         {Name(Strategy::kAdd), Name(Strategy::kAverage), Name(Strategy::kL1)});
    Bind("weights", "Weights of the layers: base ir, base vis, detail ir, detail vis",
         &options_.weights);
    Bind("dark", "Pairs of which both images are dark: auto brightens them first, off does not",
         &options_.dark, {kAuto, kOff});
  }
  // The paper's network and nothing else.
  Auif(const Model& model, const FuseOptions& options) {
    options_.dark = kOff;
    Build(model, options);
  }

  const MethodInfo& info() const override {
    static const MethodInfo kInfo = {
        "auif",
        "algorithm unrolling",
        "Z. Zhao, S. Xu, J. Zhang, C. Liang, C. Zhang, J. Liu, \"Efficient and Interpretable "
        "Infrared and Visible Image Fusion via Algorithm Unrolling\", IEEE Trans. Circuits and "
        "Systems for Video Technology 32(3), 2022",
        {},
        kMinSize,
        {"B0", "D0", "BN", "DN"}};
    return kInfo;
  }

  void Prepare(int threads) override {
    FuseOptions options;
    options.strategy = ParseStrategy(options_.strategy);
    options.weights = ParseWeights(options_.weights);
    options.threads = threads;
    Build(options_.model.empty() ? DefaultModel() : LoadModel(options_.model), options);
  }

  std::string Content() const override { return content_; }
  std::int64_t Parameters() const override { return parameters_; }

  bool FuseSamples(const SourceView& ir, const SourceView& vis,
                   const ResultView& out) const override {
    if (surveys() && IsDarkPair(MeanLevel(ir), MeanLevel(vis))) return false;
    fuser_->Fuse(ir, vis, out);
    return true;
  }

  std::unique_ptr<RowFusion> Rows(Size size, RowSink sink) const override {
    if (surveys()) return std::make_unique<BrightenedRows>(*fuser_, size, std::move(sink));
    return std::make_unique<auif::Rows>(*fuser_, size, std::move(sink));
  }

  bool by_rows() const override { return true; }
  bool surveys() const override { return options_.dark == kAuto; }

  std::vector<Plane<float>> Maps(PlaneView<const float> source) const override {
    Decomposition maps = fuser_->Decompose(source);
    std::vector<Plane<float>> planes;
    for (Plane<float>* map : {&maps.base_initial, &maps.detail_initial, &maps.base, &maps.detail}) {
      planes.push_back(std::move(*map));
    }
    return planes;
  }

 private:
  void Build(const Model& model, const FuseOptions& options) {
    content_ = AuifContent(model, options);
    if (surveys()) content_ += " dark";
    parameters_ = model.ParameterCount();
    fuser_.emplace(model, options);
  }

  bool FuseGrey(PlaneView<const float> ir, PlaneView<const float> vis, PlaneView<float> out,
                const MethodProgress&) const override {
    if (!surveys() || !IsDarkPair(MeanLevel(ir), MeanLevel(vis))) {
      fuser_->Fuse(ir, vis, out);
      return true;
    }
    LevelCounts ir_counts, vis_counts;
    ir_counts.Add(ir);
    vis_counts.Add(vis);
    const PowerCurve curve(PowerForPair(ir_counts, vis_counts));
    Plane<float> ir_levels(ir.size()), vis_levels(vis.size());
    fuser_->Fuse(curve.Apply(ir, &ir_levels), curve.Apply(vis, &vis_levels), out);
    return true;
  }

  AuifOptions options_;
  std::string content_;
  std::int64_t parameters_ = 0;
  std::optional<Fuser> fuser_;
};

}  // namespace

Strategy ParseStrategy(const std::string& name) {
  std::vector<std::string> names;
  for (const Strategy strategy : {Strategy::kAdd, Strategy::kAverage, Strategy::kL1}) {
    if (Lower(name) == Name(strategy)) return strategy;
    names.push_back(Name(strategy));
  }
  throw Error(ErrorKind::kUsage, "there is no strategy '" + name + "'", {},
              DidYouMean(name, names, "there are add, average and l1"));
}

std::string AuifContent(const Model& model, const FuseOptions& options) {
  Fingerprint weights;
  weights.Add(model.config.FormName());
  for (const auto& tensor : Tensors(model)) {
    weights.Add(tensor.name);
    weights.Add({reinterpret_cast<const char*>(tensor.values.data()), tensor.values.size_bytes()});
  }
  const MapWeights& w = options.weights;
  std::string content = "auif " + weights.Text() + " " + Name(options.strategy);
  for (const float weight : {w.base_ir, w.base_vis, w.detail_ir, w.detail_vis}) {
    content.append(" ").append(NumberText(weight));
  }
  return content;
}

std::unique_ptr<FusionMethod> AuifMethod(const Model& model, const FuseOptions& options) {
  return std::make_unique<Auif>(model, options);
}

std::unique_ptr<FusionMethod> MakeAuif() { return std::make_unique<Auif>(); }

}  // namespace auif

#include "jobs/fuse_files.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "base/parallel.h"
#include "base/size.h"
#include "base/text.h"
#include "image/colour.h"
#include "image/palette.h"
#include "io/codecs/codec.h"
#include "io/outputs.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

bool HoldsColour(const ImageFormat& format) { return format.only_channels != 1; }

// Null where the visible image's colours are kept.
const Palette* ResultPalette(const ColourRule& rule) {
  return rule.palette.empty() ? nullptr : &FindPalette(rule.palette, "--palette");
}

// For the palette's colours.
Image HeatImage(Size size) {
  return Image(ImageSpec{size, 3, SampleType::kFloat, FullRange(SampleType::kFloat), {}});
}

ImageSpec Rows(ImageSpec spec, int count) {
  spec.size.height = count;
  return spec;
}

ImageSpec ResultSpec(Size size, bool colour, SampleType type) {
  return {size, colour ? 3 : 1, type, FullRange(type), {}};
}

// Whether its samples are what a kernel reads without being told more.
bool IsPlainGrey(const Image& image) {
  return image.channels() == 1 && image.type() != SampleType::kFloat &&
         image.range() == FullRange(image.type());
}

// What may be the matter with a pair of different sizes, and what helps.
std::string SizeHint(Size ir, Size vis) {
  const auto near = [](double a, double b) { return std::abs(a - b) <= 0.01 * b; };
  if (ir.width == vis.height && ir.height == vis.width) {
    return "one of them lies on its side: rotate it";
  }
  const Size& larger = vis.width > ir.width ? vis : ir;
  const Size& smaller = vis.width > ir.width ? ir : vis;
  const double across = static_cast<double>(larger.width) / smaller.width,
               down = static_cast<double>(larger.height) / smaller.height;
  const std::string which = &larger == &vis ? "vis" : "ir";
  if (near(across, down)) {
    return "if both show the same field, --resize " + which + " makes the larger one smaller (" +
           NumberText(std::round(100 * across) / 100) + " times)";
  }
  return "they show different fields, as of different lenses: crop or register them first, or "
         "force one onto the other with --resize " +
         which;
}

SourceView View(const Image& image) {
  return image.Visit([](const auto& planes) { return SourceView(planes[0]); });
}
ResultView View(Image& image) {
  const SourceView view = View(std::as_const(image));
  return {view.type(), const_cast<void*>(view.data()), view.size(), view.stride()};
}

class FileRows {
 public:
  FileRows(const FusionMethod& method, OpenPair& sources, const FuseOutput& out, bool colour)
      : ir_(sources.ir),
        vis_(sources.vis),
        size_(vis_.spec().size),
        stream_(method.Rows(size_, [this](int, PlaneView<const float> rows) { fused_ = rows; })),
        rule_(sources.colour),
        palette_(colour ? ResultPalette(rule_) : nullptr),
        ir_row_(Rows(ir_.spec(), 1)),
        // The rows with the result's colours are kept until it is written, a chunk behind.
        vis_rows_(Rows(vis_.spec(), colour && palette_ == nullptr ? Kept() : 1)),
        heat_rows_(palette_ != nullptr ? HeatImage({size_.width, Kept()}) : Image()),
        ir_grey_(size_.width, stream_->Chunk()),
        vis_grey_(size_.width, stream_->Chunk()),
        out_row_(ResultSpec({size_.width, 1}, colour, out.type)),
        writer_(out.path, ResultSpec(size_, colour, out.type), *out.format) {}

  void Run(int threads, bool surveys) {
    if (surveys) Survey(threads);
    for (int y = 0; y < size_.height;) {
      const int end = std::min(size_.height, y + stream_->Chunk());
      ParallelFor(3, threads, [&](int task) {
        if (task == 0) ReadInfrared(y, end);
        if (task == 1) ReadVisible(y, end);
        if (task == 2) Write();
      });
      fused_ = {};
      stream_->Push(GreyRows(ir_grey_, end - y), GreyRows(vis_grey_, end - y));
      y = end;
    }
    Write();
    writer_.Finish();
  }

 private:
  void Survey(int threads) {
    for (int y = 0; y < size_.height;) {
      const int end = std::min(size_.height, y + stream_->Chunk());
      ParallelFor(2, threads, [&](int task) {
        if (task == 0) ReadInfrared(y, end);
        if (task == 1) ReadVisible(y, end);
      });
      stream_->Survey(GreyRows(ir_grey_, end - y), GreyRows(vis_grey_, end - y));
      y = end;
    }
    ir_.Rewind();
    vis_.Rewind();
  }
  PlaneView<const float> GreyRows(const Plane<float>& rows, int count) const {
    return {rows.Row(0), size_.width, count, rows.stride()};
  }
  int Kept() const { return stream_->Delay() + stream_->Chunk() + 1; }
  void ReadInfrared(int begin, int end) {
    for (int y = begin; y < end; ++y) {
      ir_.ReadRow(&ir_row_, 0);
      float* levels = ir_grey_.Row(y - begin);
      ir_.GreyRow(ir_row_, 0, levels);
      if (palette_ != nullptr) ColourRow(*palette_, levels, &heat_rows_, y % heat_rows_.height());
    }
  }
  void ReadVisible(int begin, int end) {
    for (int y = begin; y < end; ++y) {
      vis_.ReadRow(&vis_rows_, y % vis_rows_.height());
      vis_.GreyRow(vis_rows_, y % vis_rows_.height(), vis_grey_.Row(y - begin), rule_.luma);
    }
  }
  void Write() {
    for (int i = 0; i < fused_.height; ++i, ++written_) {
      const float* fused = fused_.Row(i);
      if (out_row_.channels() == 3) {
        const Image& colours = palette_ != nullptr ? heat_rows_ : vis_rows_;
        WithLumaRow(colours, written_ % colours.height(), fused, &out_row_, 0, rule_);
      } else {
        out_row_.SetChannelRow(0, 0, fused);
      }
      writer_.WriteRow(out_row_, 0);
    }
  }

  SourceReader& ir_;
  SourceReader& vis_;
  const Size size_;
  std::unique_ptr<RowFusion> stream_;
  const ColourRule& rule_;
  const Palette* palette_;  // of the result; may be null
  Image ir_row_, vis_rows_, heat_rows_;
  Plane<float> ir_grey_, vis_grey_;  // of a chunk
  PlaneView<const float> fused_;     // what the last Push gave: row written_ of the result and on
  Image out_row_;
  ImageWriter writer_;
  int written_ = 0;
};

}  // namespace

FuseOutput OpenOutput(const fs::path& path, SampleType type) {
  const ImageFormat& format = FormatFor(path, type);
  return {path, &format, type};
}

OpenPair OpenSources(const FusionMethod& method, const fs::path& ir, const fs::path& vis,
                     const PairOptions& options) {
  OpenPair pair = {SourceReader(ir, Modality::kInfrared, options.ir),
                   SourceReader(vis, Modality::kVisible, options.vis), options.colour};
  if (options.resize == Resize::kNone) pair.ir.FitScreen(pair.vis.spec().size);
  if (options.resize == Resize::kInfrared) pair.ir.Resize(pair.vis.spec().size);
  if (options.resize == Resize::kVisible) pair.vis.Resize(pair.ir.spec().size);
  for (const SourceReader* file : {&pair.ir, &pair.vis}) {
    method.CheckSize(file->spec().size, file->spec().source);
  }
  CheckSameSize({{ir.string(), pair.ir.spec().size}, {vis.string(), pair.vis.spec().size}}, {},
                SizeHint(pair.ir.spec().size, pair.vis.spec().size));
  return pair;
}

void FuseWhole(const FusionMethod& method, const Image& ir, const Image& vis, const FuseOutput& out,
               const ColourRule& rule) {
  const Palette* palette = HoldsColour(*out.format) ? ResultPalette(rule) : nullptr;
  const bool colour = palette != nullptr || (HoldsColour(*out.format) && vis.colour());
  Image result;
  const auto direct = [&] {  // without float planes
    if (colour || !IsPlainGrey(ir) || !IsPlainGrey(vis)) return false;
    result = Image(ResultSpec(ir.size(), false, out.type));
    return method.FuseSamples(View(ir), View(vis), View(result));
  };
  if (!direct()) {
    const Plane<float> ir_grey = UnitGrey(ir);
    const Plane<float> fused = method.Fuse(ir_grey, UnitGrey(vis, rule.luma));
    if (palette != nullptr) {
      Image heat = HeatImage(ir.size());
      for (int y = 0; y < heat.height(); ++y) ColourRow(*palette, ir_grey.Row(y), &heat, y);
      result = WithLuma(heat, fused, out.type, rule);
    } else {
      result = colour ? WithLuma(vis, fused, out.type, rule) : Image(fused).As(out.type);
    }
  }
  ImageWriter writer(out.path, result.spec(), *out.format);
  for (int y = 0; y < result.height(); ++y) writer.WriteRow(result, y);
  writer.Finish();
}

void FuseRows(const FusionMethod& method, OpenPair& sources, const FuseOutput& out, int threads) {
  const bool colour =
      HoldsColour(*out.format) && (!sources.colour.palette.empty() || sources.vis.HasColour());
  sources.ir.PrepareRows();
  sources.vis.PrepareRows();
  FileRows(method, sources, out, colour).Run(threads, method.surveys());
}

void FuseOpened(const FusionMethod& method, OpenPair& sources, const FuseOutput& out, int threads) {
  // Whole images of so many rows take as much memory as a stream, which keeps rows of every layer.
  constexpr int kMostWholeRows = 600;
  // Where rows are surveyed the files are read twice; up to this size, whole images are better.
  constexpr std::int64_t kMostWholePixels = std::int64_t{1} << 24;
  const Size size = sources.vis.spec().size;
  const bool surveys = method.surveys();
  const bool large = surveys ? std::int64_t{size.width} * size.height > kMostWholePixels
                             : size.height > kMostWholeRows;
  if (large && method.by_rows() && sources.ir.by_rows(surveys) && sources.vis.by_rows(surveys)) {
    FuseRows(method, sources, out, threads);
  } else {
    Image ir, vis;
    ParallelFor(2, threads, [&](int i) {
      if (i == 0) ir = sources.ir.ReadWhole();
      if (i == 1) vis = sources.vis.ReadWhole();
    });
    if (sources.ir.has_other_colours() && !vis.colour()) {
      sources.ir.AddNote("has colours and the visible image has none: the two may be swapped");
    }
    FuseWhole(method, ir, vis, out, sources.colour);
  }
}

void FuseFiles(const FusionMethod& method, const fs::path& ir, const fs::path& vis,
               const fs::path& out, const FuseFilesOptions& options) {
  const FuseOutput output = OpenOutput(out, options.type);
  CheckOutputs({{out, "the result"}}, {ir, vis});
  OpenPair sources = OpenSources(method, ir, vis, options.pair);
  FuseOpened(method, sources, output, options.threads);
}

}  // namespace auif

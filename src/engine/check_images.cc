#include "engine/check_images.h"
#include "network/fuse_options.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace auif {
namespace {

// The addresses of a view's first pixel and of the one behind its last.
struct Bytes {
  template <typename Void>
  explicit Bytes(const SampleView<Void>& view)
      : begin(reinterpret_cast<std::uintptr_t>(view.At(0))),
        end(reinterpret_cast<std::uintptr_t>(view.At(view.height() - 1, view.width()))) {}
  std::uintptr_t begin, end;
};

// Whether they have bytes in common. Windows beside each other in one larger image have not.
template <typename A, typename B>
bool Overlap(const SampleView<A>& a, const SampleView<B>& b) {
  const Bytes first(a), second(b);
  if (first.end <= second.begin || second.end <= first.begin) return false;
  if (a.stride_bytes() != b.stride_bytes()) return true;
  const auto stride = static_cast<std::uintptr_t>(a.stride_bytes());
  const auto row_bytes = [](const auto& view) {
    return view.width() * BytesPerSample(view.type());
  };
  // How far into a row of `a` the rows of `b` begin.
  const std::uintptr_t beside = second.begin >= first.begin
                                    ? (second.begin - first.begin) % stride
                                    : (stride - (first.begin - second.begin) % stride) % stride;
  return beside < row_bytes(a) || beside + row_bytes(b) > stride;
}

}  // namespace

void CheckView(const SourceView& view, const char* where) {
  if (view.data() == nullptr) {
    throw Error(ErrorKind::kUsage, "the image has no pixels: its data is null", where,
                "give the address of the first row's first pixel");
  }
  if (view.stride() < view.width()) {
    throw Error(ErrorKind::kUsage,
                "the stride is " + std::to_string(view.stride()) + ", below the width of " +
                    std::to_string(view.width()),
                where, "the stride is the distance of rows in pixels, not bytes");
  }
}

void CheckRange(const SourceView& rows, RowRange range, int height, const char* where) {
  if (rows.type() != SampleType::kFloat) return;
  constexpr int kGridRows = 32, kGridColumns = 64;
  constexpr float kMost = 2;  // well above what resampling overshoots
  const int down = std::max(1, height / kGridRows);
  const int across = std::max(1, rows.width() / kGridColumns);
  for (int y = (range.begin + down - 1) / down * down; y < range.end; y += down) {
    const float* const row = rows.Row<float>(y - range.begin);
    for (int x = 0; x < rows.width(); x += across) {
      if (!(row[x] > kMost) || std::isinf(row[x])) continue;
      throw Error(ErrorKind::kUsage,
                  "column " + std::to_string(x) + " of row " + std::to_string(y) + " is " +
                      std::to_string(row[x]) + ", but float pixels lie in [0, 1]",
                  where, "divide by 255, or by 65535 if the image had 16 bits");
    }
  }
}

void CheckResult(const ResultView& out, Size size) {
  if (out.size() != size) {
    throw Error(
        ErrorKind::kUsage,
        "the result has " + ToString(out.size()) + " pixels, the sources have " + ToString(size),
        "out", "give an image of the sources' size");
  }
  CheckView({out.type(), out.data(), out.size(), out.stride()}, "out");
}

void CheckApart(const SourceView& source, const ResultView& out, const char* where) {
  if (!Overlap(source, out)) return;
  throw Error(ErrorKind::kUsage,
              std::string("the result lies in the memory of the source \"") + where + "\"", "out",
              "give the result memory of its own");
}

void CheckFusion(const SourceView& ir, const SourceView& vis, const ResultView& out) {
  CheckPair(ir.size(), vis.size());
  CheckView(ir, "ir");
  CheckView(vis, "vis");
  CheckResult(out, ir.size());
  CheckApart(ir, out, "ir");
  CheckApart(vis, out, "vis");
  CheckRange(ir, {0, ir.height()}, ir.height(), "ir");
  CheckRange(vis, {0, vis.height()}, vis.height(), "vis");
}

}  // namespace auif

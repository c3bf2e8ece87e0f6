#include "jobs/fuse_rows.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "auif/plane.h"
#include "base/parallel.h"
#include "io/codecs/codec.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

// The last rows of an image: row y is in row y modulo the height.
struct RecentRows {
  RecentRows(int width, int count) : plane(width, count) {}
  float* Row(int y) { return plane.Row(y % plane.height()); }
  Plane<float> plane;
};

class RowFusion {
 public:
  // Both readers have read their first rows.
  RowFusion(const Fuser& fuser, ImageReader& ir, ImageReader& vis, const fs::path& out, bool colour,
            int bits)
      : ir_(ir),
        vis_(vis),
        height_(vis.shape().height),
        stream_(fuser, vis.shape().width, height_,
                [this](int y, const float* row) { Keep(y, row); }),
        writer_(out, vis.shape().width, height_, colour, bits),
        ir_rows_(vis.shape().width, stream_.Chunk()),
        // The visible image's rows are kept until the result's are written, a chunk behind.
        grey_(vis.shape().width, stream_.Delay() + stream_.Chunk() + 1),
        fused_(vis.shape().width, stream_.Delay() + 1) {
    if (!writer_.colour()) return;
    rgb_.reserve(3);
    for (int c = 0; c < 3; ++c) rgb_.emplace_back(vis.shape().width, grey_.plane.height());
  }

  void Run(int threads) {
    for (int y = 0; y < height_; y = read_) {
      const int end = std::min(height_, y + stream_.Chunk());
      ParallelFor(3, threads, [&](int task) {
        if (task == 0) ReadInfrared(y, end);
        if (task == 1) ReadVisible(y, end);
        if (task == 2) Write();
      });
      read_ = end;
      for (int i = y; i < end; ++i) stream_.Push(ir_rows_.Row(i), grey_.Row(i));
    }
    Write();
    writer_.Finish();
  }

 private:
  void ReadInfrared(int begin, int end) {
    for (int y = begin; y < end; ++y) {
      if (y > 0) ir_.Next();
      ir_.Grey(ir_rows_.Row(y));
    }
  }
  void ReadVisible(int begin, int end) {
    for (int y = begin; y < end; ++y) {
      if (y > 0) vis_.Next();
      vis_.Grey(grey_.Row(y));
      for (int c = 0; c < static_cast<int>(rgb_.size()); ++c) vis_.Channel(c, rgb_[c].Row(y));
    }
  }
  void Keep(int y, const float* row) {
    std::memcpy(fused_.Row(y), row, sizeof(float) * vis_.shape().width);
    fused_end_ = y + 1;
  }
  void Write() {
    for (; written_ < fused_end_; ++written_) {
      const int y = written_;
      if (rgb_.empty()) {
        writer_.WriteRow(fused_.Row(y));
      } else {
        writer_.WriteRow(fused_.Row(y), grey_.Row(y),
                         {rgb_[0].Row(y), rgb_[1].Row(y), rgb_[2].Row(y)});
      }
    }
  }

  ImageReader& ir_;
  ImageReader& vis_;
  int height_;
  FuseStream stream_;
  ImageWriter writer_;
  RecentRows ir_rows_;
  RecentRows grey_;
  std::vector<RecentRows> rgb_;  // three, or none
  RecentRows fused_;
  int read_ = 0, fused_end_ = 0, written_ = 0;
};

}  // namespace

bool CanFuseRows(const ImageReader& ir, const ImageReader& vis) {
  // Three planes of so many rows take as much memory as a stream, which keeps rows of every layer.
  constexpr int kMostWholeRows = 600;
  return ir.shape().height > kMostWholeRows &&
         (vis.shape().channels == 1 || fs::is_regular_file(vis.path()));
}

void FuseRows(const Fuser& fuser, ImageReader& ir, ImageReader& vis, const fs::path& out, int bits,
              int threads) {
  const ImageFormat* format = FindImageFormat(out);
  const bool colour = vis.shape().channels == 3 &&
                      (format == nullptr || format->only_channels != 1) && HasColour(vis.path());
  // Memory is taken when the files have shown that they hold rows.
  ir.Next();
  vis.Next();
  RowFusion(fuser, ir, vis, out, colour, bits).Run(threads);
}

}  // namespace auif

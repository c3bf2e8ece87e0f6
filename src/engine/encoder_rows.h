// Running rows through two encoders as they become available.
//
// Layer l can compute row y as soon as layer l - 1 has computed row y + 2, so every layer is two
// rows behind the one before, and all that is kept of a layer is its last four rows. Memory grows
// with the width alone, no pixel is computed twice, and every pixel is the same sum in the same
// order wherever the image was cut: the results have the same bits for any cut.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "base/reflect.h"
#include "base/row_buffer.h"
#include "engine/tiling.h"
#include "kernels/initial_filters.h"
#include "kernels/layer_step.h"

namespace auif {

// The most rows that are computed at a time: enough for the kernels' blocks.
inline constexpr int kChunkRows = 32;

// The most rows that one chunk can add to a layer: at the bottom of the image also the rows that
// the filters and every layer before held back.
constexpr int MaxRows(int layers) { return kChunkRows + kDetailRadius + 2 * layers; }

// The rows of one layer that are still needed, found by their number in the image. The last
// kKept of a chunk outlive the next chunk; the others live in a scratch buffer that other layers
// use, too, and are gone once the next layer has read them. Of a range that begins inside the
// image the first kKept stay, too: a seam needs them (seam.h).
class LayerRows {
 public:
  static constexpr int kKept = 4;

  LayerRows(RowRange range, const RowLayout& layout, int max_rows);
  // Forgets all rows.
  void Restart();
  LayerRows(LayerRows&&) noexcept = default;  // rows_ points into the buffers

  RowRange range() const { return range_; }
  int end() const { return end_; }  // first row that is not computed yet
  bool complete() const { return end_ == range_.end; }
  float* Row(int y) const { return rows_[y & mask_]; }
  // Row range().begin + i of a range that begins inside the image, i < kKept.
  const float* FirstRow(int i) const { return first_[i]; }
  // Adds rows up to (not including) row `end`, contents undefined.
  void Extend(int end, RowBuffer<float>& scratch);

 private:
  RowRange range_;
  int end_;
  RowBuffer<float> kept_, first_;
  int mask_;                  // size of rows_ - 1; a power of two, since division takes its time
  std::vector<float*> rows_;  // row y at y & mask_
  static constexpr int kFree = -1;
  std::array<int, std::size_t{2} * kKept> kept_row_;  // the row that each of kept_ holds
};

// Rows of a chunk on their way from layer to layer. Layers alternate between two buffers; the last
// layer has its own.
struct StreamScratch {
  StreamScratch(const RowLayout& layout, int layers);
  std::array<std::array<RowBuffer<float>, 3>, 2> rows;  // base, detail
};

// Rows of an image that are found by their number, of which the last `count` are kept.
class RecentRows {
 public:
  RecentRows(int count, const RowLayout& layout, int margin);
  float* operator[](int y) { return rows_[y & mask_]; }

 private:
  int mask_;  // number of rows - 1, a power of two, since division takes its time
  RowBuffer<float> rows_;
};

// The layers of both encoders, each encoder with as many.
using EncoderSteps = std::array<std::vector<LayerStep>, 2>;

// The base and the detail encoder on their way down an image. All rows that it gives are striped
// and have two margin vectors on each side.
class EncoderRows {
 public:
  // Computes the encoders' outputs for the rows `output` of an image of `height` rows. steps: must
  // outlive this. scratch: of the same layout and layers; streams of which none computes before
  // what another gave was read may share it. Null: its own.
  EncoderRows(const EncoderSteps& steps, const RowLayout& layout, int height, RowRange output,
              std::shared_ptr<StreamScratch> scratch = nullptr);

  // Ready for the next image or the next tile of one. left, right: its rows begin and end where
  // the image does.
  void Restart(bool left, bool right);
  // The first encoder's rows and the second's up to (not including) row `end`, which the caller
  // fills, margins included.
  void ExtendInitial(int end);
  float* InitialRow(int encoder, int y) { return layers_[encoder][0].Row(y); }
  // Computes all rows of all layers that the initial ones allow. fidelity(encoder, y): row y of
  // what the encoder's fidelity terms draw to.
  template <typename Fidelity>
  void Encode(const Fidelity& fidelity) {
    for (int e = 0; e < 2; ++e) {
      for (int l = 0; l < layers(); ++l) {
        if (!Extend(e, l)) continue;
        for (int y = begin_; y < end_; ++y) from_[y - begin_] = fidelity(e, y);
        Run(e, l);
      }
    }
  }

  int layers() const { return static_cast<int>((*steps_)[0].size()); }
  // 0: the initial rows; N: the last ones, of which the last LayerRows::kKept stay readable over
  // the next Encode, the others that it computed until then.
  const LayerRows& Layer(int encoder, int layer) const { return layers_[encoder][layer]; }
  const std::shared_ptr<StreamScratch>& scratch() const { return scratch_; }

 private:
  bool Extend(int encoder, int layer);
  void Run(int encoder, int layer);

  const EncoderSteps* steps_;
  RowLayout layout_;
  bool left_ = true, right_ = true;
  int height_;
  std::array<std::vector<LayerRows>, 2> layers_;  // N + 1 each
  std::shared_ptr<StreamScratch> scratch_;
  int begin_ = 0, end_ = 0;  // rows of the layer that is computed
  std::vector<const float*> in_;
  std::vector<const float*> from_;
  std::vector<float*> out_;
};

}  // namespace auif

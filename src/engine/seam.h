// The rows between two bands.
//
// A band is computed from its own rows alone, so beside a seam every layer ends two rows farther
// from it than the layer before: a wedge is missing. The bands keep the four rows of every layer
// that lie beside it, and the seam computes the wedge from these. So nothing is computed twice but
// the initial filters' sums, and every pixel is the same sum as without a seam.
#pragma once

#include <array>
#include <vector>

#include "auif/plane.h"
#include "engine/band_fuser.h"

namespace auif {

class Seam {
 public:
  // The tasks of Encode, all of which may run at a time, and then those of Decode.
  static constexpr int kEncodeTasks = 4, kDecodeTasks = 2;

  // Between the rows `row` - 1 and `row` of an image of `height` rows. The Reach rows of the
  // result on either side are the seam's. network: must outlive it.
  Seam(const Network& network, const RowLayout& layout, const FuseOptions& options, int height,
       int row);

  // Computes one encoder's wedge of one source. above, below: complete, for the panel that begins
  // at `column` of the sources. left, right: as for SourceStream::Restart.
  void Encode(int task, const BandFuser& above, const BandFuser& below, bool left, bool right,
              const std::array<PlaneView<const float>, 2>& sources, int column);
  // Fuses and decodes half of the seam's rows: sink(y, row), as BandFuser::Advance.
  template <class Sink>
  void Decode(int task, const BandFuser& above, const BandFuser& below, const Sink& sink) {
    FuseHalf(task, above, below);
    const RowRange rows = Half(task);
    for (int y = rows.begin; y < rows.end; ++y) sink(y, DecodeNext(task, y));
  }

 private:
  // One encoder's wedge of one source; layers alternate between two buffers.
  struct Wedge {
    RowBuffer<float> source;
    std::array<RowBuffer<float>, 2> rows;
    std::vector<const float*> in, from;  // of RunLayerStep
    std::vector<float*> out;
  };
  struct Output {
    RowBuffer<float> sums, decoded;
  };

  RowRange Half(int task) const;
  const float* Row(int task, int level, int y, const BandFuser& above,
                   const BandFuser& below) const;
  void FuseHalf(int task, const BandFuser& above, const BandFuser& below);
  const float* DecodeNext(int task, int y);

  const Network* network_;
  RowLayout layout_;
  FuseOptions options_;
  int height_, row_;
  std::array<Wedge, kEncodeTasks> wedges_;
  std::array<Output, kDecodeTasks> outputs_;
};

}  // namespace auif

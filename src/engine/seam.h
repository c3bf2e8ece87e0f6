// The rows between two bands.
//
// A band is computed from its own rows alone, so beside a seam every layer ends two rows farther
// from it than the layer before: a wedge is missing. The bands keep the four rows of every layer
// that lie beside it, and the seam computes the wedge from these. So nothing is computed twice but
// the initial filters' sums, and every pixel is the same sum as without a seam.
#pragma once

#include <array>
#include <vector>

#include "engine/result_rows.h"
#include "engine/tile_fuser.h"

namespace auif {

class Seam {
 public:
  // The tasks of Encode, all of which may run at a time, and then those of Write.
  static constexpr int kEncodeTasks = 4, kWriteTasks = 2;

  // Between the rows `row` - 1 and `row` of an image of `height` rows. The Reach rows of the
  // result on either side are the seam's. network, columns: must outlive it.
  Seam(const Network& network, const ColumnTiling& columns, const FuseOptions& options, int height,
       int row);

  // Computes one encoder's wedge of one source. above, below: the tiles beside it, complete.
  void Encode(int task, const TileFuser& above, const TileFuser& below, int tile,
              const std::array<SourceView, 2>& sources);
  // Fuses and decodes half of the seam's rows.
  void Write(int task, const TileFuser& above, const TileFuser& below, int tile,
             const ResultView& out);

 private:
  // One encoder's wedge of one source; layers alternate between two buffers.
  struct Wedge {
    RowBuffer<float> source;
    std::array<RowBuffer<float>, 2> rows;
    std::vector<const float*> in, from;  // of RunLayerStep
    std::vector<float*> out;
  };

  const float* Row(int task, int layer, int y, const TileFuser& above,
                   const TileFuser& below) const;

  const Network* network_;
  const ColumnTiling* columns_;
  RowLayout layout_;
  int row_, reach_;
  std::array<Wedge, kEncodeTasks> wedges_;
  std::vector<ResultRows> results_;  // of each of Write's tasks
};

}  // namespace auif

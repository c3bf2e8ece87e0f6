#include "metrics/edge_preservation.h"

#include <algorithm>
#include <cassert>
#include <vector>

namespace auif::metrics {
namespace {

// Finds the edges of one image row by row.
class EdgeFinder {
 public:
  EdgeFinder(GreyView image, const EdgeModel& model)
      : image_(image),
        model_(model),
        zeros_(Size(0)),
        smooth_(Size(2)),
        step_(Size(2)),
        x_(Size(0)),
        y_(Size(0)),
        strength_(Size(0)) {}

  Edges Row(int y) {
    const int width = image_.width;
    const double* above = Neighbour(y - 1, y + 1);
    const double* middle = image_.Row(y);
    const double* below = Neighbour(y + 1, y - 1);
    double* smooth = smooth_.data() + 1;
    double* step = step_.data() + 1;
    for (int x = 0; x < width; ++x) {
      smooth[x] = above[x] + 2 * middle[x] + below[x];
      step[x] = below[x] - above[x];
    }
    for (double* row : {smooth, step}) {
      row[-1] = Outside(row[0], row[std::min(1, width - 1)]);
      row[width] = Outside(row[width - 1], row[std::max(width - 2, 0)]);
    }
    const Edges edges{x_.data(), y_.data(), strength_.data()};
    FindEdges(smooth_.data(), step_.data(), model_.sobel_scale, edges, width);
    return edges;
  }

 private:
  std::size_t Size(int extra) const { return static_cast<std::size_t>(image_.width + extra); }
  // The value one step outside: `edge` is the nearest one, `inner` the one next to it.
  double Outside(double edge, double inner) const {
    if (model_.border == Border::kZero) return 0;
    return model_.border == Border::kMirror ? inner : edge;
  }
  // Row y, which may be one step outside; `opposite` is the row on the other side of the edge.
  const double* Neighbour(int y, int opposite) const {
    if (y >= 0 && y < image_.height) return image_.Row(y);
    if (model_.border == Border::kZero) return zeros_.data();
    const int inner = model_.border == Border::kMirror ? opposite : y;
    return image_.Row(std::clamp(inner, 0, image_.height - 1));
  }

  GreyView image_;
  const EdgeModel& model_;
  std::vector<double> zeros_, smooth_, step_, x_, y_, strength_;
};

}  // namespace

void VisitEdges(GreyView a, GreyView b, GreyView f, const EdgeModel& model,
                const std::function<void(const EdgeRow&)>& visit) {
  assert(SameSize(a, f) && SameSize(b, f));
  EdgeFinder find_a(a, model), find_b(b, model), find_f(f, model);
  std::vector<double> kept_a(static_cast<std::size_t>(f.width)), kept_b(kept_a.size());
  for (int y = 0; y < f.height; ++y) {
    const Edges in_a = find_a.Row(y), in_b = find_b.Row(y), in_f = find_f.Row(y);
    KeepEdges(model.keeping, in_a, in_f, kept_a.data(), f.width);
    KeepEdges(model.keeping, in_b, in_f, kept_b.data(), f.width);
    visit({in_a.strength, in_b.strength, in_f.strength, kept_a.data(), kept_b.data()});
  }
}

}  // namespace auif::metrics

#include "kernels/conv5x5.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv5x5.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h:
#include "base/reflect.h"
#include "hwy/highway.h"
#include "kernels/unroll-inl.h"

HWY_BEFORE_NAMESPACE();
namespace auif {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, ConvPlan::kMaxLanes>;
using V = hn::Vec<D>;

// Output rows in a block and vectors side by side: a row of the input is loaded once and serves the
// five output rows around it, and 16 independent chains of multiply-adds cover their latency.
constexpr int kBlockRows = 8;
constexpr int kBlockVectors = 2;

struct Call {
  const float* in;
  const float* extra;
  float* out;
  std::ptrdiff_t stride;
  float scale;
};

// R rows x C vectors, `at` values from the start of the first row.
template <bool kExtra, int R, int C>
HWY_INLINE void Block(const V* HWY_RESTRICT taps, const Call& call, std::ptrdiff_t at) {
  const D d;
  const std::ptrdiff_t lanes = static_cast<std::ptrdiff_t>(hn::Lanes(d));
  V sum[R][C];
  Unroll<0, R + 4>([&](auto i) AUIF_INLINE_LAMBDA {
    const float* HWY_RESTRICT in = call.in + (i - 2) * call.stride + at;
    Unroll<0, 5>([&](auto t) AUIF_INLINE_LAMBDA {
      Unroll<0, C>([&](auto c) AUIF_INLINE_LAMBDA {
        const V value = hn::LoadU(d, in + c * lanes + t - 2);
        Unroll<(i < 4 ? 0 : i - 4), (i < R ? i + 1 : R)>([&](auto o) AUIF_INLINE_LAMBDA {
          constexpr int kTap = (i - o) * 5 + t;
          if constexpr (kTap == 0) {
            sum[o][c] = hn::Mul(taps[0], value);
          } else {
            sum[o][c] = hn::MulAdd(taps[kTap], value, sum[o][c]);
          }
        });
      });
    });
    if constexpr (i >= 4) {
      constexpr int o = i - 4;
      Unroll<0, C>([&](auto c) AUIF_INLINE_LAMBDA {
        const std::ptrdiff_t place = o * call.stride + at + c * lanes;
        V y = sum[o][c];
        if constexpr (kExtra) {
          y = hn::MulAdd(hn::Set(d, call.scale), hn::Load(d, call.extra + place), y);
        }
        hn::Store(y, d, call.out + place);
      });
    }
  });
}

// Rows [y, end) of the vectors [first, last).
template <bool kExtra>
HWY_NOINLINE void Strip(const float* HWY_RESTRICT tap_vectors, const Call& call, int y, int end,
                        int first, int last) {
  const D d;
  V taps[25];
  Unroll<0, 25>([&](auto k) AUIF_INLINE_LAMBDA {
    taps[k] = hn::Load(d, tap_vectors + k * ConvPlan::kMaxLanes);
  });
  const auto lanes = static_cast<std::ptrdiff_t>(hn::Lanes(d));
  const auto row = [&](auto r) AUIF_INLINE_LAMBDA {
    const std::ptrdiff_t at = y * call.stride;
    int v = first;
    for (; v + kBlockVectors <= last; v += kBlockVectors) {
      Block<kExtra, r, kBlockVectors>(taps, call, at + v * lanes);
    }
    if (v < last) Block<kExtra, r, 1>(taps, call, at + v * lanes);
  };
  for (; y + kBlockRows <= end; y += kBlockRows) row(std::integral_constant<int, kBlockRows>{});
  for (; y + 2 <= end; y += 2) row(std::integral_constant<int, 2>{});
  if (y < end) row(std::integral_constant<int, 1>{});
}

template <bool kExtra>
void AllStrips(const ConvPlan& plan, const Call& call, int height) {
  const auto rows = [&](int kind, int y, int end) {
    for (int v = 0; v < plan.vectors(); ++v) {
      if (v == plan.first_end()) v = plan.last_begin();
      if (v == plan.vectors()) break;
      Strip<kExtra>(plan.Taps(kind, v), call, y, end, v, v + 1);
    }
    Strip<kExtra>(plan.InnerTaps(kind), call, y, end, plan.first_end(), plan.last_begin());
  };
  const int border = plan.border();
  for (int i = 0; i < border; ++i) rows(i, i, i + 1);
  rows(3, border, height - border);
  for (int i = border; i > 0; --i) rows(7 - i, height - i, height - i + 1);
}

void RunConvolve(const ConvPlan& plan, const PaddedPlane& in, const PaddedPlane* extra, float scale,
                 PaddedPlane& out) {
  const Call call{in.Row(0), extra == nullptr ? nullptr : extra->Row(0), out.Row(0), in.stride(),
                  scale};
  if (extra != nullptr) {
    AllStrips<true>(plan, call, in.height());
  } else {
    AllStrips<false>(plan, call, in.height());
  }
}

// Sums for kColumns columns of the kernel, from column `first` on, over rows [begin, end) of d.
// A row of x meets the five rows of d around it, so with all five columns at once a vector costs
// 10 loads for 25 multiply-adds and 25 independent chains.
template <int kColumns>
HWY_INLINE void SumColumns(const PaddedPlane& d, const PaddedPlane& x, int begin, int end,
                           int first, double* HWY_RESTRICT sums) {
  const D tag;
  const std::ptrdiff_t lanes = static_cast<std::ptrdiff_t>(hn::Lanes(tag));
  const float* zeros = d.Row(-2);
  constexpr int kBand = 32;  // rows between which sums are moved from float to double
  for (int band = begin - 2; band < end + 2; band += kBand) {
    V acc[5][kColumns];
    Unroll<0, 5>([&](auto r) AUIF_INLINE_LAMBDA {
      Unroll<0, kColumns>([&](auto c) AUIF_INLINE_LAMBDA { acc[r][c] = hn::Zero(tag); });
    });
    for (int i = band; i < std::min(band + kBand, end + 2); ++i) {
      const float* HWY_RESTRICT in = x.Row(i) + first - 2;
      const float* rows[5];  // rows[r]: the row of d that meets this row of x in kernel row r
      for (int r = 0; r < 5; ++r) {
        const int y = i + 2 - r;
        rows[r] = y >= begin && y < end ? d.Row(y) : zeros;
      }
      for (std::ptrdiff_t at = 0; at < d.width(); at += lanes) {
        V dv[5];
        Unroll<0, 5>([&](auto r) AUIF_INLINE_LAMBDA { dv[r] = hn::Load(tag, rows[r] + at); });
        Unroll<0, kColumns>([&](auto c) AUIF_INLINE_LAMBDA {
          const V value = hn::LoadU(tag, in + at + c);
          Unroll<0, 5>([&](auto r)
                           AUIF_INLINE_LAMBDA { acc[r][c] = hn::MulAdd(dv[r], value, acc[r][c]); });
        });
      }
    }
    Unroll<0, 5>([&](auto r) AUIF_INLINE_LAMBDA {
      Unroll<0, kColumns>([&](auto c) AUIF_INLINE_LAMBDA {
        sums[r * 5 + first + c] += double{hn::GetLane(hn::SumOfLanes(tag, acc[r][c]))};
      });
    });
  }
}

void SumRows(const PaddedPlane& d, const PaddedPlane& x, int begin, int end, double* sums) {
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL || HWY_TARGET == HWY_NEON
  SumColumns<5>(d, x, begin, end, 0, sums);
#else
  // 16 registers hold 10 sums.
  SumColumns<2>(d, x, begin, end, 0, sums);
  SumColumns<2>(d, x, begin, end, 2, sums);
  SumColumns<1>(d, x, begin, end, 4, sums);
#endif
}

size_t ConvLanes() { return hn::Lanes(D()); }

}  // namespace HWY_NAMESPACE
}  // namespace auif
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace auif {
namespace {

HWY_EXPORT(RunConvolve);
HWY_EXPORT(SumRows);
HWY_EXPORT(ConvLanes);

// Which of the seven kinds of place i in [0, n) is.
int PlaceKind(int i, int n) { return i < 3 ? i : i >= n - 3 ? 7 - (n - i) : 3; }

// An image just large enough to hold a pixel of every kind, three pixels away from the others'
// kinds where it matters.
constexpr int kModelSize = 11;
constexpr std::array<int, 7> kModelPlaces = {0, 1, 2, 5, 8, 9, 10};

int EdgeOf(int i, bool has_edges) {
  return !has_edges ? 1 : i == 0 ? 0 : i == kModelSize - 1 ? 2 : 1;
}

Kernel5x5 SumAllRows(const PaddedPlane& d, const PaddedPlane& x, int begin, int end) {
  Kernel5x5 sums{};
  HWY_DYNAMIC_DISPATCH(SumRows)(d, x, begin, end, sums.data());
  return sums;
}

void AddTo(Kernel5x5* a, const Kernel5x5& b, double sign) {
  for (int k = 0; k < 25; ++k) (*a)[k] += sign * b[k];
}

// The sums over column `column` of d: of the two maps, turned around, as one row.
Kernel5x5 SumColumn(const PaddedPlane& d, const PaddedPlane& x, int column) {
  thread_local PaddedPlane d_row, x_rows;
  const int h = d.height();
  if (d_row.width() != h) {
    d_row = PaddedPlane(h, 1);
    x_rows = PaddedPlane(h, 1);
  }
  for (int y = -2; y < h + 2; ++y) {
    const float* from = x.Row(y) + column;
    for (int i = -2; i <= 2; ++i) x_rows.Row(i)[y] = from[i];
  }
  for (int y = 0; y < h; ++y) d_row.Row(0)[y] = d.Row(y)[column];
  const Kernel5x5 turned = SumAllRows(d_row, x_rows, 0, 1);
  Kernel5x5 sums;
  for (int k = 0; k < 25; ++k) sums[k] = turned[k % 5 * 5 + k / 5];
  return sums;
}

}  // namespace

TapTable ForwardTaps(const EdgeKernels& kernels, bool has_edges) {
  TapTable table;
  table.border = has_edges ? 1 : 0;
  for (int row = 0; row < 7; ++row) {
    for (int column = 0; column < 7; ++column) {
      const Kernel5x5& kernel =
          kernels[EdgeOf(kModelPlaces[row], has_edges)][EdgeOf(kModelPlaces[column], has_edges)];
      std::copy(kernel.begin(), kernel.end(), table.taps[row][column].begin());
    }
  }
  return table;
}

TapTable BackwardTaps(const EdgeKernels& kernels, bool has_edges) {
  constexpr int n = kModelSize;
  TapTable table;
  table.border = 3;
  for (int row = 0; row < 7; ++row) {
    for (int column = 0; column < 7; ++column) {
      const int qy = kModelPlaces[row], qx = kModelPlaces[column];
      Kernel5x5 taps{};
      // Every product of the forward pass that reads the pixel q.
      for (int py = std::max(0, qy - 2); py <= std::min(n - 1, qy + 2); ++py) {
        for (int ty = 0; ty < 5; ++ty) {
          if (Reflect(py + ty - 2, n) != qy) continue;
          for (int px = std::max(0, qx - 2); px <= std::min(n - 1, qx + 2); ++px) {
            for (int tx = 0; tx < 5; ++tx) {
              if (Reflect(px + tx - 2, n) != qx) continue;
              taps[(py - qy + 2) * 5 + px - qx + 2] +=
                  kernels[EdgeOf(py, has_edges)][EdgeOf(px, has_edges)][ty * 5 + tx];
            }
          }
        }
      }
      std::copy(taps.begin(), taps.end(), table.taps[row][column].begin());
    }
  }
  return table;
}

ConvPlan::ConvPlan(const TapTable& table, int width) : border_(table.border) {
  const int lanes = static_cast<int>(HWY_DYNAMIC_DISPATCH(ConvLanes)());
  vectors_ = (width + lanes - 1) / lanes;
  first_end_ = std::min(vectors_, (border_ + lanes - 1) / lanes);
  last_begin_ = border_ == 0 ? vectors_ : std::max(first_end_, (width - border_) / lanes);
  tables_ = 1 + first_end_ + vectors_ - last_begin_;
  taps_ = Plane<float>(kMaxLanes, 7 * 25 * tables_);
  for (int kind = 0; kind < 7; ++kind) {
    const auto fill = [&](int start_row, int column_of_lane_0, bool inner) {
      for (int lane = 0; lane < lanes; ++lane) {
        const int x = std::min(column_of_lane_0 + lane, width - 1);
        const std::array<float, 25>& taps = table.taps[kind][inner ? 3 : PlaceKind(x, width)];
        for (int k = 0; k < 25; ++k) taps_.Row(start_row + k)[lane] = taps[k];
      }
    };
    int row = kind * 25 * tables_;
    fill(row, 0, true);
    for (int v = 0; v < vectors_; ++v) {
      if (v == first_end_) v = last_begin_;
      if (v == vectors_) break;
      fill(row += 25, v * lanes, false);
    }
  }
}

void Convolve(const ConvPlan& plan, const PaddedPlane& in, const PaddedPlane* extra, float scale,
              PaddedPlane* out) {
  HWY_DYNAMIC_DISPATCH(RunConvolve)(plan, in, extra, scale, *out);
}

Kernel5x5 KernelSums(const PaddedPlane& d, const PaddedPlane& x) {
  return SumAllRows(d, x, 0, d.height());
}

EdgeKernels EdgeKernelSums(const PaddedPlane& d, const PaddedPlane& x) {
  const int right = d.width() - 1, bottom = d.height() - 1;
  EdgeKernels sums{};
  // The corners, then the borders without them, then everything else.
  for (int row : {0, 2}) {
    for (int column : {0, 2}) {
      const int py = row == 0 ? 0 : bottom, px = column == 0 ? 0 : right;
      for (int k = 0; k < 25; ++k) {
        sums[row][column][k] =
            double{d.Row(py)[px]} * double{x.Row(py + k / 5 - 2)[px + k % 5 - 2]};
      }
    }
  }
  sums[0][1] = SumAllRows(d, x, 0, 1);
  sums[2][1] = SumAllRows(d, x, bottom, bottom + 1);
  sums[1][0] = SumColumn(d, x, 0);
  sums[1][2] = SumColumn(d, x, right);
  for (int i : {0, 2}) {
    for (int j : {0, 2}) {
      AddTo(&sums[i][1], sums[i][j], -1);
      AddTo(&sums[1][i], sums[j][i], -1);
    }
  }
  sums[1][1] = KernelSums(d, x);
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 3; ++column) {
      if (row != 1 || column != 1) AddTo(&sums[1][1], sums[row][column], -1);
    }
  }
  return sums;
}

}  // namespace auif
#endif  // HWY_ONCE

#include "metrics/mef_ssim.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "metrics/filters.h"
#include "metrics/halve.h"
#include "metrics/sliding_rows.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "metrics/mef_ssim.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// Needs the target's macros of highway.h.
#include <hwy/contrib/math/math-inl.h>

#ifndef AUIF_METRICS_MEF_SSIM_ROWS
#define AUIF_METRICS_MEF_SSIM_ROWS
namespace auif::metrics {

// What one row of windows is scored from: sums of A, B and their products over the window, and
// Gaussian means of everything.
struct BoxSums {
  const double *a, *b, *aa, *bb, *ab;
};
struct GaussianMeans {
  const double *a, *b, *f, *aa, *bb, *ff, *ab, *af, *bf;
};

inline constexpr int kWindow = 11;

}  // namespace auif::metrics
#endif

HWY_BEFORE_NAMESPACE();
namespace auif::metrics {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// The wanted block is alpha v_a + beta v_b but for a constant.
template <class V>
struct Mixture {
  V alpha, beta;
};

// From the squared lengths of both centred blocks and their inner product.
template <class D, class V = hn::Vec<D>>
HWY_INLINE Mixture<V> Want(D d, V square_a, V square_b, V inner) {
  const V zero = hn::Zero(d), epsilon = hn::Set(d, std::numeric_limits<double>::epsilon());
  const V two_inner = hn::Add(inner, inner);
  const V length_a = hn::Sqrt(square_a), length_b = hn::Sqrt(square_b);
  const V least = hn::Set(d, 0.001);
  const V contrast_a = hn::Add(length_a, least), contrast_b = hn::Add(length_b, least);

  const V together = hn::Sqrt(hn::Max(hn::Add(hn::Add(square_a, square_b), two_inner), zero));
  const V consistency =
      hn::Min(hn::Div(hn::Add(together, epsilon), hn::Add(hn::Add(length_a, length_b), epsilon)),
              hn::Set(d, 1.0));
  const V angle = hn::Mul(hn::Set(d, std::numbers::pi / 2), consistency);
  const V sine = hn::Sin(d, angle), cosine = hn::Cos(d, angle), most = hn::Set(d, 10.0);
  const V p = hn::IfThenElse(hn::Lt(sine, hn::Mul(most, cosine)), hn::Div(sine, cosine), most);
  const V side = hn::Set(d, static_cast<double>(kWindow));
  const auto weigh = [&](V contrast) HWY_ATTR {
    return hn::Add(hn::Exp(d, hn::Mul(p, hn::Log(d, hn::Div(contrast, side)))), epsilon);
  };
  const V weight_a = weigh(contrast_a), weight_b = weigh(contrast_b);
  const V all = hn::Add(weight_a, weight_b);
  const V alpha = hn::Div(weight_a, hn::Mul(all, contrast_a));
  const V beta = hn::Div(weight_b, hn::Mul(all, contrast_b));

  const V square = hn::Add(
      hn::Add(hn::Mul(hn::Mul(alpha, alpha), square_a), hn::Mul(hn::Mul(beta, beta), square_b)),
      hn::Mul(hn::Mul(alpha, beta), two_inner));
  const V scale = hn::IfThenElse(hn::Gt(square, zero),
                                 hn::Div(hn::Max(contrast_a, contrast_b), hn::Sqrt(square)), zero);
  return {hn::Mul(scale, alpha), hn::Mul(scale, beta)};
}

// The scores of windows i, i + 1, ... as many as there are lanes.
template <class D>
HWY_INLINE void ScoreAt(D d, const BoxSums& sum, const GaussianMeans& mean, double* score, int i) {
  using V = hn::Vec<D>;
  const auto load = [&](const double* row) HWY_ATTR { return hn::LoadU(d, row + i); };
  const V pixels = hn::Set(d, static_cast<double>(kWindow * kWindow));
  // Of 8-bit values the difference is exact, so that a flat block has the length 0.
  const auto centred = [&](const double* products, V s1, V s2) HWY_ATTR {
    return hn::Div(hn::Sub(hn::Mul(pixels, load(products)), hn::Mul(s1, s2)), pixels);
  };
  const V s_a = load(sum.a), s_b = load(sum.b), zero = hn::Zero(d);
  const auto [alpha, beta] =
      Want(d, hn::Max(centred(sum.aa, s_a, s_a), zero), hn::Max(centred(sum.bb, s_b, s_b), zero),
           centred(sum.ab, s_a, s_b));

  const V m_a = load(mean.a), m_b = load(mean.b), m_f = load(mean.f);
  const auto cov = [&](const double* products, V m1, V m2)
                       HWY_ATTR { return hn::Sub(load(products), hn::Mul(m1, m2)); };
  const V var_f = cov(mean.ff, m_f, m_f), cov_ab = cov(mean.ab, m_a, m_b);
  const V from_a = hn::Add(hn::Mul(alpha, cov(mean.aa, m_a, m_a)), hn::Mul(beta, cov_ab));
  const V from_b = hn::Add(hn::Mul(beta, cov(mean.bb, m_b, m_b)), hn::Mul(alpha, cov_ab));
  const V var_r = hn::Add(hn::Mul(alpha, from_a), hn::Mul(beta, from_b));
  const V cov_rf =
      hn::Add(hn::Mul(alpha, cov(mean.af, m_a, m_f)), hn::Mul(beta, cov(mean.bf, m_b, m_f)));
  const V c = hn::Set(d, (0.03 * 255) * (0.03 * 255));
  hn::StoreU(hn::Div(hn::Add(hn::Add(cov_rf, cov_rf), c), hn::Add(hn::Add(var_r, var_f), c)), d,
             score + i);
}

void ScoreRow(const BoxSums& sum, const GaussianMeans& mean, double* score, int count) {
  const hn::ScalableTag<double> d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  int i = 0;
  for (; i + lanes <= count; i += lanes) ScoreAt(d, sum, mean, score, i);
  const hn::CappedTag<double, 1> one;
  for (; i < count; ++i) ScoreAt(one, sum, mean, score, i);
}

}  // namespace HWY_NAMESPACE
}  // namespace auif::metrics
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace auif::metrics {
namespace {
HWY_EXPORT(ScoreRow);

constexpr std::array<double, 3> kScaleWeights{0.0448, 0.2856, 0.3001};

// Mean score over all windows.
double ScoreScale(GreyView a, GreyView b, GreyView f) {
  const std::vector<double> ones(kWindow, 1.0), gaussian = GaussianKernel(kWindow, 1.5);
  const int count = f.width - kWindow + 1, bottom = kWindow - 1;
  enum { kA, kB, kAA, kBB, kAB, kF, kFF, kAF, kBF, kQuantities };
  std::vector<SlidingRows> windows(kQuantities, SlidingRows(f.width, kWindow));
  std::vector<std::vector<double>> sums(kAB + 1), means(kQuantities);
  for (auto& row : sums) row.resize(static_cast<std::size_t>(count));
  for (auto& row : means) row.resize(static_cast<std::size_t>(count));
  std::vector<double> scores(static_cast<std::size_t>(count));
  double total = 0;
  for (int y = 0; y < f.height; ++y) {
    const double *in_a = a.Row(y), *in_b = b.Row(y), *in_f = f.Row(y);
    const auto push = [&](int quantity, auto value) {
      double* row = windows[static_cast<std::size_t>(quantity)].Push();
      for (int x = 0; x < f.width; ++x) row[x] = value(in_a[x], in_b[x], in_f[x]);
    };
    push(kA, [](double va, double, double) { return va; });
    push(kB, [](double, double vb, double) { return vb; });
    push(kF, [](double, double, double vf) { return vf; });
    push(kAA, [](double va, double, double) { return va * va; });
    push(kBB, [](double, double vb, double) { return vb * vb; });
    push(kFF, [](double, double, double vf) { return vf * vf; });
    push(kAB, [](double va, double vb, double) { return va * vb; });
    push(kAF, [](double va, double, double vf) { return va * vf; });
    push(kBF, [](double, double vb, double vf) { return vb * vf; });
    if (y < bottom) continue;
    for (std::size_t q = 0; q < means.size(); ++q) {
      windows[q].Filter(gaussian, means[q].data());
      if (q < sums.size()) windows[q].Filter(ones, sums[q].data());
    }
    const auto sum = [&](int q) { return sums[static_cast<std::size_t>(q)].data(); };
    const auto mean = [&](int q) { return means[static_cast<std::size_t>(q)].data(); };
    const BoxSums box{sum(kA), sum(kB), sum(kAA), sum(kBB), sum(kAB)};
    const GaussianMeans blurred{mean(kA),  mean(kB),  mean(kF),  mean(kAA), mean(kBB),
                                mean(kFF), mean(kAB), mean(kAF), mean(kBF)};
    HWY_DYNAMIC_DISPATCH(ScoreRow)(box, blurred, scores.data(), count);
    for (const double score : scores) total += score;
  }
  return total / (static_cast<double>(count) * (f.height - bottom));
}

}  // namespace

Score MefSsim(GreyView a, GreyView b, GreyView f) {
  assert(SameSize(a, f) && SameSize(b, f));
  double weight_sum = 0;
  for (const double weight : kScaleWeights) weight_sum += weight;
  double product = 1;
  Plane<double> half_a, half_b, half_f;
  for (std::size_t scale = 0; scale < kScaleWeights.size(); ++scale) {
    if (scale > 0) {
      half_a = Halve(a), half_b = Halve(b), half_f = Halve(f);
      a = half_a, b = half_b, f = half_f;
    }
    if (std::min(f.width, f.height) < kWindow) return std::nullopt;
    const double score = std::max(ScoreScale(a, b, f), 0.0);
    product *= std::pow(score, kScaleWeights[scale] / weight_sum);
  }
  return product;
}

}  // namespace auif::metrics
#endif  // HWY_ONCE

#include "kernels/mef_ssim_row.h"

#include <limits>
#include <numbers>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/mef_ssim_row.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// Needs the target's macros of highway.h.
#include <hwy/contrib/math/math-inl.h>

#include "kernels/blocks-inl.h"

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
  const V side = hn::Set(d, static_cast<double>(kMefSsimWindow));
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
  const V pixels = hn::Set(d, static_cast<double>(kMefSsimWindow * kMefSsimWindow));
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
  ForEachBlock(count, [&](auto d, int i) HWY_ATTR { ScoreAt(d, sum, mean, score, i); });
}

}  // namespace HWY_NAMESPACE
}  // namespace auif::metrics
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace auif::metrics {
namespace {
HWY_EXPORT(ScoreRow);
}  // namespace

void ScoreMefSsimRow(const BoxSums& sum, const GaussianMeans& mean, double* score, int count) {
  HWY_DYNAMIC_DISPATCH(ScoreRow)(sum, mean, score, count);
}

}  // namespace auif::metrics
#endif  // HWY_ONCE

#include "train/pair/pair_loss.h"

#include <algorithm>
#include <cmath>

#include "auif/error.h"
#include "base/size.h"

namespace auif {
namespace {

// What M counts as at least: beside flat sources, ratios would be in the thousands.
constexpr double kLeastDeviation = 0.02, kLeastFrequency = 0.01;  // the images' unit
constexpr double kLeastInformation = 0.2;                         // nats

Size CheckedSize(Size size, int least) {
  if (size.width >= least && size.height >= least) return size;
  throw Error(ErrorKind::kUsage,
              "an image of " + ToString(size) + " pixels is too small for this loss", "",
              "it needs " + std::to_string(least) + " in both directions");
}

}  // namespace

void PairLossWeights::Validate() const {
  const struct {
    const char* name;
    double weight, target;
  } terms[] = {{"VIF", vif, 0},       {"Qabf", qabf, 0},     {"SSIM", ssim, 0},
               {"SD", sd, sd_target}, {"SF", sf, sf_target}, {"SCD", scd, scd_target},
               {"MI", mi, mi_target}, {"EN", en, en_target}, {"dark", dark, 0}};
  for (const auto& term : terms) {
    if (!std::isfinite(term.weight) || term.weight < 0) {
      throw Error(ErrorKind::kUsage, std::string("the weight of ") + term.name +
                                         " must be a finite number, 0 or more");
    }
    if (!std::isfinite(term.target)) {
      throw Error(ErrorKind::kUsage,
                  std::string("the target of ") + term.name + " must be a finite number");
    }
  }
}

template <typename T>
PairLoss<T>::PairLoss(Size size, const PairLossWeights& weights)
    : weights_(weights),
      larger_(CheckedSize(size, kMinSize)),
      vifp_(size),
      qabf_(size),
      ssim_(size),
      deviation_(size),
      frequency_(size),
      scd_(size),
      information_(size),
      entropy_(size),
      dark_(size),
      sd_{weights.sd, weights.sd_target},
      sf_{weights.sf, weights.sf_target},
      scd_hinge_{weights.scd, weights.scd_target},
      mi_{weights.mi, weights.mi_target},
      en_{weights.en, weights.en_target} {
  weights.Validate();
}

template <typename T>
void PairLoss<T>::SetSources(PlaneView<const T> ir, PlaneView<const T> vis) {
  for (int y = 0; y < larger_.height(); ++y) {
    const T *a = ir.Row(y), *b = vis.Row(y);
    T* __restrict to = larger_.Row(y);
    for (int x = 0; x < larger_.width(); ++x) to[x] = std::max(a[x], b[x]);
  }
  if (weights_.vif > 0) vifp_.SetSources(ir, vis);
  if (weights_.qabf > 0) qabf_.SetSources(ir, vis);
  if (weights_.ssim > 0) ssim_.SetSources(ir, vis);
  if (sd_.weight > 0) sd_.of_m = std::max(deviation_.Forward(larger_), kLeastDeviation);
  if (sf_.weight > 0) sf_.of_m = std::max(frequency_.Forward(larger_), kLeastFrequency);
  if (scd_hinge_.weight > 0) scd_.SetSources(ir, vis);
  if (mi_.weight > 0) {
    information_.SetSources(ir, vis);
    mi_.of_m = std::max(information_.Forward(larger_), kLeastInformation);
  }
  if (en_.weight > 0) en_.of_m = entropy_.Forward(larger_);
  dark_.SetLarger(larger_);
}

template <typename T>
PairLossParts PairLoss<T>::Forward(PlaneView<const T> fused) {
  PairLossParts parts;
  if (weights_.vif > 0) parts.vif = vifp_.Forward(fused);
  if (weights_.qabf > 0) parts.qabf = qabf_.Forward(fused);
  if (weights_.ssim > 0) parts.ssim = ssim_.Forward(fused);
  if (sd_.weight > 0) parts.sd = deviation_.Forward(fused) / sd_.of_m;
  if (sf_.weight > 0) parts.sf = frequency_.Forward(fused) / sf_.of_m;
  if (scd_hinge_.weight > 0) parts.scd = scd_.Forward(fused);
  if (mi_.weight > 0) parts.mi = information_.Forward(fused) / mi_.of_m;
  if (en_.weight > 0) parts.en = entropy_.Forward(fused) - en_.of_m;
  if (weights_.dark > 0) parts.dark = dark_.Forward(fused);
  parts.total = -weights_.vif * parts.vif - weights_.qabf * parts.qabf -
                weights_.ssim * parts.ssim + sd_.Loss(parts.sd) + sf_.Loss(parts.sf) +
                scd_hinge_.Loss(parts.scd) + mi_.Loss(parts.mi) + en_.Loss(parts.en) +
                weights_.dark * parts.dark;
  return parts;
}

template <typename T>
void PairLoss<T>::Backward(double weight, PlaneView<T> gradient) {
  if (weights_.vif > 0) vifp_.Backward(-weight * weights_.vif, gradient);
  if (weights_.qabf > 0) qabf_.Backward(-weight * weights_.qabf, gradient);
  if (weights_.ssim > 0) ssim_.Backward(-weight * weights_.ssim, gradient);
  if (sd_.open) deviation_.Backward(-weight * sd_.weight / sd_.of_m, gradient);
  if (sf_.open) frequency_.Backward(-weight * sf_.weight / sf_.of_m, gradient);
  if (scd_hinge_.open) scd_.Backward(-weight * scd_hinge_.weight, gradient);
  if (mi_.open) information_.Backward(-weight * mi_.weight / mi_.of_m, gradient);
  if (en_.open) entropy_.Backward(-weight * en_.weight, gradient);
  if (weights_.dark > 0) dark_.Backward(weight * weights_.dark, gradient);
}

void PairLossParts::Add(const PairLossParts& other, double share) {
  for (double PairLossParts::*part :
       {&PairLossParts::total, &PairLossParts::vif, &PairLossParts::qabf, &PairLossParts::ssim,
        &PairLossParts::sd, &PairLossParts::sf, &PairLossParts::scd, &PairLossParts::mi,
        &PairLossParts::en, &PairLossParts::dark}) {
    this->*part += share * other.*part;
  }
}

template class PairLoss<float>;
template class PairLoss<double>;

}  // namespace auif

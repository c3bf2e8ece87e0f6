// The loss of a fused image beside both of its sources: what is judged of fused images, as terms
// that have gradients.
//
//   L = - w_vif VIFp - w_qabf Qabf - w_ssim SSIM
//       + w_sd [t_sd - SD(F) / SD(M)]+ + w_sf [t_sf - SF(F) / SF(M)]+
//       + w_scd [t_scd - SCD]+ + w_mi [t_mi - MI(F) / MI(M)]+ + w_en [t_en - (EN(F) - EN(M))]+
//       + w_dark Dark(M, F)
//
// M is the larger one of the sources at every pixel, [v]+ = max(v, 0): a target above which nothing
// is gained. Beside flat sources SD(M), SF(M) and MI(M) count as at least 0.02, 0.01 and 0.2 nats.
// Each term's header says what it is.
#pragma once

#include "auif/plane.h"
#include "train/pair/contrast.h"
#include "train/pair/dark.h"
#include "train/pair/histograms.h"
#include "train/pair/qabf.h"
#include "train/pair/scd.h"
#include "train/pair/ssim.h"
#include "train/pair/vifp.h"

namespace auif {

// All are pure numbers but the target of the entropy. Weights are 0 or more: a term of weight 0 is
// not computed.
struct PairLossWeights {
  double vif = 0.8;   // of VIFp, both sources' sum, 0..2 and more
  double qabf = 4;    // of Qabf, 0..1
  double ssim = 1.8;  // of SSIM, both sources' sum, -2..2
  double sd = 3;      // of the standard deviation relative to M's
  double sd_target = 1.2;
  double sf = 3;  // of the spatial frequency relative to M's
  double sf_target = 1.36;
  double scd = 4;  // of SCD, -2..2
  double scd_target = 1.7;
  double mi = 6;  // of the mutual information relative to M's
  double mi_target = 1;
  double en = 0;           // of the entropy beyond M's, per bit
  double en_target = 0.3;  // bits
  double dark = 0;         // of the mean lack of brightness where M is not dark, 0..0.03

  // Throws Error (kUsage) for a weight that is negative, or a number that is not finite.
  void Validate() const;
};

// The terms without weights, targets and hinges, 0 where the weight is.
struct PairLossParts {
  double total = 0;  // L
  double vif = 0, qabf = 0, ssim = 0;
  double sd = 0, sf = 0;  // relative to M's
  double scd = 0;
  double mi = 0;  // relative to M's
  double en = 0;  // beyond M's, bits
  double dark = 0;

  // Adds `share` of another's.
  void Add(const PairLossParts& other, double share);
};

// The loss of one image. An object keeps its memory, about 50 planes, from image to image. T: float
// for training, double for the plain reference; both are the same steps. One thread, fixed order:
// the same bits always.
template <typename T>
class PairLoss {
 public:
  static constexpr int kMinSize = pair::Vifp<T>::kMinSize;

  // Throws Error (kUsage) for weights that are not valid, and for an image below kMinSize in one
  // direction.
  PairLoss(Size size, const PairLossWeights& weights);

  // Other targets than the weights' for the next images.
  void SetTargets(double sd, double sf, double scd, double mi) {
    sd_.target = sd;
    sf_.target = sf;
    scd_hinge_.target = scd;
    mi_.target = mi;
  }
  // Images in [0, 1] of the constructor's size, which must stay as long as they are in use. What
  // depends on them alone is computed here.
  void SetSources(PlaneView<const T> ir, PlaneView<const T> vis);
  // The image must stay until Backward.
  PairLossParts Forward(PlaneView<const T> fused);
  // Adds weight * dL/dF of the last Forward.
  void Backward(double weight, PlaneView<T> gradient);

 private:
  // A value beside M's with a hinge.
  struct Hinge {
    double weight, target;
    double of_m = 0;    // M's value
    bool open = false;  // whether the last image was below the target
    // weight [target - value]+
    double Loss(double value) {
      open = weight > 0 && value < target;
      return open ? weight * (target - value) : 0;
    }
  };

  PairLossWeights weights_;
  Plane<T> larger_;  // M
  pair::Vifp<T> vifp_;
  pair::Qabf<T> qabf_;
  pair::Ssim<T> ssim_;
  pair::Deviation<T> deviation_;
  pair::SpatialFrequency<T> frequency_;
  pair::Scd<T> scd_;
  pair::MutualInformation<T> information_;
  pair::Entropy<T> entropy_;
  pair::Dark<T> dark_;
  Hinge sd_, sf_, scd_hinge_, mi_, en_;
};

}  // namespace auif

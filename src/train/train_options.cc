#include <cmath>

#include "auif/error.h"
#include "auif/fuse.h"
#include "auif/train.h"
#include "base/text.h"

namespace auif {
namespace {

template <typename Range>
std::string ListText(const Range& values) {
  std::string text;
  for (const auto value : values) {
    if (!text.empty()) text += ',';
    text += NumberText(value);
  }
  return text;
}

std::string StartText(const NormalStart& start) {
  std::string mean = NumberText(start.mean);
  if (start.deviation == 0) return mean;
  return std::string("N(").append(mean).append(",").append(NumberText(start.deviation)) + "^2)";
}

void Check(bool good, const char* name, const std::string& wanted) {
  if (!good) throw Error(ErrorKind::kUsage, std::string(name) + " must be " + wanted);
}

bool AtLeastZero(double value) { return std::isfinite(value) && value >= 0; }

}  // namespace

const char* Name(Crop crop) { return crop == Crop::kRandom ? "random" : "resized"; }
const char* Name(KernelStart start) { return start == KernelStart::kNormal ? "normal" : "uniform"; }

TrainOptions TrainOptions::Paper() {
  TrainOptions options;
  options.offset_weight = 0;
  options.offset_target = 0;
  return options;
}

TrainOptions TrainOptions::Release() {
  TrainOptions options = Paper();
  options.config = ModelConfig::Release();
  options.crop_kind = Crop::kRandomResized;
  options.kernel_start = KernelStart::kNormal;
  options.base_theta = {1e-3, 1e-4};
  options.detail_theta = {1e-3, 1e-4};
  options.detail_lr = options.lr / 10;
  options.drops = {40, 80};
  return options;
}

void TrainOptions::Validate() const {
  config.Validate();
  Check(epochs >= 1 && epochs <= 1000000, "the number of epochs", "between 1 and 1000000");
  Check(batch >= 1 && batch <= 4096, "the batch", "between 1 and 4096 images");
  Check(crop >= kMinSize && crop <= 4096, "the crop",
        "between " + std::to_string(kMinSize) + " and 4096 pixels");
  Check(crop_area[0] > 0 && crop_area[0] <= crop_area[1] && crop_area[1] <= 1, "the crop's area",
        "two rising numbers above 0 and up to 1");
  Check(crop_ratio[0] > 0 && crop_ratio[0] <= crop_ratio[1] && std::isfinite(crop_ratio[1]),
        "the crop's ratio", "two rising numbers above 0");
  for (const NormalStart* start : {&eta, &base_theta, &detail_theta}) {
    Check(std::isfinite(start->mean) && AtLeastZero(start->deviation),
          "a start value of eta or theta", "a finite number");
  }
  Check(std::isfinite(prelu), "the slope's start", "a finite number");
  Check(AtLeastZero(mu), "mu", "a finite number, 0 or more");
  Check(AtLeastZero(offset_weight), "the offset's weight", "a finite number, 0 or more");
  Check(std::isfinite(offset_target), "the offset's target", "a finite number");
  Check(AtLeastZero(lr) && AtLeastZero(detail_lr), "a learning rate", "a finite number, 0 or more");
  Check(AtLeastZero(drop_factor), "the drop factor", "a finite number, 0 or more");
  for (std::size_t i = 0; i < drops.size(); ++i) {
    Check(drops[i] >= 0 && (i == 0 || drops[i] > drops[i - 1]), "the epochs of the drops",
          "rising numbers");
  }
}

std::map<std::string, std::string> TrainOptions::Text() const {
  std::map<std::string, std::string> text = {{"form", config.FormName()},
                                             {"layers", std::to_string(config.layers)},
                                             {"channels", std::to_string(config.channels)},
                                             {"epochs", std::to_string(epochs)},
                                             {"batch", std::to_string(batch)},
                                             {"crop_kind", Name(crop_kind)},
                                             {"crop", std::to_string(crop)},
                                             {"kernel_start", Name(kernel_start)},
                                             {"eta", StartText(eta)},
                                             {"base_theta", StartText(base_theta)},
                                             {"detail_theta", StartText(detail_theta)},
                                             {"prelu", NumberText(prelu)},
                                             {"mu", NumberText(mu)},
                                             {"offset_weight", NumberText(offset_weight)},
                                             {"offset_target", NumberText(offset_target)},
                                             {"clip_ssim", clip_ssim ? "yes" : "no"},
                                             {"lr", NumberText(lr)},
                                             {"detail_lr", NumberText(detail_lr)},
                                             {"drops", ListText(drops)},
                                             {"drop_factor", NumberText(drop_factor)},
                                             {"seed", std::to_string(seed)}};
  if (crop_kind == Crop::kRandomResized) {
    text["crop_area"] = ListText(crop_area);
    text["crop_ratio"] = ListText(crop_ratio);
  }
  return text;
}

}  // namespace auif

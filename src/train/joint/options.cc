#include "train/joint/options.h"

#include <charconv>
#include <cmath>

#include "auif/error.h"
#include "base/text.h"

namespace auif {
namespace {

// As it is written: 0.4 for 0.4F, which is a little more.
double AsWritten(float value) {
  char text[32];
  const char* const end = std::to_chars(text, text + sizeof text, value).ptr;
  double written = 0;
  std::from_chars(text, end, written);
  return written;
}

// A number of the options by name.
struct Field {
  const char* name;
  double least, most;
  int* whole = nullptr;  // one of the three
  double* real = nullptr;
  float* single = nullptr;

  double Value() const { return whole ? *whole : real ? *real : AsWritten(*single); }
  void Set(double value) const {
    if (whole) *whole = static_cast<int>(value);
    if (real) *real = value;
    if (single) *single = static_cast<float>(value);
  }
};

std::vector<Field> Fields(JointTrainOptions& o) {
  const auto whole = [](const char* name, int* field, double least, double most) {
    return Field{name, least, most, field};
  };
  const auto real = [](const char* name, double* field, double least, double most) {
    return Field{name, least, most, nullptr, field};
  };
  const auto single = [](const char* name, float* field, double least, double most) {
    return Field{name, least, most, nullptr, nullptr, field};
  };
  PairLossWeights& loss = o.loss;
  JointTone& tone = o.tone;
  return {whole("layers", &o.layers, 1, 1000),
          whole("channels", &o.channels, 1, 1024),
          whole("steps", &o.steps, 1, 1e6),
          whole("batch", &o.batch, 1, 1024),
          whole("crop", &o.crop, PairLoss<float>::kMinSize, 1024),
          whole("warm_up", &o.warm_up, 0, 1e6),
          real("lr", &o.lr, 0, 1),
          real("most_gradient", &o.most_gradient, 0, 1e9),
          real("averaged", &o.averaged, 0, 1),
          real("night", &o.night, 0, 1),
          real("soft", &o.soft, 0, 1),
          real("swapped", &o.swapped, 0, 1),
          real("vif", &loss.vif, 0, 1e6),
          real("qabf", &loss.qabf, 0, 1e6),
          real("ssim", &loss.ssim, 0, 1e6),
          real("sd", &loss.sd, 0, 1e6),
          real("sd_target", &loss.sd_target, -100, 100),
          real("sf", &loss.sf, 0, 1e6),
          real("sf_target", &loss.sf_target, -100, 100),
          real("scd", &loss.scd, 0, 1e6),
          real("scd_target", &loss.scd_target, -100, 100),
          real("night_sd_target", &o.night_targets.sd, -100, 100),
          real("night_sf_target", &o.night_targets.sf, -100, 100),
          real("night_scd_target", &o.night_targets.scd, -100, 100),
          real("soft_sd_target", &o.soft_targets.sd, -100, 100),
          real("soft_sf_target", &o.soft_targets.sf, -100, 100),
          real("soft_scd_target", &o.soft_targets.scd, -100, 100),
          real("night_mi_target", &o.night_targets.mi, -100, 100),
          real("soft_mi_target", &o.soft_targets.mi, -100, 100),
          real("mi", &loss.mi, 0, 1e6),
          real("mi_target", &loss.mi_target, -100, 100),
          real("en", &loss.en, 0, 1e6),
          real("en_target", &loss.en_target, -100, 100),
          real("dark", &loss.dark, 0, 1e6),
          single("share", &tone.share, 0, 0.9),
          single("tail", &tone.tail, 0, 0.4),
          single("stretch", &tone.stretch, 0, 1),
          single("stretch_slope", &tone.stretch_slope, -10, 10),
          single("equalise", &tone.equalise, 0, 1),
          single("equalise_slope", &tone.equalise_slope, -10, 10),
          single("plateau", &tone.plateau, 1, 1000)};
}

void Check(const Field& field, double value) {
  const bool whole = field.whole == nullptr || value == std::floor(value);
  if (value >= field.least && value <= field.most && whole) return;
  throw Error(ErrorKind::kUsage,
              "is " + NumberText(value) + ", not " + (whole ? "" : "a whole number ") + "between " +
                  NumberText(field.least) + " and " + NumberText(field.most),
              field.name);
}

}  // namespace

void JointTrainOptions::Set(const std::string& name, double value) {
  std::vector<std::string> names;
  for (const Field& field : Fields(*this)) {
    names.emplace_back(field.name);
    if (name != field.name) continue;
    Check(field, value);
    field.Set(value);
    return;
  }
  throw Error(ErrorKind::kUsage, "there is no number '" + name + "' of the objective pair", "",
              GuessAndList(name, names));
}

void JointTrainOptions::Validate() const {
  JointTrainOptions copy = *this;
  for (const Field& field : Fields(copy)) Check(field, field.Value());
  if (night + soft > 1) {
    throw Error(ErrorKind::kUsage, "together are more than all pairs", "night and soft");
  }
}

std::map<std::string, std::string> JointTrainOptions::Text() const {
  JointTrainOptions copy = *this;
  std::map<std::string, std::string> text = {{"seed", std::to_string(seed)}};
  for (const Field& field : Fields(copy)) text[field.name] = NumberText(field.Value());
  return text;
}

}  // namespace auif

#include "auif/method.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/size.h"
#include "base/text.h"

namespace auif {
namespace {

template <typename Number>
bool ReadNumber(const std::string& text, Number least, Number most, Number* field) {
  Number value{};
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  // A comparison with NaN is false.
  if (error != std::errc() || stopped != end || !(value >= least && value <= most)) return false;
  *field = value;
  return true;
}

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

}  // namespace

std::vector<MethodOption> FusionMethod::Options() const {
  std::vector<MethodOption> options;
  for (const Option& option : options_) {
    options.push_back({option.name, option.help, option.text()});
  }
  return options;
}

void FusionMethod::Set(const std::string& name, const std::string& value) {
  std::vector<std::string> names;
  for (const Option& option : options_) {
    if (option.name != name) {
      names.push_back(option.name);
      continue;
    }
    if (option.set(value)) return;
    throw Error(ErrorKind::kUsage, "the option " + name + " cannot be '" + value + "'", info().name,
                DidYouMean(value, option.choices, option.help));
  }
  throw Error(
      ErrorKind::kUsage, "the method has no option '" + name + "'", info().name,
      DidYouMean(name, names, names.empty() ? "it has no options" : "it has " + Joined(names)));
}

void FusionMethod::Prepare(int) {}

std::string FusionMethod::Content() const {
  std::string text = info().name;
  for (const Option& option : options_) text += " " + option.name + "=" + option.text();
  return text;
}

std::string FusionMethod::Note() const { return {}; }

void FusionMethod::CheckSize(Size size, const std::string& where) const {
  const int least = info().min_size;
  if (std::min(size.width, size.height) >= least) return;
  throw Error(ErrorKind::kInput,
              "the image has " + ToString(size) + " pixels, " + info().name + " needs at least " +
                  ToString({least, least}),
              where);
}

Plane<float> FusionMethod::Fuse(PlaneView<const float> ir, PlaneView<const float> vis,
                                const MethodProgress& progress) const {
  CheckSameSize({{"infrared", ir.size()}, {"visible", vis.size()}}, {},
                "register and scale them to one size first");
  CheckSize(ir.size());
  Plane<float> out(ir.size());
  if (!FuseGrey(ir, vis, out.View(), progress)) return {};
  for (int y = 0; y < out.height(); ++y) {
    for (float* v = out.Row(y); v < out.Row(y) + out.width(); ++v) {
      *v = *v > 0 ? std::min(*v, 1.0f) : 0.0f;  // NaN becomes 0
    }
  }
  return out;
}

bool FusionMethod::FuseSamples(const SourceView&, const SourceView&, const ResultView&) const {
  return false;
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): those that override it keep the sink.
std::unique_ptr<RowFusion> FusionMethod::Rows(Size, RowSink) const { return nullptr; }

std::vector<Plane<float>> FusionMethod::Maps(PlaneView<const float>) const { return {}; }

void FusionMethod::Bind(const std::string& name, const std::string& help, int* field, int least,
                        int most) {
  options_.push_back({name,
                      help,
                      [field] { return std::to_string(*field); },
                      [=](const std::string& text) { return ReadNumber(text, least, most, field); },
                      {}});
}

void FusionMethod::Bind(const std::string& name, const std::string& help, double* field,
                        double least, double most) {
  options_.push_back({name,
                      help,
                      [field] { return NumberText(*field); },
                      [=](const std::string& text) { return ReadNumber(text, least, most, field); },
                      {}});
}

void FusionMethod::Bind(const std::string& name, const std::string& help, std::string* field,
                        std::vector<std::string> choices) {
  const auto set = [field, choices](const std::string& text) {
    if (choices.empty()) {
      *field = text;
      return true;
    }
    const auto found = std::find(choices.begin(), choices.end(), Lower(text));
    if (found != choices.end()) *field = *found;
    return found != choices.end();
  };
  options_.push_back({name, help, [field] { return *field; }, set, std::move(choices)});
}

}  // namespace auif

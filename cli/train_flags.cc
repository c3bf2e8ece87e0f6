#include "cli/train_flags.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <type_traits>
#include <utility>

namespace auif::cli {
namespace {

struct Preset {
  const char* name;
  TrainOptions options;
};

const std::vector<Preset>& Presets() {
  static const std::vector<Preset> presets = {
      {"default", {}}, {"paper", TrainOptions::Paper()}, {"release", TrainOptions::Release()}};
  return presets;
}

// A field as it is written on the command line, rounded.
template <class T>
std::string Text(const T& value) {
  if constexpr (std::is_same_v<T, NormalStart>) {
    return Text(value.mean) + "," + Text(value.deviation);
  } else if constexpr (std::is_enum_v<T>) {
    return Name(value);
  } else if constexpr (std::is_integral_v<T>) {
    return std::to_string(value);
  } else if constexpr (std::is_floating_point_v<T>) {
    return fmt::format("{:.4g}", value);
  } else {
    std::vector<std::string> texts;
    for (const auto& one : value) texts.push_back(Text(one));
    return fmt::format("{}", fmt::join(texts, ","));
  }
}

// "(0.1; paper, release: 0)".
template <class Field>
std::string Defaults(Field field) {
  std::string text, last;
  for (const Preset& preset : Presets()) {
    TrainOptions options = preset.options;
    const std::string value = Text(field(options));
    if (text.empty()) {
      text = value;
    } else if (value != text.substr(0, text.find(';'))) {
      // Presets of one value stand together.
      const std::size_t end = text.size() - last.size() - 2;
      text = value == last ? fmt::format("{}, {}: {}", text.substr(0, end), preset.name, value)
                           : fmt::format("{}; {}: {}", text, preset.name, value);
      last = value;
    }
  }
  return " (" + text + ")";
}

// What CLI11 reads for a field.
template <class T>
struct Parsed {
  using Type = T;
};
template <>
struct Parsed<NormalStart> {
  using Type = std::pair<double, double>;
};
template <>
struct Parsed<std::array<double, 2>> {
  using Type = std::pair<double, double>;
};

template <class T, class Value>
void Assign(const Value& value, T& field) {
  if constexpr (std::is_same_v<T, Value>) {
    field = value;
  } else {
    field = T{value.first, value.second};
  }
}

}  // namespace

template <class Field>
CLI::Option* TrainFlags::Add(const char* flag, Field field, const char* type,
                             const std::string& help) {
  using T = std::remove_reference_t<decltype(field(std::declval<TrainOptions&>()))>;
  using Value = typename Parsed<T>::Type;
  const std::function<void(const Value&)> change = [this, field](const Value& value) {
    changes_.push_back([field, value](TrainOptions& options) { Assign(value, field(options)); });
  };
  CLI::Option* option = command_->add_option_function(flag, change, help + Defaults(field));
  if constexpr (!std::is_arithmetic_v<Value>) option->delimiter(',');
  return option->type_name(type)->group(group_);
}

template <class Field, class Enum>
void TrainFlags::AddChoice(const char* flag, Field field, std::initializer_list<Enum> choices,
                           const std::string& help) {
  std::vector<std::string> names;
  for (const Enum choice : choices) names.emplace_back(Name(choice));
  const std::vector<Enum> values(choices);
  const std::function<void(const std::string&)> change = [this, field, names,
                                                          values](const std::string& name) {
    const Enum value =
        values[static_cast<std::size_t>(std::ranges::find(names, name) - names.begin())];
    changes_.push_back([field, value](TrainOptions& options) { field(options) = value; });
  };
  command_->add_option_function(flag, change, help + Defaults(field))
      ->type_name("NAME")
      ->check(CLI::IsMember(names).description(""))
      ->group(group_);
}

void TrainFlags::AddNetwork() {
  group_ = "Network";
  Add(
      "--layers", [](TrainOptions& o) -> int& { return o.config.layers; }, "N",
      "Layers per encoder");
  Add(
      "--channels", [](TrainOptions& o) -> int& { return o.config.channels; }, "C",
      "Channels per layer");
  AddChoice(
      "--kernels", [](TrainOptions& o) -> Kernels& { return o.config.kernels; },
      {Kernels::kAdjoint, Kernels::kIndependent}, "adjoint or independent");
  AddChoice(
      "--padding", [](TrainOptions& o) -> Padding& { return o.config.padding; },
      {Padding::kInput, Padding::kFeature}, "input or feature");
  AddChoice(
      "--activation", [](TrainOptions& o) -> Activation& { return o.config.activation; },
      {Activation::kGradient, Activation::kOutput}, "gradient or output");
}

void TrainFlags::AddStart() {
  group_ = "Start";
  AddChoice(
      "--kernel-start", [](TrainOptions& o) -> KernelStart& { return o.kernel_start; },
      {KernelStart::kNormal, KernelStart::kUniform}, "normal: N(0, 1); uniform: PyTorch's default");
  Add(
      "--eta", [](TrainOptions& o) -> NormalStart& { return o.eta; }, "MEAN,DEV",
      "Step sizes: normally distributed");
  Add(
      "--base-theta", [](TrainOptions& o) -> NormalStart& { return o.base_theta; }, "MEAN,DEV",
      "Base encoder's weights of fidelity");
  Add(
      "--detail-theta", [](TrainOptions& o) -> NormalStart& { return o.detail_theta; }, "MEAN,DEV",
      "Detail encoder's weights of fidelity");
  Add(
      "--prelu", [](TrainOptions& o) -> double& { return o.prelu; }, "A", "Slopes");
}

void TrainFlags::AddTraining() {
  using O = TrainOptions;
  group_ = "Training";
  AddEpochs();
  Add(
      "--batch", [](O& o) -> int& { return o.batch; }, "N", "Images per step");
  AddChoice(
      "--crop-kind", [](O& o) -> Crop& { return o.crop_kind; },
      {Crop::kRandom, Crop::kRandomResized},
      "random: a random part; resized: one of random size, scaled");
  Add(
      "--crop", [](O& o) -> int& { return o.crop; }, "PIXELS", "Side of what is seen of an image");
  Add(
      "--crop-area", [](O& o) -> std::array<double, 2>& { return o.crop_area; }, "A,B",
      "resized: part of the image's area");
  Add(
      "--crop-ratio", [](O& o) -> std::array<double, 2>& { return o.crop_ratio; }, "A,B",
      "resized: width by height");
  Add(
      "--mu", [](O& o) -> double& { return o.mu; }, "MU", "Weight of the SSIM term of the loss");
  Add(
      "--offset-weight", [](O& o) -> double& { return o.offset_weight; }, "NU",
      "Weight of (offset - T)^2 in the loss");
  Add(
      "--offset-target", [](O& o) -> double& { return o.offset_target; }, "T",
      "How much brighter two images fused are than one, before the sigmoid");
  command_
      ->add_flag_callback(
          "--clip-ssim", [this] { changes_.push_back([](O& o) { o.clip_ssim = true; }); },
          "No gradient where SSIM is negative")
      ->group(group_);
  // A detail encoder that learns at a tenth keeps doing so, unless --detail-lr, which comes after,
  // says otherwise.
  const std::function<void(const double&)> change_rates = [this](const double& lr) {
    changes_.push_back([lr](O& o) {
      o.detail_lr *= lr / o.lr;
      o.lr = lr;
    });
  };
  command_
      ->add_option_function("--lr", change_rates,
                            "Learning rate of the base encoder and the decoder" +
                                Defaults([](O& o) -> double& { return o.lr; }))
      ->type_name("RATE")
      ->group(group_);
  Add(
      "--detail-lr", [](O& o) -> double& { return o.detail_lr; }, "RATE",
      "Learning rate of the detail encoder");
  Add(
      "--drops", [](O& o) -> std::vector<int>& { return o.drops; }, "E,...",
      "Epochs after which the rates drop");
  Add(
      "--drop-factor", [](O& o) -> double& { return o.drop_factor; }, "F",
      "What a drop multiplies the rates by");
  AddSeed();
}

void TrainFlags::AddEpochs() {
  Add(
      "--epochs", [](TrainOptions& o) -> int& { return o.epochs; }, "N",
      "Times that each image is seen");
}

void TrainFlags::AddSeed() {
  Add(
      "--seed", [](TrainOptions& o) -> std::uint64_t& { return o.seed; }, "S",
      "Seed of all random choices");
}

void TrainFlags::AddPreset(CLI::App& command) {
  command_ = &command;
  std::vector<std::string> names;
  for (const Preset& preset : Presets()) names.emplace_back(preset.name);
  preset_ = names.front();
  command.add_option("--preset", preset_, fmt::format("{}", fmt::join(names, ", ")))
      ->type_name("NAME")
      ->check(CLI::IsMember(names).description(""));
}

void TrainFlags::AddTo(CLI::App& command) {
  AddPreset(command);
  AddTraining();
  AddNetwork();
  AddStart();
}

void TrainFlags::AddFewTo(CLI::App& command, const std::string& group) {
  AddPreset(command);
  group_ = group;
  command.get_option("--preset")->group(group_);
  AddEpochs();
  AddSeed();
}

TrainOptions TrainFlags::Options() const {
  const auto preset = std::ranges::find(Presets(), preset_, &Preset::name);
  TrainOptions options = preset->options;
  for (const auto& change : changes_) change(options);
  return options;
}

}  // namespace auif::cli

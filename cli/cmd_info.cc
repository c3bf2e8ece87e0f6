#include <fmt/format.h>

#include <cctype>
#include <memory>
#include <string>
#include <variant>

#include "auif/method.h"
#include "auif/model_io.h"
#include "cli/command.h"
#include "cli/console.h"
#include "network/cost.h"

namespace auif::cli {
namespace {

// What models of both networks have.
template <typename AnyModel>
void PrintLayers(const AnyModel& model, int layers, int channels, const Cost& cost) {
  Print("layers      {} per encoder\n", layers);
  Print("channels    {}\n", channels);
  Print("parameters  {}\n", model.ParameterCount());
  Print(
      "cost        {} multiply-adds per pixel of a fused pair; {} as written, {:.1f} times as "
      "many\n",
      cost.collapsed, cost.as_written, static_cast<double>(cost.as_written) / cost.collapsed);
  for (const auto& [key, value] : model.metadata) Print("{:<11} {}\n", key, value);
  Print("\n{:>5}  {:>10} {:>10}  {:>10} {:>10}\n", "layer", "eta base", "theta base", "eta detail",
        "theta detail");
  for (int l = 0; l < layers; ++l) {
    const Layer& base = model.base.layers[l];
    const Layer& detail = model.detail.layers[l];
    Print("{:>5}  {:>10.5f} {:>10.5f}  {:>10.5f} {:>12.5f}\n", l + 1, base.eta, base.theta,
          detail.eta, detail.theta);
  }
}

void PrintModel(const JointModel& model, const std::string& name) {
  Print("model       {}\n", name);
  Print("network     joint unrolling (auif fuse --method joint --method-option model=FILE)\n");
  PrintLayers(model, model.layers, model.channels, MultiplyAddsPerPixel(model));
}

void PrintModel(const Model& model, const std::string& name) {
  const ModelConfig& config = model.config;
  Print("model       {}\n", name);
  Print("form        {}\n", config.FormName());
  Print("  kernels   {}\n", config.kernels == Kernels::kAdjoint
                                ? "adjoint: Conv2 is the adjoint of Conv1"
                                : "independent: Conv1 and Conv2 have kernels of their own");
  Print("  padding   {}\n", config.padding == Padding::kInput
                                ? "input: the layer's input is reflected by 2"
                                : "feature: reflected by 1 before each convolution");
  Print("  activation {}\n", config.activation == Activation::kGradient
                                 ? "gradient: BN and PReLU on Conv2(Conv1(x))"
                                 : "output: BN and PReLU on the layer's output");
  PrintLayers(model, config.layers, config.channels, MultiplyAddsPerPixel(config));
}

void PrintMethods() {
  for (const auto& method : Methods()) {
    const MethodInfo& info = method->info();
    std::string names = info.name;
    for (const std::string& alias : info.aliases) names += ", " + alias;
    if (!info.argument.empty()) {
      names += ":";
      for (const char c : info.argument) names += static_cast<char>(std::toupper(c));
    }
    Print("{}: {}\n", names, info.title);
    if (!info.paper.empty()) Print("  {}\n", info.paper);
    if (!info.weights.empty()) Print("  weights: {}\n", info.weights);
    for (const MethodOption& option : method->Options()) {
      Print("  --method-option {}={}  {}\n", option.name, option.value, option.help);
    }
  }
}

struct Options {
  std::string path;
  bool methods = false;
};

}  // namespace

Action AddInfo(CLI::App& command) {
  const auto options = std::make_shared<Options>();
  CLI::Option* model =
      command.add_option("MODEL", options->path, "Model file (default: the built-in one)")
          ->type_name("FILE");
  command
      .add_flag("--methods", options->methods,
                "List the methods of 'auif fuse --method' with their papers and options")
      ->excludes(model);
  return [options] {
    const std::string& path = options->path;
    if (options->methods) {
      PrintMethods();
    } else if (path.empty()) {
      PrintModel(DefaultModel(), "built-in");
    } else {
      std::visit([&](const auto& model) { PrintModel(model, path); }, LoadAnyModel(path));
    }
    return kAllDone;
  };
}

}  // namespace auif::cli

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <vector>

#include "auif/model_io.h"
#include "cli/command.h"
#include "cli/console.h"
#include "io/outputs.h"

namespace auif::cli {
namespace {

constexpr const char* kFooter =
    "The authors publish three files: base encoder, detail encoder and decoder, written by\n"
    "torch.save (the legacy or today's zip format). Which is which is read from their contents.\n"
    "Nothing in them is executed; anything but tensors is refused.\n"
    "\n"
    "Example:\n"
    "  auif import weights/ -o authors.safetensors";

struct Options {
  std::vector<std::filesystem::path> files;
  std::filesystem::path out;
};

}  // namespace

Action AddImport(CLI::App& command) {
  const auto options = std::make_shared<Options>();
  command.add_option("FILES", options->files, "The three files, or the folder that holds them")
      ->required();
  command.add_option("-o,--output", options->out, "Model file to write")
      ->required()
      ->type_name("MODEL");
  command.footer(kFooter);
  return [options] {
    std::vector<std::filesystem::path> inputs;
    for (const std::filesystem::path& path : options->files) {
      if (std::filesystem::is_directory(path)) {
        for (const auto& entry : std::filesystem::directory_iterator(path)) {
          inputs.push_back(entry.path());
        }
      } else {
        inputs.push_back(path);
      }
    }
    CheckOutputs({{options->out, "the model"}}, inputs);
    const Model model = ImportTorch(options->files);
    SaveModel(model, options->out);
    Print("{}: {} form, {} layers, {} channels\n", options->out.string(), model.config.FormName(),
          model.config.layers, model.config.channels);
    return kAllDone;
  };
}

}  // namespace auif::cli

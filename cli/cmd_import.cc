#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auif/error.h"
#include "auif/model_io.h"
#include "cli/command.h"
#include "cli/console.h"
#include "io/atomic_file.h"
#include "io/outputs.h"
#include "io/safetensors.h"
#include "io/tensorflow_checkpoint.h"
#include "methods/published_weights.h"

namespace auif::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFooter =
    "Without --method: AUIF's own weights. Its authors publish three files: base encoder, detail\n"
    "encoder and decoder, written by torch.save (the legacy or today's zip format). Which is "
    "which\n"
    "is read from their contents.\n"
    "\n"
    "With --method: the weights that another method reads by --method-option weights=FILE, of a\n"
    "TensorFlow checkpoint (NAME.index and NAME.data-00000-of-00001; one of them, NAME or their\n"
    "folder), a PyTorch state dict (.pth), Keras's HDF5 (.h5) or NumPy's .npz:\n";

constexpr const char* kExamples =
    "\n"
    "Nothing in the files is executed; anything but tensors is refused.\n"
    "\n"
    "Examples:\n"
    "  auif import weights/ -o authors.safetensors\n"
    "  auif import --method densefuse densefuse_model_bs2_epoch4_all_weight_1e2.ckpt.index \\\n"
    "    -o densefuse.safetensors\n"
    "  auif fuse ir.png vis.png --method densefuse --method-option weights=densefuse.safetensors "
    "\\\n"
    "    -o fused.png";

struct Options {
  std::vector<fs::path> files;
  fs::path out;
  std::string method;
};

// The files, those in the folders among them, and those of the checkpoints.
std::vector<fs::path> Inputs(const std::vector<fs::path>& paths) {
  std::vector<fs::path> inputs;
  for (const fs::path& path : paths) {
    if (fs::is_directory(path)) {
      for (const auto& entry : fs::directory_iterator(path)) inputs.push_back(entry.path());
    } else {
      inputs.push_back(path);
      const fs::path prefix = TensorFlowPrefix(path);
      if (prefix.empty()) continue;
      for (const char* suffix : {".index", ".data-00000-of-00001"}) {
        inputs.emplace_back(prefix.string() + suffix);
      }
    }
  }
  return inputs;
}

int ImportModel(const Options& options) {
  const Model model = ImportTorch(options.files);
  SaveModel(model, options.out);
  Print("{}: {} form, {} layers, {} channels\n", options.out.string(), model.config.FormName(),
        model.config.layers, model.config.channels);
  return kAllDone;
}

// The one source that was given; all files of one checkpoint are one, as NAME* gives them.
fs::path OneSource(const std::vector<fs::path>& files) {
  const fs::path prefix = TensorFlowPrefix(files[0]);
  const auto same = [&](const fs::path& file) {
    return !prefix.empty() && TensorFlowPrefix(file) == prefix;
  };
  if (files.size() > 1 && !std::all_of(files.begin(), files.end(), same)) {
    throw Error(ErrorKind::kUsage, "import --method takes one file, checkpoint or folder");
  }
  return files[0];
}

int ImportMethod(const Options& options) {
  const ImportedWeights imported = ImportWeights(options.method, OneSource(options.files));
  WriteFileAtomically(options.out, SerializeSafetensors(imported.content));
  Print("{}: {} layers, for --method {} --method-option weights={}\n", options.out.string(),
        imported.layers.size(), options.method == "vgg19" ? "imagefuse" : options.method,
        options.out.string());
  if (imported.by_shape) {
    Print("note: the names are not those of the published program; by their shapes, {}\n",
          fmt::join(imported.layers, ", "));
  }
  return kAllDone;
}

}  // namespace

Action AddImport(CLI::App& command) {
  const auto options = std::make_shared<Options>();
  command.add_option("FILES", options->files, "The files, or the folder that holds them")
      ->required();
  command.add_option("-o,--output", options->out, "File to write")->required()->type_name("FILE");
  command
      .add_option("--method", options->method,
                  fmt::format("Whose weights: {}", fmt::join(ImportableWeights(), ", ")))
      ->type_name("NAME");
  std::string footer = kFooter;
  for (const std::string& name : ImportableWeights()) {
    std::string how = HowToGetWeights(name);
    for (const std::string_view start : {" of ", "auif import"}) {
      how.insert(how.find(start), start[0] == ' ' ? "\n   " : "\n    ");
    }
    footer += fmt::format("  {}: {}\n", name, how);
  }
  command.footer(footer + kExamples);
  return [options] {
    CheckOutputs({{options->out, "the model"}}, Inputs(options->files));
    return options->method.empty() ? ImportModel(*options) : ImportMethod(*options);
  };
}

}  // namespace auif::cli

// Each network is a list of layers. A layer's kernel is the array below the layer's scope (a part
// of its path, such as encoder/conv1_1) that has the kernel's shape; its bias is the array beside
// it that has the bias's. Where no scope is known at all, layers are known by shape, if that leaves
// no choice. Whatever else is in a file, such as an optimizer's state, is left out.
#include "methods/published_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>
#include <span>
#include <string_view>
#include <utility>

#include "auif/error.h"
#include "base/text.h"
#include "io/tensor_file.h"

namespace auif {
namespace {

using Shape = TensorFile::Shape;
using Path = std::vector<std::string>;  // an array's name in parts

struct LayerSpec {
  const char* name;  // in our files: NAME/kernel and NAME/bias, or NAME alone without a bias
  int in, out, size;
  const char* scope = name;  // in the published file
};

enum class Layout {
  kOutInRowColumn,         // PyTorch
  kRowColumnInOut,         // TensorFlow, Keras
  kOutInRowColumnFlipped,  // Theano, which convolves where the others correlate
};

struct Source {
  TensorFormat format;
  Layout layout;
  std::span<const LayerSpec> layers;
  bool bias = true;
  bool batch_norm = false;
};

struct Network {
  const char* name;
  const char* file;     // one that is published; its last part is its name
  const char* project;  // where
  std::vector<Source> sources;
};

constexpr LayerSpec kDenseFuse[] = {
    {"encoder/conv1_1", 1, 16, 3},
    {"encoder/dense_block_conv1", 16, 16, 3},
    {"encoder/dense_block_conv2", 32, 16, 3},
    {"encoder/dense_block_conv3", 48, 16, 3},
    {"decoder/conv2_1", 64, 64, 3},
    {"decoder/conv2_2", 64, 32, 3},
    {"decoder/conv2_3", 32, 16, 3},
    {"decoder/conv2_4", 16, 1, 3},
};

// The network for infrared and visible images.
constexpr LayerSpec kDeepFuse[] = {
    {"encoder/conv1_1", 1, 16, 3},  {"encoder/conv1_2", 16, 32, 3}, {"decoder/conv2_1", 32, 32, 3},
    {"decoder/conv2_2", 32, 16, 3}, {"decoder/conv2_3", 16, 1, 3},
};

// The paper's own network, for exposures.
constexpr LayerSpec kDeepFuseExposures[] = {
    {"layer0", 1, 32, 3, "arr_0"},  {"layer1", 32, 64, 5, "arr_1"}, {"layer2", 64, 64, 7, "arr_2"},
    {"layer3", 64, 32, 5, "arr_3"}, {"layer4", 32, 16, 5, "arr_4"}, {"layer5", 16, 1, 7, "arr_5"},
};

// gamma and beta of the batch norms are left out: the published program does not load them either,
// so its results have 1 and 0.
constexpr LayerSpec kFusionGan[] = {
    {"layer1", 2, 256, 5, "fusion_model/layer1"},  {"layer2", 256, 128, 5, "fusion_model/layer2"},
    {"layer3", 128, 64, 3, "fusion_model/layer3"}, {"layer4", 64, 32, 3, "fusion_model/layer4"},
    {"layer5", 32, 1, 1, "fusion_model/layer5"},
};

// VGG-19 up to the first convolution of its fourth block, by Keras's names and by PyTorch's.
constexpr LayerSpec kVgg19Keras[] = {
    {"block1_conv1", 3, 64, 3},    {"block1_conv2", 64, 64, 3},   {"block2_conv1", 64, 128, 3},
    {"block2_conv2", 128, 128, 3}, {"block3_conv1", 128, 256, 3}, {"block3_conv2", 256, 256, 3},
    {"block3_conv3", 256, 256, 3}, {"block3_conv4", 256, 256, 3}, {"block4_conv1", 256, 512, 3},
};
constexpr LayerSpec kVgg19Torch[] = {
    {"block1_conv1", 3, 64, 3, "features/0"},     {"block1_conv2", 64, 64, 3, "features/2"},
    {"block2_conv1", 64, 128, 3, "features/5"},   {"block2_conv2", 128, 128, 3, "features/7"},
    {"block3_conv1", 128, 256, 3, "features/10"}, {"block3_conv2", 256, 256, 3, "features/12"},
    {"block3_conv3", 256, 256, 3, "features/14"}, {"block3_conv4", 256, 256, 3, "features/16"},
    {"block4_conv1", 256, 512, 3, "features/19"},
};

const std::vector<Network>& Networks() {
  static const std::vector<Network> kNetworks = {
      {"densefuse",
       "models/densefuse_gray/densefuse_model_bs2_epoch4_all_weight_1e2.ckpt.index",
       "github.com/hli1221/imagefusion_densefuse",
       {{TensorFormat::kTensorFlow, Layout::kRowColumnInOut, kDenseFuse}}},
      {"deepfuse",
       "models/deepfuse_models/deepfuse_model_bs2_epoch4_all.ckpt.index",
       "github.com/hli1221/Imagefusion_deepfuse",
       {{TensorFormat::kTensorFlow, Layout::kRowColumnInOut, kDeepFuse},
        {TensorFormat::kNumpy, Layout::kOutInRowColumnFlipped, kDeepFuseExposures, false}}},
      {"fusiongan",
       "checkpoint/CGAN_120/CGAN.model-9.index",
       "github.com/jiayi-ma/FusionGAN, whose program writes it as it trains (none is published)",
       {{TensorFormat::kTensorFlow, Layout::kRowColumnInOut, kFusionGan, true, true}}},
      {"vgg19",
       "vgg19/vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",
       "Keras's applications (storage.googleapis.com/tensorflow/keras-applications)",
       {{TensorFormat::kHdf5, Layout::kRowColumnInOut, kVgg19Keras},
        {TensorFormat::kTorch, Layout::kOutInRowColumn, kVgg19Torch}}},
  };
  return kNetworks;
}

const Network& FindNetwork(const std::string& name) {
  for (const Network& network : Networks()) {
    if (name == network.name) return network;
  }
  throw Error(ErrorKind::kUsage, "there are no weights of " + Printable(name) + " to import", {},
              fmt::format("{}", fmt::join(ImportableWeights(), ", ")));
}

Path Split(std::string_view name, std::string_view separators) {
  Path path;
  while (true) {
    const std::size_t end = name.find_first_of(separators);
    path.emplace_back(name.substr(0, end));
    if (end == std::string_view::npos) return path;
    name.remove_prefix(end + 1);
  }
}

// The names of TensorFlow's and Keras's optimizers for what they keep of a variable.
bool IsOptimizerState(const Path& path) {
  static const std::set<std::string_view> kNames = {"Adam",
                                                    "Adam_1",
                                                    "Momentum",
                                                    "RMSProp",
                                                    "RMSProp_1",
                                                    "Adagrad",
                                                    "Adadelta",
                                                    "Adadelta_1",
                                                    "Ftrl",
                                                    "Ftrl_1",
                                                    "optimizer",
                                                    "optimizer_weights",
                                                    "ExponentialMovingAverage"};
  return std::any_of(path.begin(), path.end(),
                     [](const std::string& part) { return kNames.contains(part); });
}

bool IsBatchNorm(const std::string& leaf) {
  static const std::set<std::string_view> kNames = {
      "gamma", "beta", "moving_mean", "moving_variance", "running_mean", "running_var"};
  return kNames.contains(leaf);
}

// "conv2" comes before "conv10".
bool NaturalLess(std::string_view a, std::string_view b) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto number = [&digit](std::string_view& text) {
    std::size_t length = 0;
    while (length < text.size() && digit(text[length])) ++length;
    std::string_view digits = text.substr(0, length);
    text.remove_prefix(length);
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
    return digits;
  };
  while (!a.empty() && !b.empty()) {
    if (digit(a[0]) && digit(b[0])) {
      const std::string_view x = number(a), y = number(b);
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
    } else {
      if (a[0] != b[0]) return a[0] < b[0];
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
  }
  return a.size() < b.size();
}

std::string_view TrailingNumber(std::string_view text) {
  std::size_t start = text.size();
  while (start > 0 && std::isdigit(static_cast<unsigned char>(text[start - 1])) != 0) --start;
  return text.substr(start);
}

Shape KernelShape(const LayerSpec& layer, Layout layout) {
  if (layout == Layout::kRowColumnInOut) return {layer.size, layer.size, layer.in, layer.out};
  return {layer.out, layer.in, layer.size, layer.size};
}

// To out x in x row x column.
Tensor TurnKernel(Tensor kernel, const LayerSpec& layer, Layout layout) {
  if (layout == Layout::kOutInRowColumn) return kernel;
  Tensor turned{{layer.out, layer.in, layer.size, layer.size}, {}};
  turned.values.reserve(kernel.values.size());
  for (int o = 0; o < layer.out; ++o) {
    for (int i = 0; i < layer.in; ++i) {
      for (int y = 0; y < layer.size; ++y) {
        for (int x = 0; x < layer.size; ++x) {
          const int from =
              layout == Layout::kRowColumnInOut
                  ? ((y * layer.size + x) * layer.in + i) * layer.out + o
                  : ((o * layer.in + i) * layer.size + layer.size - 1 - y) * layer.size +
                        layer.size - 1 - x;
          turned.values.push_back(kernel.values[static_cast<std::size_t>(from)]);
        }
      }
    }
  }
  return turned;
}

class Importer {
 public:
  Importer(const TensorFile& file, const Source& source, const std::string& where)
      : file_(file), source_(source), where_(where) {
    for (const auto& [name, shape] : file.shapes()) {
      std::string_view plain = name;
      if (plain.ends_with(":0")) plain.remove_suffix(2);
      Path path = Split(plain, file.format() == TensorFormat::kTorch ? "./" : "/");
      if (!IsOptimizerState(path)) arrays_.push_back({name, std::move(path), shape});
    }
    std::stable_sort(arrays_.begin(), arrays_.end(),
                     [](const Array& a, const Array& b) { return NaturalLess(a.name, b.name); });
  }

  ImportedWeights Import() {
    ImportedWeights imported;
    std::vector<const Array*> kernels = KernelsByScope();
    if (kernels.empty()) {
      kernels = KernelsByShape();
      imported.by_shape = true;
    }
    for (std::size_t i = 0; i < kernels.size(); ++i) {
      const LayerSpec& layer = source_.layers[i];
      TensorMap& tensors = imported.content.tensors;
      const std::string name = layer.name;
      tensors[source_.bias ? name + "/kernel" : name] =
          TurnKernel(Read(*kernels[i]), layer, source_.layout);
      if (source_.bias) tensors[name + "/bias"] = Read(Bias(layer, *kernels[i]));
      imported.layers.push_back(name + " = " + Printable(kernels[i]->name));
    }
    return imported;
  }

 private:
  struct Array {
    std::string name;
    Path path;
    Shape shape;
  };
  using Arrays = std::vector<const Array*>;

  [[noreturn]] void Fail(const std::string& message) const {
    constexpr std::size_t kMost = 12;
    std::string found;
    for (std::size_t i = 0; i < std::min(kMost, arrays_.size()); ++i) {
      found += (i == 0 ? "" : ", ") + Title(arrays_[i]);
    }
    if (arrays_.size() > kMost) found += fmt::format(" and {} more", arrays_.size() - kMost);
    throw Error(ErrorKind::kInput, message, where_,
                arrays_.empty() ? "the file holds no arrays" : "the file holds " + found);
  }
  static std::string Title(const Array& array) {
    return Printable(array.name) + " " + ShapeText(array.shape);
  }
  [[noreturn]] void FailAmbiguous(const LayerSpec& layer, const Arrays& found) const {
    std::string list;
    for (std::size_t i = 0; i < std::min<std::size_t>(found.size(), 4); ++i) {
      list += (i == 0 ? "" : ", ") + Title(*found[i]);
    }
    throw Error(ErrorKind::kInput, fmt::format("layer {} is ambiguous", layer.scope), where_,
                "it could be " + list);
  }

  // One for each layer, or none where no scope is known.
  Arrays KernelsByScope() const {
    Arrays kernels;
    const LayerSpec* missing = nullptr;
    const Array* misshaped = nullptr;
    for (const LayerSpec& layer : source_.layers) {
      const Path scope = Split(layer.scope, "/");
      Arrays found;
      const Array* other = nullptr;
      for (const Array& array : arrays_) {
        if (std::search(array.path.begin(), array.path.end(), scope.begin(), scope.end()) ==
            array.path.end()) {
          continue;
        }
        if (array.shape == KernelShape(layer, source_.layout)) {
          found.push_back(&array);
        } else if (array.shape.size() == 4) {
          other = &array;
        }
      }
      if (found.size() > 1) FailAmbiguous(layer, found);
      if (!found.empty()) {
        kernels.push_back(found[0]);
      } else if (missing == nullptr) {
        missing = &layer;
        misshaped = other;
      }
    }
    if (kernels.size() == source_.layers.size()) return kernels;
    if (misshaped != nullptr) {
      Fail(fmt::format("{} has shape {}, not {}", Printable(misshaped->name),
                       ShapeText(misshaped->shape),
                       ShapeText(KernelShape(*missing, source_.layout))));
    }
    if (!kernels.empty()) FailMissing(*missing);
    return {};
  }

  [[noreturn]] void FailMissing(const LayerSpec& layer) const {
    Fail(fmt::format("layer {} of shape {} is missing", layer.scope,
                     ShapeText(KernelShape(layer, source_.layout))));
  }

  // Each layer's shape must be that of one array alone; or the arrays of these shapes, in the order
  // of their names, must be the network from its first layer to its last.
  Arrays KernelsByShape() const {
    std::vector<Shape> wanted;
    for (const LayerSpec& layer : source_.layers) {
      wanted.push_back(KernelShape(layer, source_.layout));
    }
    Arrays fitting;
    for (const Array& array : arrays_) {
      // Another network, whose batch norms would be lost.
      if (!source_.batch_norm && IsBatchNorm(array.path.back())) {
        Fail("has batch norms, which this network does not have");
      }
      if (std::find(wanted.begin(), wanted.end(), array.shape) != wanted.end()) {
        fitting.push_back(&array);
      }
    }
    if (std::equal(fitting.begin(), fitting.end(), wanted.begin(), wanted.end(),
                   [](const Array* array, const Shape& shape) { return array->shape == shape; })) {
      return fitting;
    }
    Arrays kernels;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      Arrays found;
      for (const Array* array : fitting) {
        if (array->shape == wanted[i]) found.push_back(array);
      }
      if (found.empty()) FailMissing(source_.layers[i]);
      if (found.size() > 1 || std::count(wanted.begin(), wanted.end(), wanted[i]) > 1) {
        FailAmbiguous(source_.layers[i], found);
      }
      kernels.push_back(found[0]);
    }
    return kernels;
  }

  const Array& Bias(const LayerSpec& layer, const Array& kernel) const {
    Arrays found;
    for (const Array& array : arrays_) {
      if (array.shape == Shape{layer.out} && array.path.size() == kernel.path.size() &&
          std::equal(array.path.begin(), array.path.end() - 1, kernel.path.begin()) &&
          !IsBatchNorm(array.path.back())) {
        found.push_back(&array);
      }
    }
    if (found.size() > 1) {  // w2 goes with b2
      std::erase_if(found, [&kernel](const Array* array) {
        return TrailingNumber(array->path.back()) != TrailingNumber(kernel.path.back());
      });
    }
    if (found.size() > 1) FailAmbiguous(layer, found);
    if (found.empty()) {
      Fail(fmt::format("the bias of layer {}, beside {}, is missing", layer.scope,
                       Printable(kernel.name)));
    }
    return *found[0];
  }

  Tensor Read(const Array& array) const {
    Tensor tensor = file_.Read(array.name);
    for (const float value : tensor.values) {
      if (!std::isfinite(value)) {
        throw Error(ErrorKind::kInput, Printable(array.name) + " holds a number that is not finite",
                    where_);
      }
    }
    return tensor;
  }

  const TensorFile& file_;
  const Source& source_;
  const std::string& where_;
  std::vector<Array> arrays_;
};

}  // namespace

std::vector<std::string> ImportableWeights() {
  std::vector<std::string> names;
  for (const Network& network : Networks()) names.emplace_back(network.name);
  return names;
}

std::string HowToGetWeights(const std::string& name) {
  const Network& network = FindNetwork(name);
  const std::string file = std::filesystem::path(network.file).filename().string();
  return fmt::format("get {}{} of {}, and run: auif import --method {} {} -o {}.safetensors",
                     network.file, file.ends_with(".index") ? " with its .data-00000-of-00001" : "",
                     network.project, name, file, name);
}

ImportedWeights ImportWeights(const std::string& name, const std::filesystem::path& source) {
  const Network& network = FindNetwork(name);
  const std::string where = source.string();
  const std::unique_ptr<TensorFile> file = OpenTensorFile(source);
  std::string formats;
  for (const Source& candidate : network.sources) {
    if (candidate.format != file->format()) {
      formats += (formats.empty() ? "" : " or ") + std::string(FormatName(candidate.format));
      continue;
    }
    ImportedWeights imported = Importer(*file, candidate, where).Import();
    imported.content.metadata = {
        {"layout", "kernels out x in x row x column, for correlation"},
        {"source", "imported from " + source.filename().string() + " for " + name}};
    return imported;
  }
  throw Error(ErrorKind::kInput,
              fmt::format("is {}, but the weights of {} come as {}", FormatName(file->format()),
                          name, formats),
              where, HowToGetWeights(name));
}

}  // namespace auif

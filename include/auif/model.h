// The trainable network: its configuration and its weights.
//
// AUIF (Zhao et al., "Efficient and Interpretable Infrared and Visible Image Fusion via Algorithm
// Unrolling") unrolls the gradient descent of two optimisation problems (paper eqs. 1, 2) into two
// encoders. A layer is one descent step (eqs. 5, 6):
//
//   x+ = x - eta * [ Conv2(Conv1(x)) - theta * (I - x) ]
//
// with Conv1: 1 -> C and Conv2: C -> 1 channels, 3x3, without bias, I the source image, and a
// batch norm and a PReLU in one of two places. All images are grey, in [0, 1].
#pragma once

#include <array>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "auif/export.h"

namespace auif {

// How Conv2's kernels relate to Conv1's.
enum class Kernels {
  kAdjoint,      // Conv2 is the adjoint of Conv1: the same kernels, rotated by 180 degrees
  kIndependent,  // two kernel tensors per layer
};

// Where the image is continued by reflection (which never repeats the edge pixel).
enum class Padding {
  kInput,    // the layer's input by 2, then both convolutions "valid"
  kFeature,  // by 1 before each convolution, so that Conv2 reads a reflected feature map
};

// Where batch norm (BN) and PReLU sit.
enum class Activation {
  kGradient,  // x+ = x - eta * [ PReLU(BN(Conv2(Conv1(x)))) - theta * (I - x) ]
  kOutput,    // x+ = PReLU(BN( x - eta * [ Conv2(Conv1(x)) - theta * (I - x) ] ))
};

AUIF_API const char* Name(Kernels);     // "adjoint", "independent"
AUIF_API const char* Name(Padding);     // "input", "feature"
AUIF_API const char* Name(Activation);  // "gradient", "output"

inline constexpr float kBatchNormEpsilon = 1e-5f;

// The three choices are independent of each other.
struct AUIF_API ModelConfig {
  Kernels kernels = Kernels::kAdjoint;
  Padding padding = Padding::kInput;
  Activation activation = Activation::kGradient;
  int layers = 10;    // N, layers per encoder; 1 to 1000
  int channels = 64;  // C; 1 to 1024

  static ModelConfig Paper();    // what the paper writes: independent, input, output
  static ModelConfig Release();  // what the authors' weights need: adjoint, feature, gradient
  // "paper", "release", or the three choices joined by commas.
  std::string FormName() const;
  // Throws Error (kInput) where a number is out of range. `where` is the file in the message.
  void Validate(const std::string& where = {}) const;
  bool operator==(const ModelConfig&) const = default;
};

// Batch norm at inference: y = weight * (x - running_mean) / sqrt(running_var + epsilon) + bias.
struct BatchNorm {
  float weight = 1, bias = 0, running_mean = 0, running_var = 1;
};

struct Layer {
  // (C, 1, 3, 3), row-major; applied as a cross-correlation, as in PyTorch.
  std::vector<float> conv1;
  // (1, C, 3, 3); empty with adjoint kernels.
  std::vector<float> conv2;
  float eta = 0;    // step size
  float theta = 0;  // weight of the data fidelity term
  float prelu = 0;  // slope for negative values
  BatchNorm bn;
};

struct Encoder {
  std::vector<Layer> layers;
};

// sigmoid(BN(conv(x))), the convolution 3x3, 1 -> 1, reflection-padded by 1, without bias.
struct Decoder {
  std::array<float, 9> conv{};
  BatchNorm bn;
};

struct AUIF_API Model {
  ModelConfig config;
  Encoder base, detail;
  Decoder decoder;
  // How it was made: free text by key, saved with the weights.
  std::map<std::string, std::string> metadata;

  // Throws Error (kInput), naming the tensor, where a size does not fit the configuration, a
  // value is not finite or a running variance is negative. `where` is the file in the message.
  void Validate(const std::string& where = {}) const;
  // Number of trainable parameters.
  long ParameterCount() const;
};

// One tensor of a model, seen from outside; `values` points into the model.
template <typename Value>
struct TensorView {
  std::string name;         // as in model files, e.g. "base.0.kernel"
  std::vector<int> shape;   // as the configuration wants it; row-major
  std::span<Value> values;  // as the model has it
  bool trainable;           // false for running statistics
};

// Every tensor of the model: base encoder, detail encoder, decoder. The views hold until a vector
// of the model changes its size. docs/model-format.md lists the names.
AUIF_API std::vector<TensorView<float>> Tensors(Model& model);
AUIF_API std::vector<TensorView<const float>> Tensors(const Model& model);

// A model of this configuration with all its tensors of the right size, batch norms neutral and
// everything else 0. Throws Error (kInput) for an invalid configuration.
AUIF_API Model EmptyModel(const ModelConfig& config);

// The model that `auif fuse` uses when none is given, compiled into the library
// (models/auif-default.safetensors). May be called from several threads at once.
AUIF_API const Model& DefaultModel();

}  // namespace auif

// Weights that others publish, as the files that the learned methods read: `auif import --method`.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "io/safetensors.h"

namespace auif {

// What can be imported: "densefuse", "deepfuse", "fusiongan", "vgg19".
std::vector<std::string> ImportableWeights();

// One line that says which file to get, from which project, and which command to run.
std::string HowToGetWeights(const std::string& name);

struct ImportedWeights {
  Safetensors content;
  // Whether layers were known by their shapes alone, as the names in the file are not those of the
  // program that published them; then which array became which, "encoder/conv1_1 = net/w1".
  bool by_shape = false;
  std::vector<std::string> layers;
};

// name: one of ImportableWeights(). source: one file of them, or the files or folder of a
// TensorFlow checkpoint (OpenTensorFile). Kernels become out x in x size x size. Throws Error:
// kInput where the file is broken or of a kind that the weights are not published in, or where a
// layer is missing or ambiguous (the message lists what there is); kUsage for an unknown name.
ImportedWeights ImportWeights(const std::string& name, const std::filesystem::path& source);

}  // namespace auif

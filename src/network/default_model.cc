#include "network/default_model.h"

#include <algorithm>
#include <bit>

#include "auif/error.h"

namespace auif {
namespace {

Model Build() {
  Model model = EmptyModel(kDefaultConfig);
  for (const auto& target : Tensors(model)) {
    const auto source = std::ranges::find_if(
        kDefaultTensors, [&](const EmbeddedTensor& tensor) { return tensor.name == target.name; });
    if (source == kDefaultTensors.end() || source->count != target.values.size()) {
      throw Error(ErrorKind::kInput, "tensor " + target.name + " does not fit",
                  "the built-in model");
    }
    std::ranges::transform(kDefaultWords.subspan(source->first, source->count),
                           target.values.begin(),
                           [](std::uint32_t bits) { return std::bit_cast<float>(bits); });
  }
  for (const EmbeddedText& entry : kDefaultMetadata) model.metadata[entry.key] = entry.text;
  model.Validate("the built-in model");
  return model;
}

}  // namespace

const Model& DefaultModel() {
  static const Model model = Build();
  return model;
}

}  // namespace auif

// The methods that are compared: the model in use, other models, folders of fused images.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "experiments/lab.h"

namespace auif {

struct OpenMethod {
  std::string name;
  std::optional<KnownModel> model;  // or else:
  std::filesystem::path folder;

  // The folder of a set's images; empty where there is none. The folder itself will do where
  // only one set is asked for.
  std::filesystem::path Folder(const Dataset& set, std::size_t sets) const;
  // The fused image of a pair; empty where there is none.
  Plane<float> Fused(const Dataset& set, std::size_t sets, const ImagePair& pair,
                     int threads) const;
};

// The lab's own model first. Throws Error: kUsage for two methods of one name, kInput for a path
// that is missing or has nothing for any of the sets.
std::vector<OpenMethod> OpenMethods(const Lab& lab, const std::vector<const Dataset*>& sets);

}  // namespace auif

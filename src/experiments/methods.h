// The methods that are compared: AUIF with the model in use and with others, the program's other
// methods, folders of fused images.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "experiments/lab.h"

namespace auif {

struct ComparedMethod {
  std::string name;
  std::shared_ptr<const FusionMethod> method;  // fuses one pair with one thread; or else:
  std::filesystem::path folder;

  // The folder of a set's images; empty where there is none. The folder itself will do where
  // only one set is asked for.
  std::filesystem::path Folder(const Dataset& set, std::size_t sets) const;
  // The fused image of a pair; empty where there is none.
  Plane<float> Fused(const Dataset& set, std::size_t sets, const ImagePair& pair) const;
};

// AUIF with the lab's own model first. Throws Error: kUsage for two methods of one name and for an
// unknown one, kInput for a path
// that is missing or has nothing for any of the sets.
std::vector<ComparedMethod> ComparedMethods(const Lab& lab,
                                            const std::vector<const Dataset*>& sets);

}  // namespace auif

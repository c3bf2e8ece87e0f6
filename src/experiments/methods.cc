#include "experiments/methods.h"

#include <algorithm>

#include "auif/error.h"
#include "auif/io.h"
#include "auif/model_io.h"
#include "base/text.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

}  // namespace

fs::path OpenMethod::Folder(const Dataset& set, std::size_t sets) const {
  if (fs::is_directory(folder / set.name)) return folder / set.name;
  return sets == 1 && !model && !ListImages(folder).empty() ? folder : fs::path();
}

Plane<float> OpenMethod::Fused(const Dataset& set, std::size_t sets, const ImagePair& pair,
                               int threads) const {
  if (model) {
    FuseOptions options;
    options.threads = threads;
    return Fuser(model->model, options).Fuse(ReadImage(pair.ir).Grey(), ReadImage(pair.vis).Grey());
  }
  const fs::path from = Folder(set, sets);
  if (from.empty()) return {};
  for (const fs::path& path : ListImages(from)) {
    const std::string stem = Lower(path.stem().string());
    if (stem == Lower(pair.name) || stem == Lower(pair.ir.stem().string()) ||
        stem == Lower(pair.vis.stem().string())) {
      return ReadImage(path).Grey();
    }
  }
  return {};
}

std::vector<OpenMethod> OpenMethods(const Lab& lab, const std::vector<const Dataset*>& sets) {
  std::vector<OpenMethod> methods;
  methods.push_back({"AUIF", lab.model(), {}});
  for (const ExperimentJob::Method& given : lab.job().methods) {
    for (const OpenMethod& other : methods) {
      if (other.name == given.name) {
        throw Error(ErrorKind::kUsage, "two methods have this name", given.name);
      }
    }
    OpenMethod method{given.name, {}, given.path};
    if (fs::is_regular_file(given.path)) {
      method.model = Known(given.name, LoadModel(given.path));
    } else if (!fs::is_directory(given.path)) {
      throw Error(ErrorKind::kInput, "no such folder or model file", given.path.string());
    } else if (std::all_of(sets.begin(), sets.end(), [&](const Dataset* set) {
                 return method.Folder(*set, sets.size()).empty();
               })) {
      std::string names;
      for (const Dataset* set : sets) names += (names.empty() ? "" : ", ") + set->name;
      throw Error(ErrorKind::kInput, "has no subfolder of fused images for any test set",
                  given.path.string(), "there should be " + names);
    }
    methods.push_back(std::move(method));
  }
  return methods;
}

}  // namespace auif

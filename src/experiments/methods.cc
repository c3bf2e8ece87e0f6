#include "experiments/methods.h"

#include <algorithm>
#include <span>

#include "auif/error.h"
#include "auif/io.h"
#include "auif/model_io.h"
#include "io/pair_index.h"
#include "methods/auif.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

std::shared_ptr<const FusionMethod> AuifWith(const Model& model) {
  FuseOptions options;
  options.threads = 1;
  return AuifMethod(model, options);
}

}  // namespace

fs::path ComparedMethod::Folder(const Dataset& set, std::size_t sets) const {
  if (fs::is_directory(folder / set.name)) return folder / set.name;
  return sets == 1 && !method && !ListImages(folder).empty() ? folder : fs::path();
}

Plane<float> ComparedMethod::Fused(const Dataset& set, std::size_t sets,
                                   const ImagePair& pair) const {
  if (method) return method->Fuse(ReadImage(pair.ir).Grey(), ReadImage(pair.vis).Grey());
  const fs::path from = Folder(set, sets);
  if (from.empty()) return {};
  const PairIndex index(std::span(&pair, 1));
  for (const fs::path& path : ListImages(from)) {
    if (index.Find(path)) return ReadImage(path).Grey();
  }
  return {};
}

std::vector<ComparedMethod> ComparedMethods(const Lab& lab,
                                            const std::vector<const Dataset*>& sets) {
  std::vector<ComparedMethod> methods;
  methods.push_back({"AUIF", AuifWith(lab.model().model), {}});
  for (const ExperimentJob::Method& given : lab.job().methods) {
    for (const ComparedMethod& other : methods) {
      if (other.name == given.name) {
        throw Error(ErrorKind::kUsage, "two methods have this name", given.name);
      }
    }
    ComparedMethod method{given.name, {}, given.path};
    if (given.path.empty()) {
      method.method = OpenMethod(given.method, given.settings, 1);
    } else if (fs::is_regular_file(given.path)) {
      method.method = AuifWith(LoadModel(given.path));
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

#include "experiments/methods.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <utility>

#include "auif/error.h"
#include "auif/io.h"
#include "auif/model_io.h"
#include "base/text.h"
#include "experiments/stored_as.h"
#include "io/pair_index.h"
#include "io/source_reader.h"
#include "methods/auif.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

// A row of Table 3 by the program's name for its method.
std::string MethodName(const PublishedRow& row) { return Lower(row.method); }

// The other methods of Table 3, in its order: the program's name and the paper's.
std::vector<std::pair<std::string, std::string>> OtherMethods() {
  std::vector<std::pair<std::string, std::string>> methods;
  for (const Dataset& set : PaperDatasets()) {
    for (const PublishedRow& row : PublishedComparison(set.name)) {
      std::pair method(MethodName(row), row.method);
      if (row.method == kPaperMethod ||
          std::find(methods.begin(), methods.end(), method) != methods.end()) {
        continue;
      }
      methods.push_back(std::move(method));
    }
  }
  return methods;
}

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
  if (method) {
    return method->Fuse(UnitGrey(ReadSource(pair.ir, Modality::kInfrared)),
                        UnitGrey(ReadSource(pair.vis, Modality::kVisible)));
  }
  const fs::path from = Folder(set, sets);
  if (from.empty()) return {};
  const PairIndex index(std::span(&pair, 1));
  for (const fs::path& path : ListImages(from)) {
    if (index.Find(path)) return ReadImage(path).Grey();
  }
  return {};
}

std::shared_ptr<const FusionMethod> ComparedMethod::Scored(const Lab& lab,
                                                           const Dataset& set) const {
  if (!method || !lab.job().as_published) return method;
  for (const PublishedRow& row : PublishedComparison(set.name)) {
    if (MethodName(row) != method->info().name) continue;
    std::shared_ptr<const FusionMethod> scored = method;
    if (!row.settings.empty()) {
      MethodSettings all = row.settings;  // what was given counts more
      all.insert(all.end(), settings.begin(), settings.end());
      scored = OpenMethod(method->info().name, all, 1);
    }
    if (row.jpeg_quality == 0) return scored;
    return StoredAsJpeg(scored, row.jpeg_quality, lab.job().out / "parts");
  }
  return method;
}

ComparedMethods OpenComparedMethods(const Lab& lab, const std::vector<const Dataset*>& sets) {
  ComparedMethods compared;
  std::vector<ComparedMethod>& methods = compared.methods;
  methods.push_back({kPaperMethod, AuifWith(lab.model().model), {}});
  const auto others = OtherMethods();
  std::map<std::string, std::string> paper_names(others.begin(), others.end());
  for (const ExperimentJob::Method& given : lab.job().methods) {
    for (const ComparedMethod& other : methods) {
      if (other.name == given.name) {
        throw Error(ErrorKind::kUsage, "two methods have this name", given.name);
      }
    }
    ComparedMethod method{given.name, {}, given.path, given.settings};
    if (given.path.empty()) {
      try {
        method.method = OpenMethod(given.method, given.settings, 1);
      } catch (const Error& error) {
        if (!given.optional || error.kind() != ErrorKind::kInput) throw;
        compared.notes.push_back(given.name + " was left out: " + error.message() + " (" +
                                 error.hint() + ")");
        continue;
      }
      if (const std::string note = method.method->Note(); !note.empty()) {
        compared.notes.push_back(given.name + ": " + note);
      }
      const MethodInfo& info = method.method->info();
      method.own_weights =
          !info.weights.empty() && info.argument.empty() &&
          std::none_of(given.settings.begin(), given.settings.end(), [](const auto& setting) {
            return setting.first == "weights" || setting.first == "dictionary";
          });
      // The first of a method stands for it.
      if (const auto name = paper_names.extract(info.name)) method.paper_name = name.mapped();
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
  return compared;
}

std::vector<ComparedMethod> Yardsticks(const ComparedMethods& compared) {
  std::vector<ComparedMethod> yardsticks;
  for (const char* name : {"maximum", "average", "infrared", "visible", "closed-form"}) {
    const bool given = std::any_of(compared.methods.begin(), compared.methods.end(),
                                   [&](const ComparedMethod& other) { return other.name == name; });
    if (!given) yardsticks.push_back({name, OpenMethod(name, {}, 1), {}});
  }
  return yardsticks;
}

std::vector<ExperimentJob::Method> Table3Methods() {
  std::vector<ExperimentJob::Method> methods;
  for (const auto& [name, paper_name] : OtherMethods())
    methods.push_back({name, {}, name, {}, true});
  return methods;
}

std::vector<OtherRow> OtherRows(const Lab& lab, const std::vector<ComparedMethod>& methods,
                                const Dataset& set) {
  std::vector<OtherRow> rows;
  for (const PublishedRow& published : PublishedComparison(set.name)) {
    if (published.method == kPaperMethod) continue;
    OtherRow row{published.method, published.values};
    for (const ComparedMethod& method : methods) {
      if (method.paper_name != row.method) continue;
      const auto scores = lab.FindScores(*method.Scored(lab, set), set);
      if (!scores) continue;
      const std::vector<double> means = scores->Mean();
      if (std::any_of(means.begin(), means.end(), [](double v) { return std::isnan(v); })) continue;
      row.values = means;
      row.computed = true;
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace auif

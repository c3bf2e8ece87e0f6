// The methods that are compared: AUIF with the model in use and with others, the program's other
// methods, folders of fused images.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "experiments/lab.h"
#include "experiments/published.h"

namespace auif {

struct ComparedMethod {
  std::string name;
  std::shared_ptr<const FusionMethod> method;  // fuses one pair with one thread; or else:
  std::filesystem::path folder;
  MethodSettings settings = {};  // that were given for it
  // The method's name in the paper's Table 3; empty where it has no row there, or where an earlier
  // one of the same method stands beside that row.
  std::string paper_name = {};
  // Its weights are this project's and not its authors'.
  bool own_weights = false;

  // What tables and figures call it.
  const std::string& Label() const { return paper_name.empty() ? name : paper_name; }
  // The folder of a set's images; empty where there is none. The folder itself will do where
  // only one set is asked for.
  std::filesystem::path Folder(const Dataset& set, std::size_t sets) const;
  // The fused image of a pair; empty where there is none.
  Plane<float> Fused(const Dataset& set, std::size_t sets, const ImagePair& pair) const;
  // The method as its images of this set are scored: with --as-published with the settings, and
  // through the files, that the paper's were made with. Null for a folder.
  std::shared_ptr<const FusionMethod> Scored(const Lab& lab, const Dataset& set) const;
};

struct ComparedMethods {
  std::vector<ComparedMethod> methods;  // AUIF with the lab's own model first
  std::vector<std::string> notes;       // what was left out, and what methods say of their images
};

// Throws Error: kUsage for two methods of one name and for an unknown one, kInput for a path that
// is missing or has nothing for any of the sets.
ComparedMethods OpenComparedMethods(const Lab& lab, const std::vector<const Dataset*>& sets);

// What needs no method and yet stands high in tables: the brighter source, the average, a copy of
// either source, a closed form. Those whose names the compared methods have stand there.
std::vector<ComparedMethod> Yardsticks(const ComparedMethods& compared);

// A row of Table 3 but AUIF's, with the values that were computed here where they are finished.
struct OtherRow {
  std::string method;  // the paper's name
  std::vector<double> values;
  bool computed = false;
};
// None for other sets than the paper's.
std::vector<OtherRow> OtherRows(const Lab& lab, const std::vector<ComparedMethod>& methods,
                                const Dataset& set);

}  // namespace auif

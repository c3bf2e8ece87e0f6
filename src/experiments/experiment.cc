#include "experiments/experiment.h"

#include <algorithm>
#include <chrono>

#include "auif/error.h"
#include "auif/version.h"
#include "base/text.h"
#include "experiments/experiments.h"
#include "experiments/lab.h"
#include "experiments/report.h"
#include "io/atomic_file.h"
#include "io/folder.h"
#include "io/outputs.h"
#include "methods/option_files.h"

namespace auif {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

struct Experiment {
  ExperimentInfo info;
  Section (*run)(Lab&);
};

// In the paper's order.
const std::vector<Experiment> kExperiments = {
    {{"datasets", "Table 1: data sets", "the sets of images"}, RunDatasets},
    {{"strategies", "Table 2: fusion strategies", "add, average and l1 on the validation sets"},
     RunStrategies},
    {{"layers", "Figure 2: number of layers", "a training for each N, on the validation sets"},
     RunLayers},
    {{"training", "Figure 3: training", "loss, eta and theta against the epoch"}, RunTraining},
    {{"decomposition", "Figure 4: decomposition", "base and detail maps"}, RunDecomposition},
    {{"gallery", "Figure 5: gallery", "sources and every method side by side"}, RunGallery},
    {{"compare", "Table 3: comparison", "methods on the test sets"}, RunCompare},
    {{"robustness", "Figure 6: robustness", "many trainings on the test sets"}, RunRobustness},
};

fs::path SectionPath(const fs::path& out, const std::string& name) {
  return out / "parts" / ("section-" + name + ".json");
}

// Those of earlier runs into this folder, too, in the paper's order. One that cannot be read any
// more is left out: its experiment makes it again.
std::vector<Section> ReadSections(const fs::path& out) {
  std::vector<Section> sections;
  for (const Experiment& experiment : kExperiments) {
    const std::string name = experiment.info.name;
    auto section = ReadSection(SectionPath(out, name), name, out);
    if (section) sections.push_back(std::move(*section));
  }
  return sections;
}

void AddOptions(const ExperimentJob& job, const Lab& lab, Section& section) {
  section.options["version"] = std::string("auif ") + Version();
  section.options["threads"] = std::to_string(lab.threads());
  const std::string& name = section.name;
  if (name == "layers" || name == "training" || name == "robustness") {
    std::string text;
    for (const auto& [key, value] : job.train.Text()) {
      if (key == "seed" || (key == "layers" && name == "layers")) continue;
      text += (text.empty() ? "" : ", ") + key + " " + value;
    }
    section.options["training"] = text;
  }
}

// All in the order in which they help each other: the trainings first.
std::vector<const Experiment*> Wanted(const std::string& name) {
  std::vector<const Experiment*> wanted;
  for (const Experiment& experiment : kExperiments) {
    if (name == "all" || name == experiment.info.name) wanted.push_back(&experiment);
  }
  std::stable_sort(wanted.begin(), wanted.end(), [](const Experiment* a, const Experiment* b) {
    const auto late = [](const Experiment* e) { return e->run == RunStrategies; };
    return !late(a) && late(b);
  });
  return wanted;
}

// Before any work: no result replaces what is read.
void CheckFiles(const ExperimentJob& job, const Datasets& datasets) {
  std::vector<fs::path> folders, inputs;
  for (const Dataset& set : datasets.sets) {
    folders.insert(folders.end(), {set.ir, set.vis.empty() ? set.ir : set.vis});
    for (const ImagePair& pair : set.pairs) inputs.insert(inputs.end(), {pair.ir, pair.vis});
  }
  for (const std::string& text : job.datasets) inputs.push_back(text);
  for (const ExperimentJob::Method& method : job.methods) {
    (fs::is_directory(method.path) ? folders : inputs).push_back(method.path);
    if (!method.path.empty()) continue;
    const auto files = OptionFiles(*FindMethod(method.method, method.settings));
    inputs.insert(inputs.end(), files.begin(), files.end());
  }
  if (job.model) inputs.push_back(*job.model);
  std::vector<PlannedOutput> outputs = {{job.out / "report.html", "the report"}};
  if (job.reproduction) {
    outputs.push_back({*job.reproduction, "the reproduction"});
    CheckFolderOf(*job.reproduction);
  }
  CheckOutputs(outputs, inputs);
  for (const fs::path& folder : folders) {
    for (const char* results : {"figures", "images", "parts"}) {
      if (!IsWithin(folder, job.out / results)) continue;
      throw Error(ErrorKind::kUsage, "the results would lie among the images that are read",
                  folder.string(), "choose another output folder");
    }
  }
}

}  // namespace

const std::vector<ExperimentInfo>& Experiments() {
  static const auto infos = [] {
    std::vector<ExperimentInfo> all;
    for (const Experiment& experiment : kExperiments) all.push_back(experiment.info);
    return all;
  }();
  return infos;
}

void ExperimentJob::Validate() const {
  if (Wanted(name).empty()) {
    std::string list;
    std::vector<std::string> names{"all"};
    for (const ExperimentInfo& info : Experiments()) {
      names.emplace_back(info.name);
      list += names.back() + ", ";
    }
    throw Error(ErrorKind::kUsage, "there is no such experiment", name,
                GuessAndList(name, names, "there are " + list + "and all"));
  }
  train.Validate();
  if (runs < 1 || runs > 10000) {
    throw Error(ErrorKind::kUsage, "the number of runs must be between 1 and 10000");
  }
  if (layers_max < 1 || layers_max > 100) {
    throw Error(ErrorKind::kUsage, "the largest number of layers must be between 1 and 100");
  }
}

ExperimentReport RunExperiment(const ExperimentJob& job, const ExperimentCallback& callback) {
  job.Validate();
  Lab lab(job, callback);
  CheckFiles(job, lab.datasets());
  ExperimentReport report;
  report.notes = lab.datasets().notes;
  for (const Dataset& set : lab.datasets().sets) {
    if (const std::string missing = set.Shortfall(); !missing.empty()) {
      report.notes.push_back(set.title + ": " + missing + " are available; those are used");
    }
  }
  report.report = job.out / "report.html";
  for (const Experiment* experiment : Wanted(job.name)) {
    const auto start = std::chrono::steady_clock::now();
    lab.Begin(experiment->info.name);
    Section section = experiment->run(lab);
    section.name = experiment->info.name;
    section.title = experiment->info.title;
    section.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    AddOptions(job, lab, section);
    WriteFileAtomically(SectionPath(job.out, section.name), Json(section).dump(1) + "\n");
    report.notes.insert(report.notes.end(), section.notes.begin(), section.notes.end());
    // After each: whoever stops a long run has what was finished.
    WriteFileAtomically(report.report, FormatReport(ReadSections(job.out), job.out));
  }
  if (job.reproduction) {
    WriteFileAtomically(*job.reproduction, FormatReproduction(ReadSections(job.out)));
  }
  return report;
}

}  // namespace auif

// The paper's tables and figures, one experiment each, on its data or others.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "auif/method.h"
#include "auif/train.h"
#include "jobs/job.h"

namespace auif {

struct ExperimentJob {
  // A row of the comparison: a method of the program, a folder with a subfolder of fused images a
  // data set (or, with one test set, the images themselves), or a model file.
  struct Method {
    std::string name;
    std::filesystem::path path;    // empty: one of the program's methods
    std::string method = {};       // its name
    MethodSettings settings = {};  // and options
    bool optional = false;         // left out, with a note, where its weights are missing
  };

  std::string name;                   // of ExperimentNames(), or "all"
  std::filesystem::path data;         // folder of the data sets
  std::filesystem::path out;          // folder of the results; may hold those of earlier runs
  std::vector<std::string> datasets;  // see OpenDatasets
  std::vector<Method> methods;
  bool as_published = false;  // images go through a file as the paper's did (StoredAs)
  std::optional<std::filesystem::path> model;  // nothing: the model of the library
  // Nothing: not written. docs/reproduction.md of the project was.
  std::optional<std::filesystem::path> reproduction;
  TrainOptions train;   // of all trainings; seed: of the first
  int runs = 40;        // trainings of `robustness`
  int layers_max = 15;  // of `layers`
  int threads = 0;      // 0: as many as the machine has

  void Validate() const;  // throws Error (kUsage)
};

// The eight other methods of Table 3, by the program's methods with the papers' settings; optional.
std::vector<ExperimentJob::Method> Table3Methods();

struct ExperimentInfo {
  const char* name;
  const char* title;    // "Table 3: comparison"
  const char* summary;  // for the help
};
// In the paper's order.
const std::vector<ExperimentInfo>& Experiments();

struct ExperimentReport {
  std::filesystem::path report;    // the HTML file
  std::vector<std::string> notes;  // what the reader of the numbers should know, a line each
};

// Called from any thread, but never from two at once. `total` is the work that was not finished
// before; items are of about the same length within one experiment.
using ExperimentCallback = std::function<void(const std::string& name, const JobProgress&)>;

// Runs an experiment, or all of them, and writes into job.out: NAME*.csv, figures/, images/,
// parts/ (finished work, found again by the next start) and report.html with all experiments that
// were run into this folder. Throws Error; what was finished until then is kept.
ExperimentReport RunExperiment(const ExperimentJob& job, const ExperimentCallback& callback = {});

}  // namespace auif

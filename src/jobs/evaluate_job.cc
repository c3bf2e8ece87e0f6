#include "jobs/evaluate_job.h"

#include <algorithm>
#include <set>

#include "auif/error.h"
#include "auif/io.h"
#include "base/text.h"
#include "io/fused_names.h"
#include "io/pair_index.h"
#include "io/source_reader.h"
#include "jobs/file_notes.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

struct Task {
  std::size_t method = 0;
  std::string image;  // base name of the fused image
  fs::path fused;
  ImagePair sources;    // without paths where there are none
  std::string missing;  // then the reason
};

// What an image's scores do not say about it.
struct Remark {
  bool colour_on_grey = false;
  bool deep = false;  // more than 8 bits
};

std::string Count(std::size_t n, const std::string& what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

// "a, b, c and 4 more"
std::string Some(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kMost); ++i) {
    text += (i > 0 ? ", " : "") + names[i];
  }
  return names.size() > kMost ? text + " and " + std::to_string(names.size() - kMost) + " more"
                              : text;
}

// The pairs, and what is known of images without one.
class Sources {
 public:
  explicit Sources(PairList list) : list_(std::move(list)), index_(list_.pairs) {}

  const std::vector<ImagePair>& pairs() const { return list_.pairs; }

  const PairIndex& index() const { return index_; }

  // Fills in the sources of a fused image, or why there are none; returns the pair's index.
  std::size_t Find(const FusedNames& names, Task& task) const {
    if (const auto found = names.Find(task.image)) {
      task.sources = list_.pairs[*found];
      return *found;
    }
    task.missing = "no source image has this name";
    for (const fs::path& path : list_.unmatched) {
      if (Lower(path.stem().string()) == Lower(task.image)) {
        task.missing = "its source " + path.string() + " has no partner of the same name";
      }
    }
    return list_.pairs.size();
  }

 private:
  PairList list_;
  PairIndex index_;
};

void CheckKind(const fs::path& path, bool folders, const fs::path& other) {
  if (!fs::exists(path)) {
    throw Error(ErrorKind::kInput, "no such file or folder", path.string());
  }
  if (fs::is_directory(path) != folders) {
    throw Error(ErrorKind::kUsage, "one is a folder and the other an image",
                other.string() + " and " + path.string(), "give only images or only folders");
  }
}

std::vector<Task> ListTasks(const EvaluateJob& job, std::vector<std::string>& notes) {
  const bool listed = !job.pairs.list.empty();
  if (!listed && !fs::exists(job.ir)) {
    throw Error(ErrorKind::kInput, "no such file or folder", job.ir.string());
  }
  const bool folders = listed || fs::is_directory(job.ir);
  if (!job.vis.empty()) CheckKind(job.vis, folders, job.ir);
  for (const EvaluateJob::Method& method : job.methods) CheckKind(method.fused, folders, job.ir);

  std::vector<Task> tasks;
  if (!folders) {
    if (job.vis.empty()) {
      throw Error(ErrorKind::kUsage, "the visible image is missing", job.ir.string());
    }
    for (std::size_t m = 0; m < job.methods.size(); ++m) {
      const fs::path& fused = job.methods[m].fused;
      tasks.push_back({m, fused.stem().string(), fused, {"", job.ir, job.vis}, ""});
    }
    return tasks;
  }
  const Sources sources(FindPairs(job.ir, job.vis, job.pairs));
  for (std::size_t m = 0; m < job.methods.size(); ++m) {
    const fs::path& folder = job.methods[m].fused;
    // Pairs of subfolders have results in subfolders.
    const bool below = listed || job.pairs.recursive || !job.pairs.layout.empty();
    const std::vector<fs::path> images = ListImages(folder, below);
    if (images.empty()) throw Error(ErrorKind::kInput, "has no images", folder.string());
    std::vector<std::string> stems;
    for (const fs::path& path : images) {
      stems.push_back(path.lexically_relative(folder).replace_extension().string());
    }
    const FusedNames names = job.fused_match.empty()
                                 ? FusedNames(sources.index(), stems)
                                 : FusedNames(sources.index(), FusedPattern(job.fused_match));
    if (const std::string left_out = names.LeftOut(); !left_out.empty()) {
      notes.push_back("names in " + folder.string() + " are compared without " + left_out);
    }
    std::vector<std::string> fused_of(sources.pairs().size());
    for (std::size_t i = 0; i < images.size(); ++i) {
      const fs::path& path = images[i];
      Task task{m, stems[i], path, {}, ""};
      const std::size_t pair = sources.Find(names, task);
      if (pair < fused_of.size()) {
        if (!fused_of[pair].empty()) {
          throw Error(ErrorKind::kInput,
                      "belongs to the same sources as " + fused_of[pair] +
                          ", so that it is not clear which one to score",
                      path.string(), "remove or rename one of them");
        }
        fused_of[pair] = path.filename().string();
      }
      tasks.push_back(std::move(task));
    }
    std::vector<std::string> without;
    for (std::size_t p = 0; p < fused_of.size(); ++p) {
      if (fused_of[p].empty()) without.push_back(sources.pairs()[p].name);
    }
    if (!without.empty()) {
      notes.push_back(Count(without.size(), "pair") + " of sources without an image in " +
                      folder.string() + " left out: " + Some(without));
    }
  }
  return tasks;
}

Scores ScoreFiles(const EvaluateJob& job, const Evaluator& evaluator, const Task& task,
                  Remark& remark, FileNotes& notes) {
  if (!task.missing.empty()) throw Error(ErrorKind::kInput, task.missing, task.fused.string());
  FusionResult images;
  const SourceRule otherwise{.kind = evaluator.convention().full_range ? SourceRule::kFull
                                                                       : SourceRule::kAuto};
  const auto read = [&](const fs::path& path, Modality modality,
                        const std::optional<SourceRule>& rule) {
    std::vector<std::string> said;
    SourceOptions options;
    options.range = rule.value_or(otherwise);
    options.palette = job.ir_palette.value_or(evaluator.convention().full_range ? "none" : "auto");
    Image image = ReadSource(path, modality, options, &said);
    notes.Add(path, said);
    return image;
  };
  images.ir = read(task.sources.ir, Modality::kInfrared, job.ir_range);
  images.vis = read(task.sources.vis, Modality::kVisible, job.vis_range);
  images.fused = ReadImage(task.fused);
  for (const Image* image : {&images.ir, &images.vis, &images.fused}) {
    remark.deep = remark.deep || image->type() != SampleType::kUint8;
  }
  remark.colour_on_grey =
      images.fused.channels() > 1 && images.ir.channels() == 1 && images.vis.channels() == 1;
  try {
    return evaluator.Score(images.ir, images.vis, images.fused);
  } catch (const Error& error) {
    throw Error(error.kind(), error.message(), task.fused.string(), error.hint());
  }
}

void AddRemarks(const std::vector<Remark>& remarks, const ConventionInfo& convention,
                std::vector<std::string>& notes) {
  const auto count = [&](bool Remark::*member) {
    return static_cast<std::size_t>(
        std::count_if(remarks.begin(), remarks.end(), [&](const Remark& r) { return r.*member; }));
  };
  if (const std::size_t n = count(&Remark::colour_on_grey); n > 0) {
    notes.push_back(Count(n, "fused image") + " in colour with grey sources: " + convention.grey);
  }
  if (const std::size_t n = count(&Remark::deep); n > 0) {
    notes.push_back(Count(n, "image") + " with more than 8 bits: values scaled to 0..255");
  }
}

void AddUndefined(const EvaluateResult& result, std::vector<std::string>& notes) {
  for (const MethodScores& method : result.methods) {
    for (std::size_t m = 0; m < result.metrics.size(); ++m) {
      std::vector<std::string> images;
      for (std::size_t i = 0; i < method.scores.size(); ++i) {
        if (!method.scores[i][m]) images.push_back(method.images[i]);
      }
      if (images.empty()) continue;
      notes.push_back(result.metrics[m].name + " is undefined for " +
                      std::to_string(images.size()) + " of " +
                      Count(method.scores.size(), "image") + " of " + method.name +
                      " and left out of the mean: " + Some(images));
    }
  }
}

}  // namespace

void EvaluateJob::Validate() const {
  if (!fused_match.empty()) FusedPattern(fused_match);
  if (methods.empty()) throw Error(ErrorKind::kUsage, "no fused images to score");
  std::set<std::string> names;
  for (const Method& method : methods) {
    if (!names.insert(method.name).second) {
      throw Error(ErrorKind::kUsage, "two sets of fused images have this name", method.name,
                  "give them names: NAME=" + method.fused.string());
    }
  }
}

std::vector<fs::path> InputFiles(const EvaluateJob& job) {
  std::vector<std::string> notes;
  std::vector<fs::path> files;
  for (const Task& task : ListTasks(job, notes)) {
    for (const fs::path& path : {task.fused, task.sources.ir, task.sources.vis}) {
      if (!path.empty()) files.push_back(path);
    }
  }
  return files;
}

EvaluateResult RunEvaluateJob(const EvaluateJob& job, const JobCallback& callback) {
  job.Validate();
  const Evaluator evaluator(job.convention, job.metrics);
  EvaluateResult result;
  result.metrics = evaluator.metrics();
  const std::vector<Task> tasks = ListTasks(job, result.notes);

  std::vector<std::string> items;
  for (const Task& task : tasks) {
    items.push_back(job.methods.size() > 1 ? job.methods[task.method].name + " " + task.image
                                           : task.image);
  }
  std::vector<Scores> scores(tasks.size());
  std::vector<Remark> remarks(tasks.size());
  FileNotes notes;
  result.report = RunItems(items, job.threads, callback, [&](int item) {
    const auto i = static_cast<std::size_t>(item);
    scores[i] = ScoreFiles(job, evaluator, tasks[i], remarks[i], notes);
  });

  for (const EvaluateJob::Method& method : job.methods)
    result.methods.push_back({method.name, {}, {}});
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (scores[i].empty()) continue;  // failed
    MethodScores& method = result.methods[tasks[i].method];
    method.images.push_back(tasks[i].image);
    method.scores.push_back(std::move(scores[i]));
  }
  for (std::string& line : notes.Lines()) result.notes.push_back(std::move(line));
  AddRemarks(remarks, evaluator.convention(), result.notes);
  AddUndefined(result, result.notes);
  return result;
}

}  // namespace auif

#include "jobs/fuse_job.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "auif/io.h"
#include "auif/radiometric.h"
#include "base/parallel.h"
#include "image/levels.h"
#include "io/atomic_file.h"
#include "io/codecs/codec.h"
#include "io/csv.h"
#include "io/folder.h"
#include "io/outputs.h"
#include "jobs/file_notes.h"
#include "jobs/fuse_files.h"
#include "methods/option_files.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

struct Task {
  ImagePair pair;
  FuseOutput out;
};

constexpr const char* kModalities[] = {"ir", "vis"};

fs::path MapPath(const fs::path& folder, const std::string& name, const std::string& modality,
                 const std::string& map) {
  return folder / (name + "_" + modality + "_" + map + ".png");
}
fs::path RangesPath(const fs::path& folder, const std::string& name) {
  return folder / (name + "_ranges.csv");
}

// Before anything is written: nothing that is read is overwritten, and no result replaces another.
void CheckFiles(const FuseJob& job, const FusionMethod& method, const std::vector<Task>& tasks,
                const std::vector<fs::path>& unused) {
  std::vector<PlannedOutput> outputs;
  std::vector<fs::path> inputs = OptionFiles(method);
  inputs.insert(inputs.end(), unused.begin(), unused.end());
  for (const Task& task : tasks) {
    inputs.insert(inputs.end(), {task.pair.ir, task.pair.vis});
    outputs.push_back({task.out.path, "the result of " + task.pair.ir.filename().string()});
    if (!job.decompose) continue;
    const std::string layers = "a layer of " + task.pair.ir.filename().string();
    for (const char* modality : kModalities) {
      for (const std::string& map : method.info().maps) {
        outputs.push_back({MapPath(*job.decompose, task.pair.name, modality, map), layers});
      }
    }
    outputs.push_back({RangesPath(*job.decompose, task.pair.name), layers});
  }
  CheckOutputs(outputs, inputs);
}

// A map stretched from its smallest to its largest value, with both written down, since layers are
// not confined to [0, 1].
void WriteMap(const fs::path& path, const Plane<float>& map, std::string* ranges) {
  const Levels levels = LevelsOf(map);
  WriteImage(path, Stretched(map, levels));
  *ranges +=
      CsvLine({path.stem().string(), std::to_string(levels.black), std::to_string(levels.white)});
}

void WriteMaps(const FusionMethod& method, const fs::path& folder, const std::string& name,
               const Image& ir, const Image& vis) {
  std::string ranges = "map,black,white\n";
  for (const char* modality : kModalities) {
    const Image& image = modality == kModalities[0] ? ir : vis;
    const std::vector<Plane<float>> maps = method.Maps(UnitGrey(image));
    for (std::size_t i = 0; i < maps.size(); ++i) {
      WriteMap(MapPath(folder, name, modality, method.info().maps[i]), maps[i], &ranges);
    }
  }
  WriteFileAtomically(RangesPath(folder, name), ranges);
}

void FusePair(const FuseJob& job, const FusionMethod& method, int threads, const Task& task,
              FileNotes* notes) {
  PairOptions options = job.sources;
  if (job.rgbt) {
    options.ir.read.channels = Channels::kFourth;
    options.vis.read.channels = Channels::kFirstThree;
  }
  OpenPair sources = OpenSources(method, task.pair.ir, task.pair.vis, options);
  if (job.decompose) {
    const Image ir = sources.ir.ReadWhole(), vis = sources.vis.ReadWhole();
    WriteMaps(method, *job.decompose, task.pair.name, ir, vis);
    FuseWhole(method, ir, vis, task.out, sources.colour);
  } else {
    FuseOpened(method, sources, task.out, threads);
  }
  for (const SourceReader* source : {&sources.ir, &sources.vis}) {
    notes->Add(source->path(), source->Notes());
  }
}

// The job's pairs with their outputs, and images without a partner.
struct TaskList {
  std::vector<Task> tasks;
  std::vector<fs::path> unmatched, others;
  bool folders;
};

std::string Extension(const FuseJob& job) {
  if (!job.extension.empty()) return job.extension;
  return job.type == SampleType::kFloat ? ".tif" : ".png";
}

bool HasFourthChannel(const fs::path& path) {
  try {
    OpenImage(path, {.channels = Channels::kFourth});
    return true;
  } catch (const Error&) {
    return false;
  }
}

// The images that are both sources at once.
PairList ListFourChannelImages(const FuseJob& job) {
  if (!job.vis.empty() || !job.pairs.list.empty()) {
    throw Error(ErrorKind::kUsage, "images of four channels need no others", job.vis.string(),
                "with --rgbt each image is both, infrared and visible");
  }
  if (!fs::is_directory(job.ir)) return {{{job.ir.stem().string(), job.ir, job.ir}}, {}};
  PairList list;
  for (const fs::path& path : ListImages(job.ir, job.pairs.recursive)) {
    const fs::path name = path.lexically_relative(job.ir).replace_extension();
    list.pairs.push_back({name.string(), path, path});
  }
  if (list.pairs.empty()) {
    throw Error(ErrorKind::kInput, "the folder has no images", job.ir.string());
  }
  return list;
}

TaskList ListTasks(const FuseJob& job) {
  std::vector<Task> tasks;
  for (const fs::path& path : {job.ir, job.vis, job.pairs.list}) {
    if (path.empty() || fs::exists(path)) continue;
    throw Error(ErrorKind::kInput, "no such file or folder", path.string());
  }
  const bool folders = !job.pairs.list.empty() || fs::is_directory(job.ir);
  const bool alone = job.vis.empty() && !folders && !job.rgbt && IsRadiometric(job.ir, true);
  if (job.vis.empty() && !folders && !job.rgbt && !alone) {
    if (job.ir.empty()) throw Error(ErrorKind::kUsage, "no images are given");
    if (IsRadiometric(job.ir)) {
      throw Error(ErrorKind::kUsage, "the radiometric file holds no visible image", job.ir.string(),
                  "give the visible image as the second file");
    }
    if (HasFourthChannel(job.ir)) {
      throw Error(ErrorKind::kUsage, "the visible image is missing", job.ir.string(),
                  "it has four channels: if the fourth is thermal, give --rgbt");
    }
    throw Error(ErrorKind::kUsage, "the visible image is missing", job.ir.string(),
                "give two images, two folders, or one folder that holds both");
  }
  if (!job.vis.empty() && job.pairs.list.empty() && folders != fs::is_directory(job.vis)) {
    throw Error(ErrorKind::kUsage, "one is a folder and the other an image",
                job.ir.string() + " and " + job.vis.string(), "give two images or two folders");
  }
  PairList list;
  if (job.rgbt) list = ListFourChannelImages(job);
  if (!folders) {
    const fs::path& vis = job.rgbt || alone ? job.ir : job.vis;
    const std::string name = vis.stem().string();
    const bool into_folder = fs::is_directory(job.out) || !job.out.has_filename();  // "out/"
    const fs::path out = into_folder ? job.out / (name + Extension(job)) : job.out;
    tasks.push_back({{name, job.ir, vis}, OpenOutput(out, job.type)});
    return {tasks, {}, {}, into_folder};
  }
  if (FindImageFormat(job.out) != nullptr && !fs::is_directory(job.out)) {
    throw Error(ErrorKind::kUsage, "the results of folders need a folder, not an image",
                job.out.string(), "such as -o results");
  }
  if (!job.rgbt) {
    PairRules rules = job.pairs;
    rules.raw = !job.sources.ir.read.raw.empty();
    list = FindPairs(job.ir, job.vis, rules);
  }
  for (ImagePair& pair : list.pairs) {
    const fs::path out = job.out / (pair.name + Extension(job));
    tasks.push_back({std::move(pair), OpenOutput(out, job.type)});
  }
  return {tasks, list.unmatched, list.others, true};
}

}  // namespace

void FuseJob::Validate() const { CheckImageFormat("result" + Extension(*this), type); }

JobReport RunFuseJob(const FuseJob& job, const JobCallback& callback) {
  job.Validate();
  const TaskList list = ListTasks(job);
  const std::vector<Task>& tasks = list.tasks;
  const std::vector<fs::path>& unmatched = list.unmatched;
  // Many small images: an image per thread, so that decoding and encoding are spread, too.
  const int threads = tasks.size() > 1 ? 1 : job.threads;
  const std::unique_ptr<FusionMethod> method = FindMethod(job.method, job.settings);
  if (job.decompose && method->info().maps.empty()) {
    throw Error(ErrorKind::kUsage, "the method has no layers to write", method->info().name);
  }
  std::vector<fs::path> unused = unmatched;
  unused.insert(unused.end(), list.others.begin(), list.others.end());
  if (!job.pairs.list.empty()) unused.push_back(job.pairs.list);
  CheckFiles(job, *method, tasks, unused);
  method->Prepare(threads);
  if (list.folders) MakeFolder(job.out);
  if (job.decompose) MakeFolder(*job.decompose);
  for (const Task& task : tasks) {  // names of pairs may have folders
    if (list.folders) MakeFolder(task.out.path.parent_path());
    if (job.decompose) MakeFolder((*job.decompose / task.pair.name).parent_path());
  }

  std::vector<std::string> items;
  for (const Task& task : tasks) items.push_back(task.pair.name);
  FileNotes notes;
  JobReport report = RunItems(items, job.threads, callback,
                              [&](int i) { FusePair(job, *method, threads, tasks[i], &notes); });
  report.notes = notes.Lines();
  if (const std::string note = method->Note(); !note.empty()) report.notes.push_back(note);
  report.unpaired = static_cast<int>(unmatched.size());
  if (!list.others.empty()) {
    report.notes.push_back(
        list.others.size() == 1
            ? list.others[0].filename().string() + " is of a further band and not used"
            : fmt::format("{} images of further bands are not used", list.others.size()));
  }
  for (const fs::path& path : unmatched) {
    const Error error(ErrorKind::kInput, "the image has no partner", path.string());
    report.failures.push_back({path.filename().string(), error.what()});
  }
  return report;
}

}  // namespace auif

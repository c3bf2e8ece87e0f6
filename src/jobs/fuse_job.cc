#include "jobs/fuse_job.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "auif/io.h"
#include "auif/model_io.h"
#include "base/parallel.h"
#include "io/atomic_file.h"
#include "io/csv.h"
#include "io/folder.h"
#include "io/outputs.h"
#include "jobs/fuse_files.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

struct Task {
  ImagePair pair;
  FuseOutput out;
};

constexpr const char* kModalities[] = {"ir", "vis"};
constexpr const char* kMaps[] = {"B0", "D0", "BN", "DN"};

fs::path MapPath(const fs::path& folder, const std::string& name, const std::string& modality,
                 const std::string& map) {
  return folder / (name + "_" + modality + "_" + map + ".png");
}
fs::path RangesPath(const fs::path& folder, const std::string& name) {
  return folder / (name + "_ranges.csv");
}

// Before anything is written: nothing that is read is overwritten, and no result replaces another.
void CheckFiles(const FuseJob& job, const std::vector<Task>& tasks,
                const std::vector<fs::path>& unmatched) {
  std::vector<PlannedOutput> outputs;
  std::vector<fs::path> inputs = unmatched;
  if (job.model) inputs.push_back(*job.model);
  for (const Task& task : tasks) {
    inputs.insert(inputs.end(), {task.pair.ir, task.pair.vis});
    outputs.push_back({task.out.path, "the result of " + task.pair.ir.filename().string()});
    if (!job.decompose) continue;
    const std::string layers = "a layer of " + task.pair.ir.filename().string();
    for (const char* modality : kModalities) {
      for (const char* map : kMaps) {
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
  float low = map.Row(0)[0], high = low;
  for (int y = 0; y < map.height(); ++y) {
    const auto [least, most] = std::minmax_element(map.Row(y), map.Row(y) + map.width());
    low = std::min(low, *least);
    high = std::max(high, *most);
  }
  const float scale = high > low ? 1 / (high - low) : 0;
  Plane<float> stretched(map.width(), map.height());
  for (int y = 0; y < map.height(); ++y) {
    std::transform(map.Row(y), map.Row(y) + map.width(), stretched.Row(y),
                   [&](float v) { return (v - low) * scale; });
  }
  WriteImage(path, stretched);
  *ranges += CsvLine({path.stem().string(), std::to_string(low), std::to_string(high)});
}

void WriteLayers(const Fuser& fuser, const fs::path& folder, const std::string& name,
                 const Image& ir, const Image& vis) {
  std::string ranges = "map,black,white\n";
  for (const char* modality : kModalities) {
    const Image& image = modality == kModalities[0] ? ir : vis;
    const Decomposition maps = fuser.Decompose(image.Grey());
    const Plane<float>* planes[] = {&maps.base_initial, &maps.detail_initial, &maps.base,
                                    &maps.detail};
    for (std::size_t i = 0; i < std::size(kMaps); ++i) {
      WriteMap(MapPath(folder, name, modality, kMaps[i]), *planes[i], &ranges);
    }
  }
  WriteFileAtomically(RangesPath(folder, name), ranges);
}

void FusePair(const FuseJob& job, const Fuser& fuser, int threads, const Task& task) {
  OpenPair sources = OpenSources(task.pair.ir, task.pair.vis);
  if (!job.decompose) return FuseOpened(fuser, sources, task.out, threads);
  const Image ir = sources.ir.ReadRest(), vis = sources.vis.ReadRest();
  WriteLayers(fuser, *job.decompose, task.pair.name, ir, vis);
  FuseWhole(fuser, ir, vis, task.out);
}

// The job's pairs with their outputs, and images without a partner.
struct TaskList {
  std::vector<Task> tasks;
  std::vector<fs::path> unmatched;
};

TaskList ListTasks(const FuseJob& job) {
  std::vector<Task> tasks;
  for (const fs::path& path : {job.ir, job.vis}) {
    if (path.empty() || fs::exists(path)) continue;
    throw Error(ErrorKind::kInput, "no such file or folder", path.string());
  }
  const bool folders = fs::is_directory(job.ir);
  if (job.vis.empty() && !folders) {
    throw Error(ErrorKind::kUsage, "the visible image is missing", job.ir.string(),
                "give two images, two folders, or one folder that holds both");
  }
  if (!job.vis.empty() && folders != fs::is_directory(job.vis)) {
    throw Error(ErrorKind::kUsage, "one is a folder and the other an image",
                job.ir.string() + " and " + job.vis.string(), "give two images or two folders");
  }
  if (!folders) {
    const std::string name = job.vis.stem().string();
    const bool into_folder = fs::is_directory(job.out);
    const fs::path out = into_folder ? job.out / (name + job.extension) : job.out;
    tasks.push_back({{name, job.ir, job.vis}, OpenOutput(out, job.bits)});
    CheckFiles(job, tasks, {});
    return {tasks, {}};
  }
  PairList list = job.vis.empty() ? FindPairs(job.ir) : FindPairs(job.ir, job.vis);
  for (ImagePair& pair : list.pairs) {
    const fs::path out = job.out / (pair.name + job.extension);
    tasks.push_back({std::move(pair), OpenOutput(out, job.bits)});
  }
  CheckFiles(job, tasks, list.unmatched);
  MakeFolder(job.out);
  return {tasks, list.unmatched};
}

}  // namespace

void FuseJob::Validate() const {
  options.Validate();
  CheckImageFormat("result" + extension, bits);
}

JobReport RunFuseJob(const FuseJob& job, const JobCallback& callback) {
  job.Validate();
  const TaskList list = ListTasks(job);
  const std::vector<Task>& tasks = list.tasks;
  const std::vector<fs::path>& unmatched = list.unmatched;
  const Model model = job.model ? LoadModel(*job.model) : DefaultModel();
  if (job.decompose) MakeFolder(*job.decompose);

  // Many small images: an image per thread, so that decoding and encoding are spread, too.
  FuseOptions options = job.options;
  if (tasks.size() > 1) options.threads = 1;
  const Fuser fuser(model, options);

  std::vector<std::string> items;
  for (const Task& task : tasks) items.push_back(task.pair.name);
  JobReport report = RunItems(items, job.options.threads, callback,
                              [&](int i) { FusePair(job, fuser, options.threads, tasks[i]); });
  report.unpaired = static_cast<int>(unmatched.size());
  for (const fs::path& path : unmatched) {
    const Error error(ErrorKind::kInput, "the image has no partner of the same name",
                      path.string());
    report.failures.push_back({path.filename().string(), error.what()});
  }
  return report;
}

}  // namespace auif

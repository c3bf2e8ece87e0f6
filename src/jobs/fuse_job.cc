#include "jobs/fuse_job.h"

#include <algorithm>
#include <utility>

#include "auif/model_io.h"
#include "base/parallel.h"
#include "io/atomic_file.h"
#include "io/folder.h"
#include "io/image_file.h"
#include "io/image_rows.h"
#include "io/pairs.h"
#include "jobs/fuse_rows.h"
#include "network/fuse_options.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

struct Task {
  ImagePair pair;
  fs::path out;
};

void RefuseToOverwrite(const Task& task) {
  std::error_code error;
  for (const fs::path& source : {task.pair.ir, task.pair.vis}) {
    if (fs::equivalent(source, task.out, error)) {
      throw Error(ErrorKind::kUsage, "the result would overwrite a source", task.out.string(),
                  "choose another output");
    }
  }
}

// A map stretched from its smallest to its largest value, with both written down, since layers are
// not confined to [0, 1].
void WriteMap(const fs::path& folder, const std::string& name, const Plane<float>& map,
              std::string* ranges) {
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
  WriteImage(folder / (name + ".png"), stretched);
  *ranges += name + "," + std::to_string(low) + "," + std::to_string(high) + "\n";
}

void WriteLayers(const Fuser& fuser, const fs::path& folder, const std::string& name,
                 const FileImage& ir, const FileImage& vis) {
  std::string ranges = "map,black,white\n";
  for (const auto& [modality, image] : {std::pair{"ir", &ir}, std::pair{"vis", &vis}}) {
    const Decomposition maps = fuser.Decompose(image->grey);
    const std::string prefix = name + "_" + modality + "_";
    WriteMap(folder, prefix + "B0", maps.base_initial, &ranges);
    WriteMap(folder, prefix + "D0", maps.detail_initial, &ranges);
    WriteMap(folder, prefix + "BN", maps.base, &ranges);
    WriteMap(folder, prefix + "DN", maps.detail, &ranges);
  }
  WriteFileAtomically(folder / (name + "_ranges.csv"), ranges);
}

void FuseFiles(const FuseJob& job, const Fuser& fuser, int threads, const Task& task) {
  ImageReader ir_file(task.pair.ir), vis_file(task.pair.vis);
  const auto size = [](const ImageReader& file) {
    return PlaneView<const float>{nullptr, file.shape().width, file.shape().height, 0};
  };
  for (const ImageReader* file : {&ir_file, &vis_file}) {
    CheckSize(size(*file), file->path().string());
  }
  if (SizeText(size(ir_file)) != SizeText(size(vis_file))) {
    throw Error(ErrorKind::kInput,
                "has " + SizeText(size(ir_file)) + " pixels, but " + task.pair.vis.string() +
                    " has " + SizeText(size(vis_file)),
                task.pair.ir.string(), "register and scale the images to one size first");
  }
  if (!job.decompose && CanFuseRows(ir_file, vis_file)) {
    FuseRows(fuser, ir_file, vis_file, task.out, job.bits, threads);
    return;
  }
  const FileImage ir = ReadImage(ir_file);
  const FileImage vis = ReadImage(vis_file);
  const Plane<float> fused = fuser.Fuse(ir.grey, vis.grey);
  if (job.decompose) WriteLayers(fuser, *job.decompose, task.pair.name, ir, vis);
  WriteImage(task.out, fused, vis, job.bits);
}

// The job's pairs with their outputs, and images without a partner.
std::pair<std::vector<Task>, std::vector<fs::path>> ListTasks(const FuseJob& job) {
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
    tasks.push_back(
        {{name, job.ir, job.vis}, into_folder ? job.out / (name + job.extension) : job.out});
    CheckImageFormat(tasks[0].out, job.bits);
    RefuseToOverwrite(tasks[0]);
    return {tasks, {}};
  }
  PairList list = job.vis.empty() ? FindPairs(job.ir) : FindPairs(job.ir, job.vis);
  MakeFolder(job.out);
  for (ImagePair& pair : list.pairs) {
    const fs::path out = job.out / (pair.name + job.extension);
    tasks.push_back({std::move(pair), out});
    RefuseToOverwrite(tasks.back());
  }
  return {tasks, list.unmatched};
}

}  // namespace

void FuseJob::Validate() const {
  options.Validate();
  CheckImageFormat("result" + extension, bits);
}

JobReport RunFuseJob(const FuseJob& job, const JobCallback& callback) {
  job.Validate();
  const auto [tasks, unmatched] = ListTasks(job);
  const Model model = job.model ? LoadModel(*job.model) : DefaultModel();
  if (job.decompose) MakeFolder(*job.decompose);

  // Many small images: an image per thread, so that decoding and encoding are spread, too.
  FuseOptions options = job.options;
  if (tasks.size() > 1) options.threads = 1;
  const Fuser fuser(model, options);

  std::vector<std::string> items;
  for (const Task& task : tasks) items.push_back(task.pair.name);
  for (const fs::path& path : unmatched) items.push_back(path.filename().string());
  return RunItems(items, job.options.threads, callback, [&](int i) {
    if (i < static_cast<int>(tasks.size())) {
      FuseFiles(job, fuser, options.threads, tasks[i]);
      return;
    }
    throw Error(ErrorKind::kInput, "the image has no partner of the same name",
                unmatched[i - tasks.size()].string());
  });
}

}  // namespace auif

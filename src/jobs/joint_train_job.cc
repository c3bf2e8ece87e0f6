#include "jobs/joint_train_job.h"

#include <algorithm>
#include <set>
#include <utility>

#include "auif/error.h"
#include "auif/model_io.h"
#include "auif/version.h"
#include "base/fingerprint.h"
#include "base/parallel.h"
#include "base/text.h"
#include "io/atomic_file.h"
#include "io/outputs.h"
#include "io/source_reader.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

// The names of a list, which must all be of pairs.
std::set<std::string> NamesToLeaveOut(const fs::path& path, const std::vector<ImagePair>& pairs) {
  constexpr std::size_t kMostBytes = std::size_t{1} << 24;
  std::set<std::string> names;
  const std::string text = ReadFile(path, kMostBytes);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string name = text.substr(begin, end - begin);
    begin = end + 1;
    while (!name.empty() && (name.back() == '\r' || name.back() == ' ')) name.pop_back();
    if (name.empty() || name[0] == '#') continue;
    const bool known =
        std::ranges::any_of(pairs, [&](const ImagePair& pair) { return pair.name == name; });
    if (!known) {
      throw Error(ErrorKind::kInput, "has the name '" + Printable(name) + "', which is no pair's",
                  path.string(), "'auif pairs' lists the names");
    }
    names.insert(std::move(name));
  }
  return names;
}

}  // namespace

void JointTrainJob::Validate() const {
  options.Validate();
  if (hold_out != 0 && hold_out < 2) {
    throw Error(ErrorKind::kUsage, "at most every second pair can be held out");
  }
}

JointTrainReport RunJointTrainJob(const JointTrainJob& job, const JointTrainCallback& callback) {
  job.Validate();
  std::vector<ImagePair> files = FindPairs(job.data).pairs;
  if (job.leave_out) {
    const std::set<std::string> left_out = NamesToLeaveOut(*job.leave_out, files);
    std::erase_if(files, [&](const ImagePair& pair) { return left_out.contains(pair.name); });
  }
  std::vector<fs::path> inputs;
  for (const ImagePair& pair : files) inputs.insert(inputs.end(), {pair.ir, pair.vis});
  CheckOutputs({{job.out, "the model"}}, inputs);
  CheckFolderOf(job.out);
  if (job.hold_out != 0) {
    std::vector<ImagePair> kept;
    for (std::size_t i = 0; i < files.size(); ++i) {
      if ((i + 1) % job.hold_out != 0) kept.push_back(files[i]);
    }
    files = std::move(kept);
  }

  JointTrainReport report;
  report.pairs = static_cast<int>(files.size());
  std::vector<TrainingPair> pairs(files.size());
  ParallelFor(report.pairs, job.options.threads, [&](int i) {
    pairs[i].ir = ReadSource(files[i].ir, Modality::kInfrared).GreyAs<std::uint8_t>();
    pairs[i].vis = ReadSource(files[i].vis, Modality::kVisible).GreyAs<std::uint8_t>();
  });
  Fingerprint images;
  for (const TrainingPair& pair : pairs) {
    for (const Plane<std::uint8_t>* image : {&pair.ir, &pair.vis}) {
      for (int y = 0; y < image->height(); ++y) {
        for (int x = 0; x < image->width(); ++x) images.AddNumber(image->Row(y)[x]);
      }
    }
  }
  PairLossParts late;
  int late_steps = 0;
  JointTrainResult result = TrainJoint(pairs, job.options, [&](const JointTrainProgress& progress) {
    if (10 * progress.step > 9 * progress.steps) {
      late.Add(progress.losses, 1);
      ++late_steps;
    }
    return !callback || callback(progress);
  });
  if (late_steps > 0) report.losses.Add(late, 1.0 / late_steps);
  report.stopped = result.stopped;
  if (result.stopped) return report;
  result.model.metadata["training.pairs"] = std::to_string(report.pairs);
  result.model.metadata["training.images"] = images.Text();
  result.model.metadata["training.program"] = std::string("auif ") + Version();
  SaveModel(result.model, job.out);
  return report;
}

}  // namespace auif

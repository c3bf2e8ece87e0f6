#include "jobs/train_job.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <utility>

#include "auif/error.h"
#include "auif/fuse.h"
#include "auif/io.h"
#include "auif/model_io.h"
#include "auif/version.h"
#include "base/fingerprint.h"
#include "base/parallel.h"
#include "base/text.h"
#include "io/checkpoint.h"
#include "io/csv.h"
#include "io/outputs.h"
#include "io/source_reader.h"
#include "jobs/train_log.h"
#include "jobs/validation.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

struct TrainingData {
  std::vector<SourceFile> images;
  std::vector<ImagePair> held_out;
};

TrainingData FindTrainingData(const TrainJob& job) {
  if (!fs::is_directory(job.data)) {
    throw Error(ErrorKind::kInput, "is not a folder", job.data.string(),
                "give a folder of images, or with subfolders ir and vis");
  }
  const PairList list = FindImages(job.data);
  TrainingData data;
  for (std::size_t i = 0; i < list.pairs.size(); ++i) {
    const ImagePair& pair = list.pairs[i];
    if (job.hold_out != 0 && (i + 1) % job.hold_out == 0) {
      data.held_out.push_back(pair);
      continue;
    }
    data.images.push_back({pair.ir, Modality::kInfrared});
    data.images.push_back({pair.vis, Modality::kVisible});
  }
  for (const fs::path& path : list.unmatched) data.images.push_back({path, Modality::kInfrared});
  return data;
}

std::vector<Image> ReadImages(const TrainJob& job, const std::vector<SourceFile>& files,
                              TrainReport* report) {
  std::vector<Image> read(files.size());
  std::vector<std::string> items;
  for (const SourceFile& file : files) items.push_back(file.path.string());
  const JobReport reading = RunItems(items, job.options.threads, {}, [&](int i) {
    read[i] = ReadTrainImage(files[i], job.options);
  });
  if (!reading.failures.empty() && !job.skip_bad) {
    const std::string& first = reading.failures.front().message;
    const std::string others = reading.failures.size() == 1
                                   ? ""
                                   : fmt::format("; and {} more", reading.failures.size() - 1);
    throw Error(ErrorKind::kInput, first + others, "", "leave such images out with --skip-bad");
  }
  report->skipped = reading.failures;
  std::vector<Image> images;
  for (Image& image : read) {
    if (!image.empty()) images.push_back(std::move(image));
  }
  report->images = static_cast<int>(images.size());
  return images;
}

// Over all sizes and pixels.
std::string Content(const std::vector<Image>& images) {
  Fingerprint content;
  for (const Image& image : images) {
    content.AddNumber(static_cast<std::uint64_t>(image.width()));
    content.AddNumber(static_cast<std::uint64_t>(image.height()));
    for (int y = 0; y < image.height(); ++y) {
      const std::uint8_t* row = image.View<std::uint8_t>().Row(y);
      for (int x = 0; x < image.width(); ++x) content.AddNumber(row[x]);
    }
  }
  return content.Text();
}

fs::path ValidationLogPath(const fs::path& log) {
  fs::path path = log;
  return path.replace_extension(".val" + path.extension().string());
}

bool IsSameFile(const fs::path& a, const fs::path& b) {
  std::error_code error;
  return fs::equivalent(a, b, error);
}

// Before the work that would be lost otherwise.
void CheckFiles(const TrainJob& job, const TrainingData& data) {
  std::vector<fs::path> inputs;
  for (const SourceFile& file : data.images) inputs.push_back(file.path);
  const auto add = [&](const std::vector<ImagePair>& pairs) {
    for (const ImagePair& pair : pairs) inputs.insert(inputs.end(), {pair.ir, pair.vis});
  };
  add(data.held_out);
  for (const fs::path& folder : job.validation) add(FindPairs(folder).pairs);

  std::vector<PlannedOutput> outputs = {{job.out, "the model"}};
  if (job.log) {
    outputs.push_back({*job.log, "the log"});
    if (job.hold_out != 0 || !job.validation.empty()) {
      outputs.push_back({ValidationLogPath(*job.log), "the log of the validation"});
    }
  }
  if (job.resume) CheckOutputs(outputs, {*job.resume});
  const fs::path checkpoint = job.CheckpointPath();
  outputs.push_back({checkpoint, "the checkpoint"});
  CheckOutputs(outputs, inputs);
  for (const PlannedOutput& output : outputs) CheckFolderOf(output.path);

  const bool resumed = job.resume && IsSameFile(*job.resume, checkpoint);
  if (fs::exists(checkpoint) && !resumed && !job.overwrite) {
    throw Error(ErrorKind::kUsage, "is the checkpoint of an earlier training", checkpoint.string(),
                "continue with --resume, start anew with --overwrite, or choose another "
                "--checkpoint");
  }
}

// Validates every few epochs and informs the callback and the log.
class Validator {
 public:
  Validator(const TrainJob& job, const std::vector<ImagePair>& held_out, int epochs_done,
            const ValidationCallback& callback)
      : interval_(job.validation_epochs), callback_(callback) {
    if (!job.log && !callback) return;
    const int threads = job.options.threads;
    if (job.hold_out != 0) sets_.emplace_back(held_out, "held out", threads);
    for (const fs::path& folder : job.validation) {
      sets_.emplace_back(FindPairs(folder).pairs, folder.string(), threads);
    }
    if (!job.log || sets_.empty()) return;
    const std::string header =
        fmt::format("epoch,set,{}", fmt::join(sets_.front().MetricNames(), ","));
    log_.emplace(ValidationLogPath(*job.log), header, 0, epochs_done);
  }

  void AtEpochEnd(const TrainProgress& progress) {
    if (progress.epoch % interval_ != 0 && progress.epoch != progress.epochs) return;
    for (const Validation& set : sets_) {
      const ValidationScores scores{progress.epoch, set.name(), set.MetricNames(),
                                    set.Score(progress.state.model)};
      if (log_) {
        std::vector<std::string> cells{std::to_string(scores.epoch), scores.set};
        for (const double mean : scores.means) cells.push_back(NumberText(mean));
        std::string row = CsvLine(cells);
        row.pop_back();  // the log ends its lines itself
        log_->Add(row);
        log_->Flush();
      }
      if (callback_) callback_(scores);
    }
  }

 private:
  int interval_;
  const ValidationCallback& callback_;
  std::vector<Validation> sets_;
  std::optional<CsvLog> log_;
};

}  // namespace

// 8 bits hold what the network learns from and need a quarter of float's memory.
Image ReadTrainImage(const SourceFile& file, const TrainOptions& options) {
  Image image(ReadSource(file.path, file.modality).GreyAs<std::uint8_t>(), file.path.string());
  CheckTrainImage(image, options);
  return image;
}

fs::path TrainJob::CheckpointPath() const {
  if (checkpoint) return *checkpoint;
  fs::path path = out;
  return path += ".checkpoint";
}

void TrainJob::Validate() const {
  options.Validate();
  if (checkpoint_epochs < 1 || validation_epochs < 1) {
    throw Error(ErrorKind::kUsage,
                "there must be at least one epoch between checkpoints and validations");
  }
  if (hold_out != 0 && hold_out < 2) {
    throw Error(ErrorKind::kUsage, "at most every second pair can be held out");
  }
}

std::vector<ImagePair> HeldOut(const TrainJob& job) { return FindTrainingData(job).held_out; }

TrainReport RunTrainJob(const TrainJob& job, const TrainCallback& callback,
                        const ValidationCallback& validated) {
  job.Validate();
  TrainReport report;
  const TrainingData data = FindTrainingData(job);
  CheckFiles(job, data);
  const std::vector<Image> images = ReadImages(job, data.images, &report);
  TrainOrigin origin = job.options.Text();
  origin["images"] = fmt::format("{}, fingerprint {}", images.size(), Content(images));
  if (job.hold_out != 0) origin["hold_out"] = std::to_string(job.hold_out);
  // More epochs than planned only continue what is there.
  TrainOrigin checkpoint_origin = origin;
  checkpoint_origin.erase("epochs");

  std::optional<TrainState> from;
  if (job.resume) {
    from = LoadCheckpoint(job.options.config, checkpoint_origin, *job.resume);
  }
  const long steps_before = from ? from->step : 0;
  const int batch = job.options.batch;
  const long steps_per_epoch = (static_cast<long>(images.size()) + batch - 1) / batch;
  if (steps_before > job.options.epochs * steps_per_epoch) {
    throw Error(ErrorKind::kUsage,
                fmt::format("has {} of {} epochs behind it already", steps_before / steps_per_epoch,
                            job.options.epochs),
                job.resume->string(), "ask for more epochs");
  }
  std::optional<CsvLog> log;
  if (job.log) {
    log.emplace(*job.log, TrainLogHeader(job.options.config), kTrainLogStepColumn, steps_before);
  }
  Validator validator(job, data.held_out, static_cast<int>(steps_before / steps_per_epoch),
                      validated);
  const auto save = [&](const TrainState& state) {
    SaveCheckpoint(state, checkpoint_origin, job.CheckpointPath());
  };
  const TrainResult result = Train(
      images, job.options,
      [&](const TrainProgress& progress) {
        if (log) log->Add(TrainLogRow("step", progress, progress.losses));
        if (progress.epoch_end) {
          report.losses = progress.epoch_losses;
          if (log) {
            log->Add(TrainLogRow("epoch", progress, progress.epoch_losses));
            log->Flush();
          }
          validator.AtEpochEnd(progress);
          const bool last = progress.epoch == progress.epochs;
          if (progress.epoch % job.checkpoint_epochs == 0 || (last && job.checkpoint)) {
            save(progress.state);
          }
        }
        return !callback || callback(progress);
      },
      from ? &*from : nullptr);
  report.end = result.end;
  report.steps = result.state.step;
  if (result.end == TrainEnd::kStopped) {
    save(result.state);
    return report;
  }
  Model model = result.state.model;
  for (const auto& [key, value] : origin) model.metadata["training." + key] = value;
  model.metadata["training.program"] = std::string("auif ") + Version();
  SaveModel(model, job.out);
  std::error_code error;
  if (!job.checkpoint) fs::remove(job.CheckpointPath(), error);
  return report;
}

}  // namespace auif

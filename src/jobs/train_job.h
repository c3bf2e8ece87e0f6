// Training from a folder of images into a model file.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "auif/train.h"
#include "io/source_reader.h"
#include "jobs/job.h"

namespace auif {

struct TrainJob {
  // A folder as for FuseJob, or a flat one: both modalities, and images without a partner.
  std::filesystem::path data;
  std::filesystem::path out;  // the model file
  // Nothing: `out` with ".checkpoint" behind it, which is removed once training is done.
  std::optional<std::filesystem::path> checkpoint;
  int checkpoint_epochs = 10;                   // between checkpoints; one more where it is stopped
  std::optional<std::filesystem::path> resume;  // a checkpoint to continue from
  bool overwrite = false;  // where there is another checkpoint, of an earlier training
  std::optional<std::filesystem::path> log;  // CSV, see docs/training.md
  // Folders of pairs to fuse and score every few epochs; the scores go to the callback, and with a
  // log to a file beside it: log.csv has log.val.csv.
  std::vector<std::filesystem::path> validation;
  // Every hold_out-th pair of `data`, in the order of their names, is not trained with but
  // validated on; 0: none.
  int hold_out = 0;
  int validation_epochs = 10;  // between scores; always after the last epoch
  bool skip_bad = false;       // leave out images that cannot be read or are too small
  TrainOptions options;

  std::filesystem::path CheckpointPath() const;
  void Validate() const;  // throws Error (kUsage)
};

struct TrainReport {
  int images = 0;
  std::vector<JobFailure> skipped;
  TrainEnd end = TrainEnd::kDone;
  long steps = 0;      // done since the start, those before a resume included
  TrainLosses losses;  // of the last epoch that was finished in this run
};

// An image file's grey values as training takes them; those of more than 8 bits in the range that
// SourceRule::kAuto gives. Throws Error (kInput) as ReadImage and CheckTrainImage do.
Image ReadTrainImage(const SourceFile& file, const TrainOptions& options);

// The pairs that a training with these options leaves out.
std::vector<ImagePair> HeldOut(const TrainJob& job);

// The paper's six metrics, their means over the pairs of a validation set.
struct ValidationScores {
  int epoch = 0;
  std::string set;  // its folder, or "held out"
  std::vector<std::string> names;
  std::vector<double> means;
};
using ValidationCallback = std::function<void(const ValidationScores&)>;

// Trains, with checkpoints and a log, and writes the model. Before any work, throws Error (kUsage)
// where one of its files would replace a folder, an image, another of its files, or the checkpoint
// of an earlier training that is not resumed (see overwrite), and where the training that is
// resumed is beyond the epochs that are wanted. Where the callback stops the training, a checkpoint
// is written instead of the model. Throws Error: what Train() and LoadCheckpoint() throw; kInput
// for a folder without images and for images that cannot be read; kOutput where a file cannot be
// written, the last good checkpoint then being as it was.
TrainReport RunTrainJob(const TrainJob& job, const TrainCallback& callback = {},
                        const ValidationCallback& validated = {});

}  // namespace auif

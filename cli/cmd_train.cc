#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>

#include "base/text.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/progress.h"
#include "cli/stop.h"
#include "cli/train_flags.h"
#include "jobs/choose_job.h"
#include "jobs/joint_train_job.h"
#include "jobs/train_job.h"

namespace auif::cli {
namespace {

constexpr const char* kFooter =
    "DATA is a folder of images: a flat one, or one as for 'auif fuse', for instance with "
    "subfolders\n"
    "ir and vis. Both modalities are used as plain grey images, in 8 bits.\n"
    "\n"
    "Presets: paper is what the paper writes; release is what the authors' published weights "
    "need;\n"
    "default is paper with an offset in the loss, and what the built-in model was trained with. A "
    "flag\n"
    "overrides the preset's value. The model file says how it was made ('auif info').\n"
    "\n"
    "The same seed gives the same bits for any number of threads. Ctrl-C stops with a checkpoint;\n"
    "--resume with the same other options continues, to the same bits as if it had never stopped.\n"
    "\n"
    "Examples:\n"
    "  auif train flir -o model.safetensors --log log.csv\n"
    "  auif train flir -o model.safetensors --preset paper --seed 3 --epochs 120\n"
    "  auif train flir -o model.safetensors --resume model.safetensors.checkpoint\n"
    "  auif train flir -o model.safetensors --runs 8 --choose rule.json --val validation\n"
    "  auif train flir -o joint.safetensors --objective pair --number ssim=15";

constexpr const char *kRebuild = "rebuild", *kPair = "pair";

struct Options {
  TrainJob job;
  TrainFlags flags;
  int threads = 0;
  std::string checkpoint, resume, log;
  std::string objective = kRebuild, leave_out;
  std::vector<std::string> numbers;
  std::string choose, candidates;
  int runs = 1;
  bool quiet = false;
};

int TrainPairs(const Options& options) {
  JointTrainJob job;
  job.data = options.job.data;
  job.out = options.job.out;
  job.hold_out = options.job.hold_out;
  if (!options.leave_out.empty()) job.leave_out = options.leave_out;
  for (const std::string& number : options.numbers) {
    const std::size_t sign = number.find('=');
    double value = 0;
    if (sign == std::string::npos || !CLI::detail::lexical_cast(number.substr(sign + 1), value)) {
      throw Error(ErrorKind::kUsage, "needs NAME=VALUE, not '" + number + "'", "--number",
                  "such as ssim=2");
    }
    job.options.Set(number.substr(0, sign), value);
  }
  job.options.seed = options.flags.Options().seed;
  job.options.threads = options.threads;
  const StopSignals signals;
  std::optional<Progress> progress;
  const JointTrainReport report = RunJointTrainJob(job, [&](const JointTrainProgress& state) {
    if (options.quiet) return !StopSignals::Asked();
    if (!progress) progress.emplace("steps", 0, true);
    const PairLossParts& losses = state.losses;
    const std::string note = fmt::format("loss {:.4f}", losses.total);
    if (progress->terminal() || state.step % 100 == 0) {
      progress->Show({state.step, state.steps,
                      fmt::format("{}  VIF {:.3f}  Qabf {:.3f}  SSIM {:.3f}", note, losses.vif,
                                  losses.qabf, losses.ssim),
                      ""},
                     note);
    }
    return !StopSignals::Asked();
  });
  if (report.stopped) {
    PrintError("stopped; no model was written");
    return kSomeFailed;
  }
  if (!options.quiet) {
    const PairLossParts& losses = report.losses;
    Print(
        "{} written: {} pairs, loss {:.4f}, VIF {:.4f}, Qabf {:.4f}, SSIM {:.4f}, SCD {:.4f}; "
        "beside the larger source SD {:.4f}, SF {:.4f}, MI {:.4f}\n",
        job.out.string(), report.pairs, losses.total, losses.vif, losses.qabf, losses.ssim,
        losses.scd, losses.sd, losses.sf, losses.mi);
  }
  return kAllDone;
}

std::string Line(const Candidate& candidate) {
  std::string ratios;
  for (const double ratio : candidate.score.ratios) ratios += fmt::format(" {:.3f}", ratio);
  return fmt::format("seed {}: score {:.4f}, {} of {} cells, gain {} bias {}:{}", candidate.seed,
                     candidate.score.mean, candidate.score.reached, candidate.score.ratios.size(),
                     NumberText(candidate.gain), NumberText(candidate.bias), ratios);
}

int Choose(const Options& options, const TrainCallback& step) {
  ChooseJob job;
  job.train = options.job;
  job.runs = options.runs;
  job.rule = options.choose;
  job.candidates =
      options.candidates.empty() ? options.job.out.string() + ".candidates" : options.candidates;
  const ChooseReport report = RunChooseJob(job, step, [&](const Candidate& candidate) {
    if (!options.quiet) Print("{}\n", Line(candidate));
    return !StopSignals::Asked();
  });
  if (report.stopped) {
    PrintError(fmt::format("stopped after {} of {} trainings; the same command continues",
                           report.candidates.size(), options.runs));
    return kSomeFailed;
  }
  if (!options.quiet) {
    Print("{} written: {}\n", options.job.out.string(), Line(report.candidates.front()));
  }
  return kAllDone;
}

// Refuses flags that the other objective has.
void CheckFlags(const Options& options) {
  const struct {
    const char *name, *objective;
    bool given;
  } flags[] = {{"--resume", kRebuild, !options.resume.empty()},
               {"--checkpoint", kRebuild, !options.checkpoint.empty()},
               {"--log", kRebuild, !options.log.empty()},
               {"--val", kRebuild, !options.job.validation.empty()},
               {"--choose", kRebuild, !options.choose.empty()},
               {"--runs", kRebuild, options.runs != 1},
               {"--skip-bad", kRebuild, options.job.skip_bad},
               {"--number", kPair, !options.numbers.empty()},
               {"--leave-out", kPair, !options.leave_out.empty()}};
  for (const auto& flag : flags) {
    if (!flag.given || options.objective == flag.objective) continue;
    throw Error(ErrorKind::kUsage, "is no flag of --objective " + options.objective, flag.name,
                "'auif train --help' says which are");
  }
}

int Run(Options& options) {
  CheckFlags(options);
  if (options.objective == kPair) return TrainPairs(options);
  TrainJob& job = options.job;
  job.options = options.flags.Options();
  job.options.threads = options.threads;
  if (!options.checkpoint.empty()) job.checkpoint = options.checkpoint;
  if (!options.resume.empty()) job.resume = options.resume;
  if (!options.log.empty()) job.log = options.log;

  const StopSignals signals;
  std::optional<Progress> progress;
  const auto show_step = [&](const TrainProgress& state) {
    if (options.quiet) return !StopSignals::Asked();
    if (!progress) progress.emplace("steps", state.state.step - 1, true);
    const TrainLosses& losses = state.epoch_end ? state.epoch_losses : state.losses;
    const std::string note =
        fmt::format("epoch {}/{}  loss {:.5f}", state.epoch, state.epochs, losses.total);
    if (progress->terminal() || state.epoch_end) {
      progress->Show(
          {static_cast<int>(state.state.step), state.epochs * state.steps_per_epoch,
           fmt::format("{}  mse {:.5f}  ssim {:.4f}", note, losses.mse, losses.ssim), ""},
          note);
    }
    return !StopSignals::Asked();
  };
  if (!options.choose.empty()) return Choose(options, show_step);
  if (options.runs != 1) {
    throw Error(ErrorKind::kUsage, "several trainings need a rule to choose by", "--runs",
                "--choose RULE; docs/training.md shows one");
  }
  const auto show_scores = [&](const ValidationScores& scores) {
    if (options.quiet) return;
    std::string line = fmt::format("after epoch {}, {}:", scores.epoch, scores.set);
    for (std::size_t i = 0; i < scores.names.size(); ++i) {
      line += fmt::format("  {} {:.4f}", scores.names[i], scores.means[i]);
    }
    if (progress) progress->Print(line);
  };
  const TrainReport report = RunTrainJob(job, show_step, show_scores);
  for (const JobFailure& failure : report.skipped) PrintError("left out: " + failure.message);
  if (report.end == TrainEnd::kStopped) {
    PrintError(fmt::format("stopped after {} steps; continue with --resume {}", report.steps,
                           job.CheckpointPath().string()));
    return kSomeFailed;
  }
  if (!options.quiet) {
    Print("{} written: {} images, {} steps, loss {:.5f}, mse {:.5f}, ssim {:.4f}\n",
          job.out.string(), report.images, report.steps, report.losses.total, report.losses.mse,
          report.losses.ssim);
  }
  return kAllDone;
}

}  // namespace

Action AddTrain(CLI::App& command) {
  const auto options = std::make_shared<Options>();
  TrainJob& job = options->job;
  command.add_option("DATA", job.data, "Folder of images")->required();
  command.add_option("-o,--output", job.out, "Model file")->required()->type_name("MODEL");
  options->flags.AddTo(command);
  command.add_option("--resume", options->resume, "Continue from this checkpoint")
      ->type_name("FILE");
  command
      .add_option("--checkpoint", options->checkpoint,
                  "Keep checkpoints here (default: MODEL.checkpoint, removed when done)")
      ->type_name("FILE");
  command.add_flag("--overwrite", job.overwrite,
                   "Start anew where there is a checkpoint of an earlier training");
  command
      .add_option("--checkpoint-epochs", job.checkpoint_epochs,
                  fmt::format("Epochs between them ({})", job.checkpoint_epochs))
      ->type_name("N");
  command.add_option("--log", options->log, "CSV: losses, rates, eta and theta of every step")
      ->type_name("FILE");
  command
      .add_option(
          "--val", job.validation,
          "Folder of pairs to fuse and score with the paper's six metrics every few epochs; may be "
          "repeated")
      ->type_name("DATA")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      .add_option("--hold-out", job.hold_out,
                  "Leave every N-th pair of DATA out of training and score it like --val")
      ->type_name("N");
  command
      .add_option("--val-epochs", job.validation_epochs,
                  fmt::format("Epochs between scores ({})", job.validation_epochs))
      ->type_name("N");
  command
      .add_option(
          "--choose", options->choose,
          "Train several times, set each model's gain and bias on validation pairs, and keep "
          "the best by this rule (JSON)")
      ->type_name("RULE");
  command.add_option("--runs", options->runs, "With --choose: trainings, of seeds one by one")
      ->type_name("N");
  command
      .add_option("--candidates", options->candidates,
                  "With --choose: folder of the trained models and their scores, which are reused "
                  "(default: MODEL.candidates)")
      ->type_name("DIR");
  command
      .add_option(
          "--objective", options->objective,
          "rebuild: AUIF, which learns to rebuild single images; pair: joint unrolling, which "
          "learns from fused pairs (default: rebuild)")
      ->type_name("WHAT")
      ->check(CLI::IsMember({kRebuild, kPair}));
  command
      .add_option(
          "--number", options->numbers,
          "pair: another value of a number of the training, such as ssim=2; may be repeated")
      ->type_name("NAME=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      .add_option("--leave-out", options->leave_out,
                  "pair: file with names of pairs that are not trained with, a line each")
      ->type_name("FILE");
  command.add_flag("--skip-bad", job.skip_bad,
                   "Leave out images that cannot be read or are too small");
  AddThreads(command, options->threads);
  command.add_flag("-q,--quiet", options->quiet, "Print nothing but errors");
  command.footer(kFooter);
  return [options] { return Run(*options); };
}

}  // namespace auif::cli

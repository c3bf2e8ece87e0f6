#include <fmt/format.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/command.h"
#include "cli/console.h"
#include "cli/progress.h"
#include "cli/stop.h"
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
    "  auif train flir -o model.safetensors --resume model.safetensors.checkpoint";

// What the flags say; nothing: the preset's value.
struct Flags {
  std::string preset = "default";
  std::optional<Kernels> kernels;
  std::optional<Padding> padding;
  std::optional<Activation> activation;
  std::optional<KernelStart> kernel_start;
  std::optional<Crop> crop_kind;
  std::optional<int> layers, channels, epochs, batch, crop;
  std::optional<double> mu, lr, detail_lr, drop_factor, prelu, offset_weight, offset_target;
  using Pair = std::pair<double, double>;
  std::optional<Pair> eta, base_theta, detail_theta, crop_area, crop_ratio;
  std::optional<std::vector<int>> drops;
  std::optional<std::uint64_t> seed;
  bool clip_ssim = false;

  TrainOptions Apply() const {
    TrainOptions options;
    if (preset == "paper") options = TrainOptions::Paper();
    if (preset == "release") options = TrainOptions::Release();
    const auto take = [](const auto& flag, auto* value) {
      if (flag) *value = *flag;
    };
    take(kernels, &options.config.kernels);
    take(padding, &options.config.padding);
    take(activation, &options.config.activation);
    take(layers, &options.config.layers);
    take(channels, &options.config.channels);
    take(kernel_start, &options.kernel_start);
    take(crop_kind, &options.crop_kind);
    take(offset_weight, &options.offset_weight);
    take(offset_target, &options.offset_target);
    take(epochs, &options.epochs);
    take(batch, &options.batch);
    take(crop, &options.crop);
    take(mu, &options.mu);
    // A detail encoder that learns at a tenth keeps doing so.
    if (lr) options.detail_lr *= *lr / options.lr;
    take(lr, &options.lr);
    take(detail_lr, &options.detail_lr);
    take(drops, &options.drops);
    take(drop_factor, &options.drop_factor);
    take(prelu, &options.prelu);
    take(seed, &options.seed);
    const auto take_pair = [](const auto& flag, auto* first, auto* second) {
      if (!flag) return;
      *first = flag->first;
      *second = flag->second;
    };
    take_pair(eta, &options.eta.mean, &options.eta.deviation);
    take_pair(base_theta, &options.base_theta.mean, &options.base_theta.deviation);
    take_pair(detail_theta, &options.detail_theta.mean, &options.detail_theta.deviation);
    take_pair(crop_area, &options.crop_area[0], &options.crop_area[1]);
    take_pair(crop_ratio, &options.crop_ratio[0], &options.crop_ratio[1]);
    options.clip_ssim = options.clip_ssim || clip_ssim;
    return options;
  }
};

struct Options {
  TrainJob job;
  Flags flags;
  int threads = 0;
  std::string checkpoint, resume, log;
  bool quiet = false;
};

int Run(Options& options) {
  TrainJob& job = options.job;
  job.options = options.flags.Apply();
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

template <typename Enum>
CLI::Option* AddChoice(CLI::App& command, const std::string& flag, std::optional<Enum>& target,
                       const std::string& help, const std::map<std::string, Enum>& choices) {
  const auto set = [&target, choices](const std::string& name) { target = choices.at(name); };
  return command.add_option_function<std::string>(flag, set, help)
      ->type_name("NAME")
      ->check(CLI::IsMember(choices).description(""));
}

void AddForm(CLI::App& command, Flags& flags) {
  constexpr const char* kGroup = "Network";
  command.add_option("--layers", flags.layers, "Layers per encoder (10)")
      ->type_name("N")
      ->group(kGroup);
  command.add_option("--channels", flags.channels, "Channels per layer (64)")
      ->type_name("C")
      ->group(kGroup);
  AddChoice<Kernels>(command, "--kernels", flags.kernels, "adjoint or independent",
                     {{"adjoint", Kernels::kAdjoint}, {"independent", Kernels::kIndependent}})
      ->group(kGroup);
  AddChoice<Padding>(command, "--padding", flags.padding, "input or feature",
                     {{"input", Padding::kInput}, {"feature", Padding::kFeature}})
      ->group(kGroup);
  AddChoice<Activation>(command, "--activation", flags.activation, "gradient or output",
                        {{"gradient", Activation::kGradient}, {"output", Activation::kOutput}})
      ->group(kGroup);
}

void AddStart(CLI::App& command, Flags& flags) {
  constexpr const char* kGroup = "Start";
  AddChoice<KernelStart>(command, "--kernel-start", flags.kernel_start,
                         "normal: N(0, 1); uniform: PyTorch's default",
                         {{"normal", KernelStart::kNormal}, {"uniform", KernelStart::kUniform}})
      ->group(kGroup);
  const auto add_pair = [&](const char* flag, auto& target, const char* help) {
    command.add_option(flag, target, help)->type_name("MEAN,DEV")->delimiter(',')->group(kGroup);
  };
  add_pair("--eta", flags.eta, "Step sizes: normally distributed (0.1,0.03)");
  add_pair("--base-theta", flags.base_theta, "Base encoder's weights of fidelity");
  add_pair("--detail-theta", flags.detail_theta, "Detail encoder's weights of fidelity");
  command.add_option("--prelu", flags.prelu, "Slopes (0.25)")->type_name("A")->group(kGroup);
}

void AddTraining(CLI::App& command, Flags& flags) {
  constexpr const char* kGroup = "Training";
  const auto add = [&](const char* flag, auto& target, const char* type, const char* help) {
    return command.add_option(flag, target, help)->type_name(type)->group(kGroup);
  };
  add("--epochs", flags.epochs, "N", "Times that each image is seen (80)");
  add("--batch", flags.batch, "N", "Images per step (32)");
  AddChoice<Crop>(command, "--crop-kind", flags.crop_kind,
                  "random: a random part; resized: one of random size, scaled",
                  {{"random", Crop::kRandom}, {"resized", Crop::kRandomResized}})
      ->group(kGroup);
  add("--crop", flags.crop, "PIXELS", "Side of what is seen of an image (128)");
  add("--crop-area", flags.crop_area, "A,B", "resized: part of the image's area (0.08,1)")
      ->delimiter(',');
  add("--crop-ratio", flags.crop_ratio, "A,B", "resized: width by height (0.75,1.3333)")
      ->delimiter(',');
  add("--mu", flags.mu, "MU", "Weight of the SSIM term of the loss (5)");
  add("--offset-weight", flags.offset_weight, "NU",
      "Weight of (offset - T)^2 in the loss (0.1; paper, release: 0)");
  add("--offset-target", flags.offset_target, "T",
      "How much brighter two images fused are than one, before the sigmoid (0.4)");
  command.add_flag("--clip-ssim", flags.clip_ssim, "No gradient where SSIM is negative")
      ->group(kGroup);
  add("--lr", flags.lr, "RATE", "Learning rate of the base encoder and the decoder (0.01)");
  add("--detail-lr", flags.detail_lr, "RATE",
      "Learning rate of the detail encoder (0.01; release: 0.001)");
  add("--drops", flags.drops, "E,E,...", "Epochs after which the rates drop (40; release: 40,80)")
      ->delimiter(',');
  add("--drop-factor", flags.drop_factor, "F", "What a drop multiplies the rates by (0.1)");
  add("--seed", flags.seed, "S", "Seed of all random choices (0)");
}

}  // namespace

Action AddTrain(CLI::App& command) {
  const auto options = std::make_shared<Options>();
  TrainJob& job = options->job;
  command.add_option("DATA", job.data, "Folder of images")->required();
  command.add_option("-o,--output", job.out, "Model file")->required()->type_name("MODEL");
  command.add_option("--preset", options->flags.preset, "default, paper or release")
      ->type_name("NAME")
      ->check(CLI::IsMember({"default", "paper", "release"}).description(""));
  command.add_option("--resume", options->resume, "Continue from this checkpoint")
      ->type_name("FILE");
  command
      .add_option("--checkpoint", options->checkpoint,
                  "Keep checkpoints here (default: MODEL.checkpoint, removed when done)")
      ->type_name("FILE");
  command.add_flag("--overwrite", job.overwrite,
                   "Start anew where there is a checkpoint of an earlier training");
  command.add_option("--checkpoint-epochs", job.checkpoint_epochs, "Epochs between them (10)")
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
  command.add_option("--val-epochs", job.validation_epochs, "Epochs between scores (10)")
      ->type_name("N");
  command.add_flag("--skip-bad", job.skip_bad,
                   "Leave out images that cannot be read or are too small");
  AddThreads(command, options->threads);
  command.add_flag("-q,--quiet", options->quiet, "Print nothing but errors");
  AddTraining(command, options->flags);
  AddForm(command, options->flags);
  AddStart(command, options->flags);
  command.footer(kFooter);
  return [options] { return Run(*options); };
}

}  // namespace auif::cli

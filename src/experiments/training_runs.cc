// Lab's trainings: each is a part with checkpoints.
#include <fmt/format.h>

#include <chrono>

#include "auif/error.h"
#include "auif/model_io.h"
#include "auif/version.h"
#include "experiments/lab.h"
#include "io/atomic_file.h"
#include "io/checkpoint.h"
#include "io/source_reader.h"
#include "jobs/train_job.h"

namespace auif {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr int kCheckpointEpochs = 10;

void AddEpoch(const TrainProgress& progress, TrainCurves& curves) {
  curves.loss.push_back(progress.epoch_losses.total);
  curves.mse.push_back(progress.epoch_losses.mse);
  curves.ssim.push_back(progress.epoch_losses.ssim);
  const Model& model = progress.state.model;
  for (const auto& [name, encoder] : {std::pair{"base", &model.base}, {"detail", &model.detail}}) {
    std::vector<double> eta, theta;
    for (const Layer& layer : encoder->layers) {
      eta.push_back(layer.eta);
      theta.push_back(layer.theta);
    }
    curves.layers[std::string(name) + ".eta"].push_back(eta);
    curves.layers[std::string(name) + ".theta"].push_back(theta);
  }
}

// A training that was interrupted: its state and its curves until then.
struct Interrupted {
  TrainState state;
  TrainCurves curves;
  double seconds = 0;
};

std::optional<Interrupted> FindInterrupted(const TrainOptions& options, const TrainOrigin& origin,
                                           const fs::path& checkpoint, const fs::path& curves,
                                           std::size_t steps_per_epoch) {
  if (!fs::exists(checkpoint) || !fs::exists(curves)) return std::nullopt;
  try {
    Interrupted found{LoadCheckpoint(options.config, origin, checkpoint), {}, 0};
    const Json json = Json::parse(ReadFile(curves));
    const long epochs = found.state.step / static_cast<long>(steps_per_epoch);
    if (epochs > options.epochs || !json.is_object()) return std::nullopt;
    auto kept =
        CurvesFrom(json.value("curves", Json()), static_cast<int>(epochs), options.config.layers);
    const auto seconds = AmountFrom(json, "seconds");
    if (!kept || !seconds) return std::nullopt;
    found.curves = std::move(*kept);
    found.seconds = *seconds;
    return found;
  } catch (const std::exception&) {
    return std::nullopt;  // it starts again: nothing finished is lost
  }
}

}  // namespace

const std::vector<Image>& Lab::TrainImages() {
  const std::scoped_lock lock(mutex_);
  if (!train_images_.empty()) return train_images_;
  std::vector<Image> images;
  for (const Dataset* set : datasets_.Split("train")) {
    for (const ImagePair& pair : set->pairs) {
      for (const SourceFile& file :
           {SourceFile{pair.ir, Modality::kInfrared}, {pair.vis, Modality::kVisible}}) {
        images.push_back(ReadTrainImage(file, job_.train));
      }
    }
  }
  train_images_ = std::move(images);
  return train_images_;
}

Json Lab::TrainInputs(const TrainOptions& options) {
  Json sets = Json::array();
  for (const Dataset* set : datasets_.Split("train")) sets.push_back(set->content);
  return {{"options", options.Text()}, {"sets", sets}, {"version", Version()}};
}

std::optional<Trained> Lab::FindTrained(const TrainOptions& options) {
  const Json inputs = TrainInputs(options);
  const Json kept = store_.Find("training", inputs);
  if (!kept.is_object()) return std::nullopt;
  auto curves = CurvesFrom(kept.value("curves", Json()), options.epochs, options.config.layers);
  const auto seconds = AmountFrom(kept, "seconds");
  if (!curves || !seconds) return std::nullopt;
  try {
    Model model = LoadModel(store_.Path("training", inputs, ".safetensors"));
    if (model.config != options.config) return std::nullopt;
    return Trained{std::move(model), std::move(*curves), *seconds};
  } catch (const Error&) {
    return std::nullopt;  // the model was removed: train it again
  }
}

Trained Lab::Train(const TrainOptions& wanted) {
  TrainOptions options = wanted;
  options.threads = 1;  // a training per thread wastes no waiting
  const Json inputs = TrainInputs(options);
  const fs::path checkpoint = store_.Path("training", inputs, ".checkpoint");
  const fs::path curves_path = store_.Path("training", inputs, ".curves");
  const std::vector<Image>& images = TrainImages();
  const auto batch = static_cast<std::size_t>(options.batch);
  const TrainOrigin origin = options.Text();
  const std::string item = fmt::format("seed {}, {} layers", options.seed, options.config.layers);

  Trained trained;
  std::optional<Interrupted> from = FindInterrupted(options, origin, checkpoint, curves_path,
                                                    (images.size() + batch - 1) / batch);
  if (from) {
    trained.curves = from->curves;
    trained.seconds = from->seconds;
    Tick(static_cast<int>(from->curves.loss.size()) / kCheckpointEpochs * options.config.layers,
         item + ": continues");
  }
  const double before = trained.seconds;
  const auto start = std::chrono::steady_clock::now();
  const auto seconds = [&] {
    return before + std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  const auto said = [&](const TrainProgress& progress) {
    if (!progress.epoch_end) return true;
    AddEpoch(progress, trained.curves);
    if (progress.epoch % kCheckpointEpochs != 0) return true;
    if (progress.epoch < progress.epochs) {
      // Curves first: those beyond the checkpoint are cut off when it is found.
      const Json part{{"curves", ToJson(trained.curves)}, {"seconds", seconds()}};
      WriteFileAtomically(curves_path, part.dump());
      SaveCheckpoint(progress.state, origin, checkpoint);
    }
    Tick(options.config.layers, fmt::format("{}: epoch {} of {}, loss {:.4f}", item, progress.epoch,
                                            progress.epochs, progress.epoch_losses.total));
    return true;
  };
  TrainResult result = auif::Train(images, options, said, from ? &from->state : nullptr);
  trained.model = std::move(result.state.model);
  trained.seconds = seconds();
  for (const auto& [key, value] : origin) trained.model.metadata["training." + key] = value;
  trained.model.metadata["training.program"] = std::string("auif ") + Version();
  SaveModel(trained.model, store_.Path("training", inputs, ".safetensors"));
  store_.Keep("training", inputs,
              {{"curves", ToJson(trained.curves)}, {"seconds", trained.seconds}});
  std::error_code ignored;
  fs::remove(checkpoint, ignored);
  fs::remove(curves_path, ignored);
  return trained;
}

void Lab::TrainAll(const std::vector<TrainOptions>& all,
                   const std::function<void(int, const Trained&)>& after) {
  std::vector<std::optional<Trained>> found;
  for (const TrainOptions& options : all) {
    found.push_back(FindTrained(options));
    if (!found.back()) Plan(options.epochs / kCheckpointEpochs * options.config.layers);
  }
  ForAll(static_cast<int>(all.size()), [&](int i) {
    const auto k = static_cast<std::size_t>(i);
    try {
      if (!found[k]) found[k] = Train(all[k]);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kUsage) throw;
      throw Error(
          error.kind(), error.message(),
          fmt::format("training with seed {} and {} layers", all[k].seed, all[k].config.layers),
          error.hint());
    }
    after(i, *found[k]);
    found[k].reset();
  });
}

}  // namespace auif

#include "pipeline/train_log.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <charconv>
#include <string>
#include <system_error>

#include "auif/error.h"
#include "io/atomic_file.h"

namespace auif {
namespace {

std::string Header(const ModelConfig& config) {
  std::string header = "kind,epoch,step,loss,mse,ssim,lr,detail_lr";
  for (const char* name : {"eta", "theta"}) {
    for (const char* encoder : {"base", "detail"}) {
      for (int l = 0; l < config.layers; ++l) {
        header += fmt::format(",{}.{}.{}", encoder, l, name);
      }
    }
  }
  return header + "\n";
}

// The rows of an older log up to a step: those after it will be written again.
std::string RowsUpTo(const std::string& text, const std::string& header, long step) {
  if (!text.starts_with(header)) return header;
  std::size_t begin = header.size();
  while (begin < text.size()) {
    const std::size_t end = text.find('\n', begin);
    if (end == std::string::npos) break;  // cut short
    const std::size_t column = text.find(',', text.find(',', begin) + 1) + 1;
    long row_step = 0;
    const auto result = std::from_chars(text.data() + column, text.data() + end, row_step);
    if (result.ec != std::errc() || row_step > step) break;
    begin = end + 1;
  }
  return text.substr(0, begin);
}

}  // namespace

TrainLog::TrainLog(const std::filesystem::path& path, const ModelConfig& config, long first_step)
    : path_(path) {
  const std::string header = Header(config);
  std::error_code error;
  const bool goes_on = first_step > 0 && std::filesystem::is_regular_file(path, error);
  const std::string start = goes_on ? RowsUpTo(ReadFile(path), header, first_step) : header;
  file_.open(path, std::ios::binary | std::ios::trunc);
  file_ << start << std::flush;
  Check();
}

void TrainLog::Add(const TrainProgress& progress) {
  AddRow("step", progress, progress.losses);
  if (!progress.epoch_end) return;
  AddRow("epoch", progress, progress.epoch_losses);
  file_.flush();
  Check();
}

void TrainLog::AddRow(const char* kind, const TrainProgress& progress, const TrainLosses& losses) {
  fmt::print(file_, "{},{},{},{},{},{},{},{}", kind, progress.epoch, progress.state.step,
             losses.total, losses.mse, losses.ssim, progress.lr, progress.detail_lr);
  const Model& model = progress.state.model;
  for (const bool theta : {false, true}) {
    for (const Encoder* encoder : {&model.base, &model.detail}) {
      for (const Layer& layer : encoder->layers) {
        fmt::print(file_, ",{}", theta ? layer.theta : layer.eta);
      }
    }
  }
  file_ << '\n';
}

void TrainLog::Check() {
  if (!file_) {
    throw Error(ErrorKind::kOutput, "cannot be written", path_.string(),
                "is the disk full, or does the folder not exist?");
  }
}

}  // namespace auif

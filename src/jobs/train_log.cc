#include "jobs/train_log.h"

#include <fmt/format.h>

#include <charconv>
#include <system_error>

#include "auif/error.h"
#include "io/atomic_file.h"

namespace auif {
namespace {

// The start of an older log: the header and the rows up to a key.
std::string RowsUpTo(const std::string& text, const std::string& header, int key_column,
                     long last_key) {
  if (!text.starts_with(header)) return header;
  std::size_t begin = header.size();
  while (begin < text.size()) {
    const std::size_t end = text.find('\n', begin);
    if (end == std::string::npos) break;  // cut short
    std::size_t at = begin;
    for (int i = 0; i < key_column; ++i) at = text.find(',', at) + 1;
    long key = 0;
    const auto result = std::from_chars(text.data() + at, text.data() + end, key);
    if (result.ec != std::errc() || key > last_key) break;
    begin = end + 1;
  }
  return text.substr(0, begin);
}

}  // namespace

CsvLog::CsvLog(const std::filesystem::path& path, const std::string& header, int key_column,
               long last_key)
    : path_(path) {
  std::error_code error;
  std::string start = header + "\n";
  if (last_key > 0 && std::filesystem::is_regular_file(path, error)) {
    start = RowsUpTo(ReadFile(path), start, key_column, last_key);
  }
  file_.open(path, std::ios::binary | std::ios::trunc);
  file_ << start;
  Flush();
}

void CsvLog::Add(const std::string& row) { file_ << row << '\n'; }

void CsvLog::Flush() {
  file_.flush();
  if (!file_) {
    throw Error(ErrorKind::kOutput, "cannot be written", path_.string(),
                "is the disk full, or does the folder not exist?");
  }
}

std::string TrainLogHeader(const ModelConfig& config) {
  std::string header = "kind,epoch,step,loss,mse,ssim,offset,lr,detail_lr";
  for (const char* name : {"eta", "theta"}) {
    for (const char* encoder : {"base", "detail"}) {
      for (int l = 0; l < config.layers; ++l) {
        header += fmt::format(",{}.{}.{}", encoder, l, name);
      }
    }
  }
  return header;
}

std::string TrainLogRow(const char* kind, const TrainProgress& progress,
                        const TrainLosses& losses) {
  std::string row = fmt::format("{},{},{},{},{},{},{},{},{}", kind, progress.epoch,
                                progress.state.step, losses.total, losses.mse, losses.ssim,
                                losses.offset, progress.lr, progress.detail_lr);
  const Model& model = progress.state.model;
  for (const bool theta : {false, true}) {
    for (const Encoder* encoder : {&model.base, &model.detail}) {
      for (const Layer& layer : encoder->layers) {
        row += fmt::format(",{}", theta ? layer.theta : layer.eta);
      }
    }
  }
  return row;
}

}  // namespace auif

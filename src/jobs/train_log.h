// The logs of a training run. docs/training.md describes their columns.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "auif/train.h"

namespace auif {

// A CSV file that grows by rows. Throws Error (kOutput) where it cannot be written.
class CsvLog {
 public:
  // Starts a new file; or, with last_key > 0, keeps the rows of an existing one with the same
  // header as long as their number in column key_column is not above last_key: what comes after is
  // written again. header, rows: without the line's end.
  CsvLog(const std::filesystem::path& path, const std::string& header, int key_column,
         long last_key);
  void Add(const std::string& row);
  void Flush();

 private:
  std::filesystem::path path_;
  std::ofstream file_;
};

// kind ("step" or "epoch"), epoch, step (since the start), loss, mse, ssim, lr, detail_lr, then eta
// and theta of every layer after the step, base encoder first.
std::string TrainLogHeader(const ModelConfig& config);
inline constexpr int kTrainLogStepColumn = 2;
std::string TrainLogRow(const char* kind, const TrainProgress& progress, const TrainLosses& losses);

}  // namespace auif

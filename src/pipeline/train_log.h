// The log of a training run: CSV with one row a step and one an epoch.
#pragma once

#include <filesystem>
#include <fstream>

#include "auif/train.h"

namespace auif {

// Columns: kind ("step" or "epoch"), epoch, step (since the start), loss, mse, ssim, lr, detail_lr,
// then eta and theta of every layer after the step, base encoder first. docs/training.md shows how
// to draw the paper's Fig. 3 from it.
class TrainLog {
 public:
  // Starts a new file, or with first_step > 0 keeps the rows of an existing one up to that step.
  // Throws Error (kOutput) where it cannot be written.
  TrainLog(const std::filesystem::path& path, const ModelConfig& config, long first_step);

  // Writes the rows; flushes at the end of an epoch. Throws Error (kOutput).
  void Add(const TrainProgress& progress);

 private:
  void AddRow(const char* kind, const TrainProgress& progress, const TrainLosses& losses);
  void Check();

  std::filesystem::path path_;
  std::ofstream file_;
};

}  // namespace auif

// How far a long job is: a bar that is redrawn on a terminal, plain lines elsewhere.
#pragma once

#include <chrono>
#include <string>

#include "pipeline/job.h"

namespace auif::cli {

class Progress {
 public:
  // unit: what is counted, as in "12.3 pairs/s".
  explicit Progress(std::string unit);
  // Draws on stderr; the last item ends the line.
  void Show(const JobProgress& progress);

 private:
  void DrawBar(const JobProgress& progress, double seconds) const;

  std::string unit_;
  bool terminal_;
  std::chrono::steady_clock::time_point start_;
  double last_drawn_ = -1;
};

}  // namespace auif::cli

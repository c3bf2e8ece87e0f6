// How far a long job is: a bar that is redrawn on a terminal, a line per ten per cent elsewhere.
#pragma once

#include <chrono>
#include <string>

#include "jobs/job.h"

namespace auif::cli {

class Progress {
 public:
  // unit: what is counted, as in "12.3 pairs/s". done_before: items that an earlier run finished.
  // every: elsewhere than on a terminal, a line for everything that is shown.
  explicit Progress(std::string unit, long done_before = 0, bool every = false);
  // Draws on stderr, with `note` behind the bar; the last item ends the line.
  void Show(const JobProgress& progress, const std::string& note = {});
  // A line of its own, above the bar.
  void Print(const std::string& line) const;
  bool terminal() const { return terminal_; }

 private:
  void DrawBar(const JobProgress& progress, const std::string& note, double seconds) const;

  std::string unit_;
  long done_before_;
  bool terminal_;
  std::chrono::steady_clock::time_point start_;
  double last_drawn_ = -1;
  int last_tenth_ = -1;
  bool every_;
};

}  // namespace auif::cli

#include "cli/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "cli/console.h"

namespace auif::cli {
namespace {

constexpr int kBarWidth = 30;
constexpr double kRedrawSeconds = 0.1;

std::string Duration(double seconds) {
  const long whole = std::lround(seconds);
  if (whole >= 3600)
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace

Progress::Progress(std::string unit, long done_before, bool every)
    : unit_(std::move(unit)),
      done_before_(done_before),
      terminal_(isatty(STDERR_FILENO) == 1),
      start_(std::chrono::steady_clock::now()),
      every_(every) {}

void Progress::Show(const JobProgress& progress, const std::string& note) {
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  if (!terminal_) {
    // A line per ten per cent; every failure has its own.
    const int tenth = static_cast<int>(10L * progress.done / std::max(1, progress.total));
    if (!every_ && tenth == last_tenth_ && progress.failure.empty()) return;
    last_tenth_ = tenth;
    PrintErr("[{}/{}] {}{}\n", progress.done, progress.total, progress.item,
             progress.failure.empty() ? "" : " FAILED");
    return;
  }
  const bool last = progress.done == progress.total;
  if (!last && seconds - last_drawn_ < kRedrawSeconds) return;
  last_drawn_ = seconds;
  DrawBar(progress, note, seconds);
  if (last) PrintErr("\n");
}

void Progress::Print(const std::string& line) const {
  PrintErr("{}{}\n", terminal_ ? "\r\x1b[K" : "", line);
}

void Progress::DrawBar(const JobProgress& progress, const std::string& note, double seconds) const {
  const int filled = kBarWidth * progress.done / progress.total;
  const double rate = seconds > 0 ? (progress.done - done_before_) / seconds : 0;
  const double left = rate > 0 ? (progress.total - progress.done) / rate : 0;
  PrintErr("\r[{:=<{}}{: <{}}] {}/{}  {:.1f} {}/s  {} left {}\x1b[K", "", filled, "",
           kBarWidth - filled, progress.done, progress.total, rate, unit_, Duration(left),
           note.empty() ? "" : " " + note);
}

}  // namespace auif::cli

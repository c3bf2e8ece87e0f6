// Ctrl-C and SIGTERM as a wish to stop: work under way is finished, nothing is left half-written.
#pragma once

#include <csignal>

namespace auif::cli {

// While it lives, the signals only ask for a stop. A second one ends the program as usual.
class StopSignals {
 public:
  StopSignals() {
    for (const int signal : {SIGINT, SIGTERM}) {
      std::signal(signal, [](int received) {
        asked_ = 1;
        std::signal(received, SIG_DFL);
      });
    }
  }
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  ~StopSignals() {
    for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, SIG_DFL);
  }

  static bool Asked() { return asked_ != 0; }

 private:
  static inline volatile std::sig_atomic_t asked_ = 0;
};

}  // namespace auif::cli

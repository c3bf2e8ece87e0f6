#include "cli/console.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include "auif/error.h"

namespace auif::cli {
namespace {

int g_error = 0;  // of the first write to the standard output that failed

void Remember(bool written) {
  if (!written && g_error == 0) g_error = errno != 0 ? errno : EIO;
}

}  // namespace

void OpenConsole() {
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream) {
    if (fcntl(stream, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest that is free, so `stream`. A closed standard output stays one that cannot be
    // written.
    const int flags = stream == STDERR_FILENO ? O_WRONLY : O_RDONLY;
    if (open("/dev/null", flags) != stream) std::_Exit(EXIT_FAILURE);
  }
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

void WriteOut(std::string_view text) {
  errno = 0;
  Remember(std::fwrite(text.data(), 1, text.size(), stdout) == text.size());
}

void WriteErr(std::string_view text) {
  // One call, so that lines of several programs stay whole.
  if (std::fwrite(text.data(), 1, text.size(), stderr) != text.size()) std::clearerr(stderr);
}

void FinishConsole() {
  errno = 0;
  Remember(std::fflush(stdout) == 0);
  if (g_error == 0) return;
  throw Error(ErrorKind::kOutput, "cannot be written: " + std::generic_category().message(g_error),
              "standard output");
}

}  // namespace auif::cli

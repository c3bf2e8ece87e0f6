// The program's own standard output and error. What cannot be written to the first is an error of
// the run; what cannot be written to the second is lost, and nothing else happens.
#pragma once

#include <fmt/format.h>

#include <string_view>

namespace auif::cli {

// Before anything is opened: gives the standard streams that the caller closed to /dev/null, so
// that no file of the program becomes one of them. Ignores the signals of a broken pipe and of the
// file size limit, which then are errors like others.
void OpenConsole();

void WriteOut(std::string_view text);
void WriteErr(std::string_view text);

template <typename... Args>
void Print(fmt::format_string<Args...> format, Args&&... args) {
  WriteOut(fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void PrintErr(fmt::format_string<Args...> format, Args&&... args) {
  WriteErr(fmt::format(format, std::forward<Args>(args)...));
}

// At the end: throws Error (kOutput) where something could not be written to the standard output.
void FinishConsole();

}  // namespace auif::cli

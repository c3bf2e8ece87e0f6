// The one exception type of the library.
#pragma once

#include <stdexcept>
#include <string>

#include "auif/export.h"

namespace auif {

// Whose fault it is; the command line maps each kind to an exit code.
enum class ErrorKind {
  kUsage,   // the caller asked for something that cannot be (an option out of range)
  kInput,   // an image, model or folder that was given is missing, broken or unsuitable
  kOutput,  // a result could not be written
};

// Thrown for everything that is the user's or a file's fault. `what()` is one line:
// "<where>: <message> (<hint>)", with the empty parts left out. The library never prints, aborts
// or exits; programmer errors are asserts.
class AUIF_API Error : public std::runtime_error {
 public:
  // message: what went wrong, without a full stop.
  // where:   the file, option or tensor that it concerns; may be empty.
  // hint:    what to do about it; may be empty.
  Error(ErrorKind kind, const std::string& message, const std::string& where = {},
        const std::string& hint = {});

  ErrorKind kind() const { return kind_; }
  const std::string& message() const { return message_; }
  const std::string& where() const { return where_; }
  const std::string& hint() const { return hint_; }

 private:
  ErrorKind kind_;
  std::string message_, where_, hint_;
};

}  // namespace auif

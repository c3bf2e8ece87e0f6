#include "auif/error.h"

namespace auif {
namespace {

std::string OneLine(const std::string& message, const std::string& where, const std::string& hint) {
  std::string line = where.empty() ? message : where + ": " + message;
  if (!hint.empty()) line += " (" + hint + ")";
  return line;
}

}  // namespace

Error::Error(ErrorKind kind, const std::string& message, const std::string& where,
             const std::string& hint)
    : std::runtime_error(OneLine(message, where, hint)),
      kind_(kind),
      message_(message),
      where_(where),
      hint_(hint) {}

}  // namespace auif

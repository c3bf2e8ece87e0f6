#include "io/name_pattern.h"

#include "auif/error.h"

namespace auif {

NamePattern::NamePattern(const std::string& pattern, unsigned groups, const std::string& hint) {
  try {
    expression_ = std::regex(pattern);
  } catch (const std::regex_error& error) {
    throw Error(ErrorKind::kUsage, std::string("is no regular expression: ") + error.what(),
                "'" + pattern + "'");
  }
  if (expression_.mark_count() == groups) return;
  throw Error(ErrorKind::kUsage,
              groups == 1 ? "needs one group in parentheses" : "needs two groups in parentheses",
              "'" + pattern + "'", hint);
}

std::optional<std::string> NamePattern::Group(const std::string& name, std::size_t group) const {
  std::smatch match;
  if (!std::regex_match(name, match, expression_) || !match[group].matched) return std::nullopt;
  return match[group].str();
}

}  // namespace auif

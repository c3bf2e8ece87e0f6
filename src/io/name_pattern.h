// A user's regular expression for the names of images.
#pragma once

#include <optional>
#include <regex>
#include <string>

namespace auif {

class NamePattern {
 public:
  // ECMAScript, for whole names without extension, with so many groups in parentheses. Throws Error
  // (kUsage): with `hint`, what the groups are for, where there are more or fewer of them.
  NamePattern(const std::string& pattern, unsigned groups, const std::string& hint);

  // What a group captures of a name; nothing where the name does not match or the group took no
  // part.
  std::optional<std::string> Group(const std::string& name, std::size_t group) const;

 private:
  std::regex expression_;
};

}  // namespace auif

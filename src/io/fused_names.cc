#include "io/fused_names.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace auif {
namespace {

bool IsSeparator(char c) { return std::string_view("_- .").find(c) != std::string_view::npos; }

// How long the beginning is that all names share.
std::size_t CommonPrefix(const std::vector<std::string>& names) {
  std::size_t length = names.front().size();
  for (const std::string& name : names) {
    const auto [a, b] =
        std::mismatch(name.begin(), name.end(), names.front().begin(), names.front().end());
    length = std::min(length, static_cast<std::size_t>(b - names.front().begin()));
  }
  return length;
}

std::vector<std::string> Reversed(std::vector<std::string> names) {
  for (std::string& name : names) std::reverse(name.begin(), name.end());
  return names;
}

// The beginnings of a text that end with a separator, or before a digit; the empty one first.
std::vector<std::string> Beginnings(const std::string& text, std::size_t length) {
  std::vector<std::string> all{""};
  for (std::size_t n = 1; n <= length; ++n) {
    const bool digit = n < text.size() && text[n] >= '0' && text[n] <= '9';
    if (IsSeparator(text[n - 1]) || (digit && !(text[n - 1] >= '0' && text[n - 1] <= '9'))) {
      all.push_back(text.substr(0, n));
    }
  }
  return all;
}

std::optional<std::string> Inner(const std::string& name, const std::string& prefix,
                                 const std::string& suffix) {
  if (name.size() <= prefix.size() + suffix.size() || !name.starts_with(prefix) ||
      !name.ends_with(suffix)) {
    return std::nullopt;
  }
  return name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
}

}  // namespace

FusedNames::FusedNames(const PairIndex& index, const std::vector<std::string>& names)
    : index_(index) {
  if (names.empty()) return;
  const std::vector<std::string> backwards = Reversed(names);
  const auto prefixes = Beginnings(names.front(), CommonPrefix(names));
  const auto suffixes = Reversed(Beginnings(backwards.front(), CommonPrefix(backwards)));
  // The most pairs; of those the least left out.
  std::ptrdiff_t most = -1;
  for (const std::string& prefix : prefixes) {
    for (const std::string& suffix : suffixes) {
      const auto found = std::count_if(names.begin(), names.end(), [&](const std::string& name) {
        const auto inner = Inner(name, prefix, suffix);
        return inner && index_.FindName(*inner);
      });
      if (found < most ||
          (found == most && prefix.size() + suffix.size() >= prefix_.size() + suffix_.size())) {
        continue;
      }
      most = found;
      prefix_ = prefix;
      suffix_ = suffix;
    }
  }
}

FusedNames::FusedNames(const PairIndex& index, NamePattern pattern)
    : index_(index), pattern_(std::move(pattern)) {}

std::optional<std::size_t> FusedNames::Find(const std::string& name) const {
  const auto inner = pattern_ ? pattern_->Group(name, 1) : Inner(name, prefix_, suffix_);
  return inner ? index_.FindName(*inner) : std::nullopt;
}

std::string FusedNames::LeftOut() const {
  std::string text = prefix_.empty() ? "" : "'" + prefix_ + "' before";
  if (!suffix_.empty()) text += (text.empty() ? "'" : " and '") + suffix_ + "' behind";
  return text;
}

NamePattern FusedPattern(const std::string& pattern) {
  return {pattern, 1, "which captures the name of the pair: 'result_(.*)_final'"};
}

}  // namespace auif

#include "base/text.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace auif {
namespace {

// Optimal string alignment: Levenshtein's distance with swaps of neighbours.
std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string NumberText(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

std::string Closest(std::string_view word, std::span<const std::string> candidates) {
  constexpr std::size_t kLongest = 64;  // names are short; a long word is no misspelt name
  if (word.empty() || word.size() > kLongest) return {};
  std::string closest;
  std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = EditDistance(Lower(word), Lower(candidate));
    if (distance >= least) continue;
    least = distance;
    closest = candidate;
  }
  return closest;
}

std::string DidYouMean(std::string_view word, std::span<const std::string> candidates,
                       const std::string& otherwise) {
  const std::string closest = Closest(word, candidates);
  return closest.empty() ? otherwise : "did you mean '" + closest + "'?";
}

std::string GuessAndList(std::string_view word, std::span<const std::string> candidates,
                         const std::string& list) {
  const std::string guess = DidYouMean(word, candidates);
  return guess.empty() ? list : guess + " " + list;
}

std::string GuessAndList(std::string_view word, std::span<const std::string> candidates) {
  return GuessAndList(word, candidates, "there are " + Joined(candidates));
}

std::string Joined(std::span<const std::string> texts) {
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : ", ") + text;
  return joined;
}

std::string Printable(std::string_view text) {
  constexpr std::size_t kLongest = 80;
  std::string clean;
  for (const char c : text.substr(0, kLongest)) clean += c >= 0x20 && c < 0x7f ? c : '?';
  if (text.size() > kLongest) clean += "...";
  return clean;
}

}  // namespace auif

// Which source pair a fused image belongs to, where results have more in their names than the
// pair's.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "io/name_pattern.h"
#include "io/pair_index.h"

namespace auif {

class FusedNames {
 public:
  // names: of all results of one method, without extension. What is common to all of them in front
  // and behind is left out where more of them then belong to a pair: SCENE_METHOD, fused_01.
  FusedNames(const PairIndex& index, const std::vector<std::string>& names);
  // By a pattern whose only group captures the pair's name.
  FusedNames(const PairIndex& index, NamePattern pattern);

  std::optional<std::size_t> Find(const std::string& name) const;
  // "'fused_' before and '_x' behind"; empty where nothing is left out.
  std::string LeftOut() const;

 private:
  const PairIndex& index_;
  std::optional<NamePattern> pattern_;
  std::string prefix_, suffix_;
};

// Throws Error (kUsage) for what is no regular expression with one group.
NamePattern FusedPattern(const std::string& pattern);

}  // namespace auif

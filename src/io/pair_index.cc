#include "io/pair_index.h"

#include "io/image_name.h"

namespace auif {

PairIndex::PairIndex(std::span<const ImagePair> pairs) {
  // A pair's own name counts before the names of others' images.
  for (std::size_t i = 0; i < pairs.size(); ++i) by_name_.insert({Folded(pairs[i].name), i});
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    for (const std::filesystem::path& path : {pairs[i].ir, pairs[i].vis}) {
      by_name_.insert({Folded(path.stem().string()), i});
    }
  }
}

std::optional<std::size_t> PairIndex::Find(const std::filesystem::path& fused) const {
  return FindName(fused.stem().string());
}

std::optional<std::size_t> PairIndex::FindName(const std::string& name) const {
  const auto found = by_name_.find(Folded(name));
  if (found == by_name_.end()) return std::nullopt;
  return found->second;
}

}  // namespace auif

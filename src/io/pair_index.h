// Finding the sources of a fused image by its name.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>

#include "auif/io.h"

namespace auif {

// A fused image has its pair's name or the base name of one of the pair's images, in any case.
class PairIndex {
 public:
  explicit PairIndex(std::span<const ImagePair> pairs);

  // The pair's place in the list; nothing where no pair has this name.
  std::optional<std::size_t> Find(const std::filesystem::path& fused) const;
  // The same for a name without extension.
  std::optional<std::size_t> FindName(const std::string& name) const;

 private:
  std::map<std::string, std::size_t> by_name_;
};

}  // namespace auif

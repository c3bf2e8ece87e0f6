#include "base/size.h"

#include <algorithm>

namespace auif {

std::string ToString(Size size) {
  return std::to_string(size.width) + "x" + std::to_string(size.height);
}

void CheckSameSize(std::initializer_list<NamedSize> sizes, const std::string& where,
                   const std::string& hint) {
  const Size first = sizes.begin()->size;
  if (std::all_of(sizes.begin(), sizes.end(), [&](const NamedSize& s) { return s.size == first; }))
    return;
  std::string message = "sizes differ:";
  for (const NamedSize& named : sizes) {
    message += (&named == sizes.begin() ? " " : ", ") + named.name + " " + ToString(named.size);
  }
  throw Error(ErrorKind::kInput, message, where, hint);
}

}  // namespace auif

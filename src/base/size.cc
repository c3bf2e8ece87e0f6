#include "auif/plane.h"

namespace auif {

std::string ToString(Size size) {
  return std::to_string(size.width) + "x" + std::to_string(size.height);
}

}  // namespace auif

#include "network/fuse_options.h"

#include <cmath>

#include "base/size.h"

namespace auif {

const char* Name(Strategy strategy) {
  switch (strategy) {
    case Strategy::kAdd:
      return "add";
    case Strategy::kAverage:
      return "average";
    case Strategy::kL1:
      return "l1";
  }
  return "";
}

void FuseOptions::Validate() const {
  if (threads < 0) {
    throw Error(ErrorKind::kUsage, "the number of threads is " + std::to_string(threads), {},
                "give 1 or more, or 0 for as many as the machine has");
  }
  for (float w : {weights.base_ir, weights.base_vis, weights.detail_ir, weights.detail_vis}) {
    if (!std::isfinite(w)) {
      throw Error(ErrorKind::kUsage, "a map's weight is not a finite number");
    }
  }
}

void CheckSize(Size size, const std::string& where) {
  if (size.width >= kMinSize && size.height >= kMinSize) return;
  throw Error(ErrorKind::kInput,
              "the image has " + ToString(size) + " pixels, the network needs at least " +
                  std::to_string(kMinSize) + "x" + std::to_string(kMinSize),
              where, "its 19x19 filter reflects 9 pixels at the border");
}

void CheckPair(Size ir, Size vis) {
  CheckSameSize({{"infrared", ir}, {"visible", vis}}, {},
                "register and scale the images to one size first");
  CheckSize(ir);
}

}  // namespace auif

#include "auif/version.h"

namespace auif {

const char* Version() { return AUIF_VERSION; }

}  // namespace auif

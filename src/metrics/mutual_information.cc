#include "metrics/mutual_information.h"

namespace auif::metrics {

double MutualInformation(GreyView source, GreyView fused, const MutualInformationOptions& options) {
  return MeasureJoint(source, fused, options.levels, options.base).mutual;
}

}  // namespace auif::metrics

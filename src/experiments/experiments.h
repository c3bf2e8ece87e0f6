// One function an experiment; each has a file of its name.
#pragma once

#include "experiments/lab.h"
#include "experiments/section.h"

namespace auif {

Section RunDatasets(Lab& lab);
Section RunStrategies(Lab& lab);
Section RunCompare(Lab& lab);
Section RunLayers(Lab& lab);
Section RunTraining(Lab& lab);
Section RunDecomposition(Lab& lab);
Section RunGallery(Lab& lab);
Section RunRobustness(Lab& lab);

}  // namespace auif

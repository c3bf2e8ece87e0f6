// Which samples of a source count as black and as white. A thermal camera's 16 bits hold
// temperatures of -40 to 160 degrees, of which a scene fills a hundredth: taken as they are, it is
// a flat image.
#pragma once

#include <string>

#include "auif/export.h"

namespace auif {

struct SourceRule {
  enum Kind {
    // Infrared: where samples of more than 8 bits fill less than a quarter of the range, and where
    // floats leave [0, 1], white is the percentile 99.5 and black the percentile 0.1, but no deeper
    // below the percentile 16 than half of what lies between that and white: a clear sky, far
    // colder than all else, takes no contrast. Elsewhere kFull. Visible, of integers: the range of
    // 8, 10, 12 or 14 bits, the least that no sample leaves.
    kAuto,
    kFull,         // the file's own range: 0 to 255, 4095 or 65535, floats 0 to 1
    kLimits,       // from `low` to `high`, sample values
    kPercentiles,  // from the percentile `low` to the percentile `high`
  };
  Kind kind = kAuto;
  double low = 0, high = 0;
  // Spread the levels in between by their share of the pixels, as thermal cameras do: the
  // histogram's cumulative sum, with no bin counted higher than a plateau of three times the mean.
  bool equalise = false;
};

// "auto", "full", "MIN,MAX" or "percentile:LOW,HIGH". Throws Error (kUsage); `where`: the flag that
// had the text.
AUIF_API SourceRule ParseSourceRule(const std::string& text, const std::string& where);

}  // namespace auif

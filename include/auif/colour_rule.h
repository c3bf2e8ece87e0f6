// How fused levels and the colours of a source become a colour image.
#pragma once

#include <string>

namespace auif {

struct ColourRule {
  // The visible image's grey levels, of its encoded channels (0.299 R + 0.587 G + 0.114 B or 0.2126
  // R + 0.7152 G + 0.0722 B). The result's colours have the fused levels as this luma.
  enum Luma { kBt601, kBt709 };
  enum Chroma {
    kKeep,        // Cb and Cr: the luma's change is added to each channel
    kSaturation,  // the channels are scaled with the luma; what leaves [0, 1] goes towards grey
  };
  Luma luma = kBt601;
  Chroma chroma = kKeep;
  // Whose chroma at the infrared image's levels the result has instead of the visible image's, a
  // name of PaletteNames(); empty: none.
  std::string palette = {};
};

}  // namespace auif

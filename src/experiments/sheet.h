// Sheets of images: scenes side by side, one row per method, with zoomed insets.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "auif/plane.h"

namespace auif {

// A part of an image, in pixels; empty with width 0.
struct Box {
  int x = 0, y = 0, width = 0, height = 0;
};

struct Sheet {
  std::string name;  // of the files
  std::vector<std::string> rows, columns;
  // [row][column]; an empty plane is an empty cell. Values in [0, 1].
  std::vector<std::vector<Plane<float>>> images;
  std::vector<Box> zoom;  // one per column, or none at all: what the inset shows
  int cell_width = 260;
};

// Writes NAME.svg and NAME.png. Throws Error (kOutput).
void DrawSheet(const Sheet& sheet, const std::filesystem::path& folder);

// Where the two sources of a scene have most structure that differs: a good place to look at.
Box InterestingBox(const Plane<float>& ir, const Plane<float>& vis);

std::string Base64(const std::string& bytes);

}  // namespace auif

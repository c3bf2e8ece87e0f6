// Flags for how images are read and paired, the same in all commands that have them.
#include <string>
#include <vector>

#include "auif/io.h"
#include "base/text.h"
#include "cli/command.h"
#include "image/palette.h"

namespace auif::cli {

void AddRanges(CLI::App& command, std::string& ir, std::string& vis) {
  command
      .add_option("--ir-range", ir,
                  "Infrared values that are black and white: auto, full, MIN,MAX or "
                  "percentile:LOW,HIGH (auto: more than 8 bits that fill less than a quarter of "
                  "their range are stretched)")
      ->type_name("RANGE")
      ->group(kImages);
  command
      .add_option("--vis-range", vis,
                  "The same of the visible image (auto: 10, 12 or 14 bits in 16 are recognised)")
      ->type_name("RANGE")
      ->group(kImages);
}

void AddIrPalette(CLI::App& command, std::string& palette) {
  command
      .add_option("--ir-palette", palette,
                  "Palette that the infrared image was coloured with: auto, none (its luma is "
                  "taken), " +
                      Joined(PaletteNames()) + " (default: auto)")
      ->type_name("NAME")
      ->group(kColours);
}

void CheckPalettes(const std::string& ir_palette, const std::string& palette) {
  if (ir_palette != "auto" && ir_palette != "none") FindPalette(ir_palette, "--ir-palette");
  if (!palette.empty()) FindPalette(palette, "--palette");
}

void AddPairRules(CLI::App& command, PairRules& rules) {
  command.add_flag("--recursive", rules.recursive, "Look into subfolders, too")->group(kFolders);
  std::vector<std::string> names;
  for (const Layout& layout : Layouts()) names.push_back(layout.name);
  command
      .add_option("--layout", rules.layout,
                  "The folders are those of a public data set: " + Joined(names))
      ->type_name("NAME")
      ->group(kFolders);
  command
      .add_option("--match", rules.match,
                  "Regular expression for names without extension; group 1 captures what "
                  "an infrared name shares with its partner's, group 2 the same of a visible one")
      ->type_name("PATTERN")
      ->group(kFolders);
  command
      .add_option("--pairs", rules.list,
                  "CSV (columns infrared, visible, name) or JSON file that lists the pairs; paths "
                  "are relative to the folder, or to the file where there is none")
      ->type_name("FILE")
      ->group(kFolders);
}

}  // namespace auif::cli

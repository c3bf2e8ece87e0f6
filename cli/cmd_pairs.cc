#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>

#include "auif/io.h"
#include "cli/command.h"
#include "cli/console.h"
#include "io/atomic_file.h"
#include "io/csv.h"
#include "io/image_name.h"
#include "io/outputs.h"

namespace auif::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFooter =
    "Reads names, no images. The CSV file that -o writes is what --pairs of 'auif fuse' and 'auif\n"
    "eval' reads: where names do not tell the pairs, write such a file, or correct this one.\n"
    "docs/pairing.md explains how names are compared. Exit code 1: an image has no partner.\n"
    "\n"
    "Examples:\n"
    "  auif pairs data/tno --recursive\n"
    "  auif pairs data/lwir data/rgb -o pairs.csv\n"
    "  auif pairs data --match 'IR_(.*)_g|VIS_(.*)_r'";

struct Options {
  fs::path ir, vis, out;
  PairRules rules;
};

const char* Why(PairedBy by) {
  switch (by) {
    case PairedBy::kName:
      return "equal names";
    case PairedBy::kMarkers:
      return "equal but for the word that tells the band";
    case PairedBy::kCommonWords:
      return "equal in the words that both lists have";
    case PairedBy::kPattern:
      return "--match";
    case PairedBy::kList:
      return "--pairs";
    case PairedBy::kRadiometric:
      return "a radiometric file that holds both";
  }
  return "";
}

// What the name of an image without a partner says.
std::string Seen(const fs::path& path) {
  const ImageName name(path.stem().string());
  const auto word = name.BandWord(false);
  if (!word) return "no name fits, and no word of its own tells the band";
  const char* band = "a further band's";
  if (name.BandOf(*word) == Band::kVisible) band = "visible";
  if (IsInfrared(name.BandOf(*word))) band = "infrared";
  return fmt::format("{} by its word '{}'", band, name.words()[*word]);
}

std::string Csv(const PairList& list, const fs::path& out) {
  std::string text = CsvLine({"infrared", "visible", "name"});
  const fs::path folder = fs::absolute(out).parent_path();
  for (const ImagePair& pair : list.pairs) {
    const auto relative = [&](const fs::path& path) {
      return fs::absolute(path).lexically_relative(folder).string();
    };
    text += CsvLine({relative(pair.ir), relative(pair.vis), pair.name});
  }
  return text;
}

int Run(const Options& options) {
  const PairList list = options.vis.empty() ? FindImages(options.ir, options.rules)
                                            : FindPairs(options.ir, options.vis, options.rules);
  std::vector<fs::path> inputs = list.unmatched;
  for (const ImagePair& pair : list.pairs) {
    inputs.insert(inputs.end(), {pair.ir, pair.vis});
    Print("{}: {} + {} ({})\n", pair.name, pair.ir.string(), pair.vis.string(), Why(pair.by));
  }
  for (const fs::path& path : list.others) {
    Print("not used: {} (a further band)\n", path.string());
  }
  for (const fs::path& path : list.unmatched) {
    Print("no partner: {} ({})\n", path.string(), Seen(path));
  }
  const auto count = [](std::size_t n, const char* what) {
    return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
  };
  Print("{}, {} without a partner, {} of further bands\n", count(list.pairs.size(), "pair"),
        count(list.unmatched.size(), "image"), list.others.size());
  if (!options.out.empty()) {
    inputs.insert(inputs.end(), list.others.begin(), list.others.end());
    if (!options.rules.list.empty()) inputs.push_back(options.rules.list);
    CheckOutputs({{options.out, "the list of pairs"}}, inputs);
    WriteFileAtomically(options.out, Csv(list, options.out));
  }
  return list.unmatched.empty() && !list.pairs.empty() ? kAllDone : kSomeFailed;
}

}  // namespace

Action AddPairs(CLI::App& command) {
  const auto options = std::make_shared<Options>();
  command.add_option("IR", options->ir, "Folder of infrared images, or one that holds both");
  command.add_option("VIS", options->vis, "Folder of visible images");
  command.add_option("-o,--output", options->out, "Also write the pairs as CSV")->type_name("FILE");
  AddPairRules(command, options->rules);
  command.footer(kFooter);
  return [options] {
    if (options->ir.empty() && options->rules.list.empty()) {
      throw Error(ErrorKind::kUsage, "no folder is given", {}, "such as 'auif pairs data'");
    }
    return Run(*options);
  };
}

}  // namespace auif::cli

// Fig. 4.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "auif/io.h"
#include "experiments/experiments.h"
#include "experiments/sheet.h"
#include "image/levels.h"
#include "io/csv.h"
#include "io/source_reader.h"

namespace auif {

Section RunDecomposition(Lab& lab) {
  const std::vector<const Dataset*> sets = lab.datasets().Split("test");
  FuseOptions options;
  options.threads = lab.threads();
  const Fuser fuser(lab.model().model, options);
  // What the decoder does to a region of one value: brighter for a positive sum, darker else.
  const Decoder& decoder = lab.model().model.decoder;
  const float sum =
      decoder.bn.weight * std::accumulate(decoder.conv.begin(), decoder.conv.end(), 0.0f);
  const bool negative = sum < 0;
  Sheet sheet{"decomposition", {}, {"source", "B0", "D0", "BN", "DN"}, {}, {}, 220};
  std::string csv = CsvLine({"dataset", "pair", "source", "map", "least", "most"});
  lab.Plan(static_cast<int>(sets.size()) * 2);
  for (const Dataset* set : sets) {
    const ImagePair& pair = set->pairs[set->pairs.size() / 2];
    for (const auto& [kind, file] :
         {std::pair{"infrared", SourceFile{pair.ir, Modality::kInfrared}},
          {"visible", SourceFile{pair.vis, Modality::kVisible}}}) {
      Plane<float> source = UnitGrey(ReadSource(file.path, file.modality));
      const Decomposition maps = fuser.Decompose(source);
      std::vector<Plane<float>> row;
      row.push_back(std::move(source));
      for (const auto& [name, map] : {std::pair{"B0", &maps.base_initial},
                                      {"D0", &maps.detail_initial},
                                      {"BN", &maps.base},
                                      {"DN", &maps.detail}}) {
        const bool last = name[1] == 'N';
        Levels shown = LevelsOf(*map, 0.001);
        if (last && negative) std::swap(shown.black, shown.white);
        row.push_back(Stretched(*map, shown));
        const Levels all = LevelsOf(*map);
        csv +=
            CsvLine({set->name, pair.name, kind, name, CsvNumber(all.black), CsvNumber(all.white)});
      }
      sheet.rows.push_back(
          fmt::format("{} {}", set->title, kind == std::string("visible") ? "vis" : "ir"));
      sheet.images.push_back(std::move(row));
      lab.Tick(1, fmt::format("{} {}, {}", set->title, pair.name, kind));
    }
  }
  DrawSheet(sheet, lab.Figures());
  Section section;
  section.text = {
      "What the encoders make of an image: the source, the filters' first maps B0 (blur) and D0 "
      "(Laplacian), and the encoders' last maps BN and DN. Maps are stretched from their smallest "
      "to their largest values (1 in 1,000 pixels at each end aside), so greys cannot be compared "
      "between them; decomposition.csv has the values.",
      fmt::format(
          "A map's sign has no meaning of its own: nothing in the training ties it to brightness, "
          "and "
          "the decoder undoes it. This decoder's kernel and batch norm multiply a smooth region by "
          "{:.2f}, so {}.",
          sum,
          negative
              ? "BN and DN are shown as negatives: what is bright in them makes the fused image "
                "brighter"
              : "what is bright in BN and DN makes the fused image brighter")};
  section.figures.push_back({"decomposition", "Source, B0, D0, BN, DN", true});
  section.options["model"] = lab.model().name;
  section.deviations.push_back(
      "The paper does not say which images it shows or how their greys are scaled: here it is "
      "the middle pair of each test set.");
  lab.WriteCsv(section, "decomposition.csv", csv);
  return section;
}

}  // namespace auif

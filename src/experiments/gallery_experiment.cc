// Fig. 5, and the images of the report's slider.
#include <fmt/format.h>

#include "auif/io.h"
#include "experiments/experiments.h"
#include "experiments/methods.h"
#include "experiments/sheet.h"
#include "io/csv.h"
#include "io/folder.h"

namespace auif {
namespace {

constexpr std::size_t kScenesASet = 2;

}  // namespace

Section RunGallery(Lab& lab) {
  const std::vector<const Dataset*> sets = lab.datasets().Split("test");
  const std::vector<ComparedMethod> methods = ComparedMethods(lab, sets);
  Section section;
  section.text = {
      "The sources and every method's result side by side, with the framed part enlarged. The "
      "scenes lie evenly in each test set; the framed part is where both sources have most "
      "structure that differs."};
  Sheet sheet{"gallery", {"infrared", "visible"}, {}, {}, {}, 260};
  // The own method last, as in the paper.
  for (std::size_t m = 1; m < methods.size(); ++m) sheet.rows.push_back(methods[m].name);
  sheet.rows.push_back(methods[0].name);
  sheet.images.resize(sheet.rows.size());
  std::string csv = CsvLine({"dataset", "pair", "x", "y", "width", "height"});
  int planned = 0;
  for (const Dataset* set : sets) {
    planned += static_cast<int>(std::min(kScenesASet, set->pairs.size()));
  }
  lab.Plan(planned);
  for (const Dataset* set : sets) {
    const std::size_t scenes = std::min(kScenesASet, set->pairs.size());
    for (std::size_t k = 0; k < scenes; ++k) {
      const ImagePair& pair = set->pairs[(2 * k + 1) * set->pairs.size() / (2 * scenes)];
      Plane<float> ir = ReadImage(pair.ir).Grey(), vis = ReadImage(pair.vis).Grey();
      const Box box = InterestingBox(ir, vis);
      sheet.columns.push_back(set->title + " " + pair.name);
      sheet.zoom.push_back(box);
      csv += CsvLine({set->name, pair.name, std::to_string(box.x), std::to_string(box.y),
                      std::to_string(box.width), std::to_string(box.height)});
      ReportScene scene{set->title + " " + pair.name, {"infrared", "visible"}, {}};
      std::vector<Plane<float>> column;
      column.push_back(std::move(ir));
      column.push_back(std::move(vis));
      for (std::size_t m = 1; m <= methods.size(); ++m) {
        const ComparedMethod& method = methods[m % methods.size()];
        column.push_back(method.Fused(*set, sets.size(), pair));
        if (!column.back().empty()) scene.labels.push_back(method.name);
      }
      for (std::size_t r = 0; r < column.size(); ++r) {
        if (!column[r].empty()) {
          const std::string file =
              fmt::format("images/{}/{}/{}.jpg", set->name, pair.name, sheet.rows[r]);
          MakeFolder((lab.job().out / file).parent_path());
          WriteImage(lab.job().out / file, column[r]);
          scene.files.push_back(file);
        }
        sheet.images[r].push_back(std::move(column[r]));
      }
      section.scenes.push_back(std::move(scene));
      lab.Tick(1, section.scenes.back().title);
    }
  }
  DrawSheet(sheet, lab.Figures());
  section.figures.push_back({"gallery", "Sources and results", sheet.columns.size() > 3});
  section.options["model"] = lab.model().name;
  section.deviations.push_back(
      "The paper does not say which images it shows. Of the other methods only those are shown "
      "that were given with --methods.");
  lab.WriteCsv(section, "gallery.csv", csv);
  return section;
}

}  // namespace auif

// Fig. 5, and the images of the report's slider.
#include <fmt/format.h>

#include <algorithm>

#include "auif/io.h"
#include "experiments/experiments.h"
#include "experiments/methods.h"
#include "experiments/sheet.h"
#include "io/csv.h"
#include "io/folder.h"
#include "io/source_reader.h"

namespace auif {
namespace {

constexpr std::size_t kScenesASet = 2;

struct Scene {
  const Dataset* set;
  const ImagePair* pair;
  std::vector<Plane<float>> images;  // infrared, visible, and of every method
};

std::vector<Scene> Scenes(const std::vector<const Dataset*>& sets, std::size_t methods) {
  std::vector<Scene> scenes;
  for (const Dataset* set : sets) {
    const std::size_t count = std::min(kScenesASet, set->pairs.size());
    for (std::size_t k = 0; k < count; ++k) {
      const ImagePair& pair = set->pairs[(2 * k + 1) * set->pairs.size() / (2 * count)];
      scenes.push_back({set, &pair, std::vector<Plane<float>>(2 + methods)});
      scenes.back().images[0] = UnitGrey(ReadSource(pair.ir, Modality::kInfrared));
      scenes.back().images[1] = UnitGrey(ReadSource(pair.vis, Modality::kVisible));
    }
  }
  return scenes;
}

// A label as part of a path.
std::string FileName(std::string label) {
  std::replace(label.begin(), label.end(), '/', '_');
  return label;
}

}  // namespace

Section RunGallery(Lab& lab) {
  const std::vector<const Dataset*> sets = lab.datasets().Split("test");
  ComparedMethods compared = OpenComparedMethods(lab, sets);
  std::vector<ComparedMethod>& methods = compared.methods;
  std::rotate(methods.begin(), methods.begin() + 1,
              methods.end());  // the own last, as in the paper
  Section section;
  section.notes = compared.notes;
  section.text = {
      "The sources and every method's result side by side, with the framed part enlarged. The "
      "scenes lie evenly in each test set; the framed part is where both sources have most "
      "structure that differs."};
  std::vector<Scene> scenes = Scenes(sets, methods.size());
  const std::size_t count = scenes.size() * methods.size();
  lab.Plan(static_cast<int>(count));
  lab.ForAll(static_cast<int>(count), [&](int i) {
    Scene& scene = scenes[static_cast<std::size_t>(i) % scenes.size()];
    const std::size_t m = static_cast<std::size_t>(i) / scenes.size();
    scene.images[2 + m] = methods[m].Fused(*scene.set, sets.size(), *scene.pair);
    lab.Tick(1, methods[m].Label() + ": " + scene.set->title + " " + scene.pair->name);
  });

  Sheet sheet{"gallery", {"infrared", "visible"}, {}, {}, {}, 260};
  for (const ComparedMethod& method : methods) sheet.rows.push_back(method.Label());
  sheet.images.resize(sheet.rows.size());
  std::string csv = CsvLine({"dataset", "pair", "x", "y", "width", "height"});
  for (Scene& scene : scenes) {
    const std::string title = scene.set->title + " " + scene.pair->name;
    const Box box = InterestingBox(scene.images[0], scene.images[1]);
    sheet.columns.push_back(title);
    sheet.zoom.push_back(box);
    csv += CsvLine({scene.set->name, scene.pair->name, std::to_string(box.x), std::to_string(box.y),
                    std::to_string(box.width), std::to_string(box.height)});
    ReportScene slider{title, {}, {}};
    for (std::size_t r = 0; r < scene.images.size(); ++r) {
      Plane<float>& image = scene.images[r];
      if (!image.empty()) {
        const std::string file = fmt::format("images/{}/{}/{}.jpg", scene.set->name,
                                             scene.pair->name, FileName(sheet.rows[r]));
        MakeFolder((lab.job().out / file).parent_path());
        WriteImage(lab.job().out / file, image);
        slider.labels.push_back(sheet.rows[r]);
        slider.files.push_back(file);
      }
      sheet.images[r].push_back(std::move(image));
    }
    section.scenes.push_back(std::move(slider));
  }
  DrawSheet(sheet, lab.Figures());
  section.figures.push_back({"gallery", "Sources and results", sheet.columns.size() > 3});
  section.options["model"] = lab.model().name;
  section.deviations.push_back("The paper does not say which images it shows.");
  lab.WriteCsv(section, "gallery.csv", csv);
  return section;
}

}  // namespace auif

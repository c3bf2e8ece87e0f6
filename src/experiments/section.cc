#include "experiments/section.h"

#include <algorithm>
#include <cmath>

#include "auif/error.h"
#include "io/atomic_file.h"
#include "io/outputs.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

bool IsMark(const std::string& mark) {
  return mark.empty() || mark == "best" || mark == "second" || mark == "quiet";
}

// A file below the folder, whichever links lead to it: no other file gets into a report.
bool IsFileIn(const fs::path& file, const fs::path& folder) {
  return fs::is_regular_file(file) && IsWithin(file, folder);
}

bool Fits(const ReportTable& table) {
  return std::all_of(table.rows.begin(), table.rows.end(), [](const auto& row) {
    return std::all_of(row.begin(), row.end(),
                       [](const TableCell& cell) { return IsMark(cell.mark); });
  });
}

bool Fits(const ReportScene& scene, const fs::path& out) {
  return scene.labels.size() == scene.files.size() && scene.files.size() >= 2 &&
         std::all_of(scene.files.begin(), scene.files.end(),
                     [&](const std::string& file) { return IsFileIn(out / file, out / "images"); });
}

bool Fits(const Section& section, const std::string& name, const fs::path& out) {
  const auto all = [](const auto& list, const auto& fits) {
    return std::all_of(list.begin(), list.end(), fits);
  };
  return section.name == name && std::isfinite(section.seconds) &&
         all(section.tables, [](const ReportTable& table) { return Fits(table); }) &&
         all(section.figures,
             [&](const ReportFigure& figure) {
               return IsFileIn(out / "figures" / (figure.name + ".svg"), out / "figures");
             }) &&
         all(section.scenes, [&](const ReportScene& scene) { return Fits(scene, out); }) &&
         all(section.reproduced, [](const ReproducedRow& row) {
           return row.paper.size() == row.columns.size() && row.ours.size() == row.columns.size();
         });
}

}  // namespace

std::optional<Section> ReadSection(const fs::path& path, const std::string& name,
                                   const fs::path& out) {
  try {
    auto section = nlohmann::json::parse(ReadFile(path)).get<Section>();
    if (Fits(section, name, out)) return section;
  } catch (const nlohmann::json::exception&) {
  } catch (const Error&) {
  }
  return std::nullopt;
}

}  // namespace auif

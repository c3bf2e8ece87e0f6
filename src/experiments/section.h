// What an experiment hands to the report: text, tables, figures and images.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace auif {

struct TableCell {
  std::string text;
  std::string mark = {};  // "best", "second", "quiet" (not compared) or nothing
};
struct ReportTable {
  std::string caption;
  std::vector<std::string> header;
  std::vector<std::vector<TableCell>> rows;
};
// figures/NAME.svg and figures/NAME.png below the output folder.
struct ReportFigure {
  std::string name, caption;
  bool wide = false;  // needs more than a phone's width: scrolls there
};
// Images of one scene and one size, for the slider; JPEG files below the output folder.
struct ReportScene {
  std::string title;
  std::vector<std::string> labels, files;  // infrared, visible, fused
};
// A row of a published table beside the project's.
struct ReproducedRow {
  std::string table;  // "Table 3, TNO"
  std::string row;
  std::vector<std::string> columns, paper, ours;
};

// Everything about one experiment that was run; kept as JSON, so that experiments that run one
// after the other into one folder end up in one report.
struct Section {
  std::string name;   // "compare"
  std::string title;  // "Table 3: comparison"
  std::vector<std::string> text, notes;
  std::vector<ReportTable> tables;
  std::vector<ReportFigure> figures;
  std::vector<ReportScene> scenes;
  std::vector<std::string> files;  // CSV files below the output folder
  std::vector<ReproducedRow> reproduced;
  std::vector<std::string> deviations;         // why numbers differ from the paper's
  std::map<std::string, std::string> options;  // seeds, model, version, ...
  double seconds = 0;                          // of the run that made it
};

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TableCell, text, mark)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ReportTable, caption, header, rows)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ReportFigure, name, caption, wide)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ReportScene, title, labels, files)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ReproducedRow, table, row, columns, paper, ours)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Section, name, title, text, notes, tables, figures, scenes,
                                   files, reproduced, deviations, options, seconds)

// The section of this name that a run into the folder `out` kept. Nothing where the file is
// missing, damaged, or names files that are not of that folder.
std::optional<Section> ReadSection(const std::filesystem::path& path, const std::string& name,
                                   const std::filesystem::path& out);

}  // namespace auif

// Table 1.
#include <fmt/format.h>

#include "experiments/experiments.h"
#include "io/csv.h"

namespace auif {

Section RunDatasets(Lab& lab) {
  Section section;
  section.text = {
      "The sets of image pairs, and which are for training, for choosing (validation) and for "
      "the results (test)."};
  ReportTable table{"Data sets", {"set", "split", "illumination", "pairs", "paper"}, {}};
  std::string csv =
      CsvLine({"name", "title", "split", "illumination", "pairs", "paper_pairs", "source", "note"});
  ReproducedRow row{"Table 1", "pairs", {}, {}, {}};
  for (const Dataset& set : lab.datasets().sets) {
    const std::string pairs = std::to_string(set.pairs.size());
    const std::string paper = set.paper_pairs > 0 ? std::to_string(set.paper_pairs) : "";
    table.rows.push_back({{set.title}, {set.split}, {set.illumination}, {pairs}, {paper}});
    csv += CsvLine(
        {set.name, set.title, set.split, set.illumination, pairs, paper, set.source, set.note});
    if (set.paper_pairs > 0) {
      row.columns.push_back(set.title);
      row.paper.push_back(paper);
      row.ours.push_back(pairs);
    }
    if (!set.source.empty()) section.notes.push_back(set.title + ": " + set.source);
    if (!set.note.empty()) section.notes.push_back(set.title + ": " + set.note);
    if (const std::string missing = set.Shortfall(); !missing.empty()) {
      section.deviations.push_back(
          fmt::format("{}: only {} are available; all experiments use those.", set.title, missing));
    }
  }
  section.tables.push_back(std::move(table));
  if (!row.columns.empty()) section.reproduced.push_back(std::move(row));
  lab.WriteCsv(section, "datasets.csv", csv);
  return section;
}

}  // namespace auif

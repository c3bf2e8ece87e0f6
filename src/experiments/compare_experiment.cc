// Table 3.
#include <fmt/format.h>

#include <cmath>
#include <set>

#include "auif/error.h"
#include "auif/model_io.h"
#include "base/text.h"
#include "experiments/experiments.h"
#include "experiments/methods.h"
#include "experiments/published.h"
#include "experiments/stored_as.h"
#include "io/csv.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

struct Row {
  std::string method;
  std::vector<double> values;  // empty: nothing for this set
  bool published = false;
  bool compared = true;
};

// Best and second of each column, by the digits that are printed.
void Mark(const std::vector<Row>& rows, std::vector<std::vector<TableCell>>& cells) {
  for (std::size_t m = 0; m < PaperMetrics().size(); ++m) {
    const auto printed = [&](const Row& row) { return std::round(row.values[m] * 1e4); };
    std::set<double, std::greater<>> values;
    for (const Row& row : rows) {
      if (row.compared && !row.values.empty() && !std::isnan(row.values[m])) {
        values.insert(printed(row));
      }
    }
    for (std::size_t r = 0; r < rows.size(); ++r) {
      if (!rows[r].compared || rows[r].values.empty() || std::isnan(rows[r].values[m])) continue;
      if (printed(rows[r]) == *values.begin()) cells[r][m + 1].mark = "best";
      if (values.size() > 1 && printed(rows[r]) == *std::next(values.begin())) {
        cells[r][m + 1].mark = "second";
      }
    }
  }
}

ReportTable Table(const Dataset& set, const std::vector<Row>& rows) {
  ReportTable table{set.title, {"method"}, {}};
  for (const std::string& metric : PaperMetrics()) table.header.push_back(metric);
  for (const Row& row : rows) {
    std::vector<TableCell> cells{{row.method, row.compared ? "" : "quiet"}};
    for (std::size_t m = 0; m < PaperMetrics().size(); ++m) {
      const bool empty = row.values.empty() || std::isnan(row.values[m]);
      cells.push_back({empty ? "–" : FourDigits(row.values[m]), row.compared ? "" : "quiet"});
    }
    table.rows.push_back(std::move(cells));
  }
  Mark(rows, table.rows);
  return table;
}

// The method as its images of this set are scored.
std::shared_ptr<const FusionMethod> Scored(const Lab& lab, const ComparedMethod& method,
                                           const Dataset& set) {
  if (!lab.job().as_published) return method.method;
  for (const PublishedRow& row : PublishedComparison(set.name)) {
    if (row.jpeg_quality > 0 && Lower(row.method) == method.method->info().name) {
      return StoredAsJpeg(method.method, row.jpeg_quality, lab.job().out / "parts");
    }
  }
  return method.method;
}

}  // namespace

Section RunCompare(Lab& lab) {
  const std::vector<const Dataset*> sets = lab.datasets().Split("test");
  const std::vector<ComparedMethod> methods = ComparedMethods(lab, sets);
  for (const ComparedMethod& method : methods) {
    for (const Dataset* set : sets) {
      const auto scored = method.method ? Scored(lab, method, *set) : nullptr;
      if (scored && !lab.FindScores(*scored, *set)) lab.Plan(1);
    }
  }
  Section section;
  section.text = {
      "Means over the test sets; higher is better. Best in bold, second underlined. The eight "
      "other methods' rows are the numbers that the paper prints, computed with the same "
      "definitions on the same images; its own row stands below and takes no part."};
  std::string csv =
      CsvLine({"dataset", "method", "origin", "pairs", "EN", "SD", "SF", "VIF", "AG", "SCD"});
  std::string image_csv =
      CsvLine({"dataset", "method", "image", "EN", "SD", "SF", "VIF", "AG", "SCD"});
  int cells = 0, above = 0;
  for (const Dataset* set : sets) {
    std::vector<Row> rows;
    std::vector<PublishedRow> published = PublishedComparison(set->name);
    for (const PublishedRow& row : published) {
      if (row.method != kPaperMethod) rows.push_back({row.method, row.values, true});
    }
    for (const ComparedMethod& method : methods) {
      SetScores scores;
      if (method.method) {
        const auto scored = Scored(lab, method, *set);
        scores = lab.Score(*scored, method.name, *set, lab.threads());
        if (scored != method.method) {
          section.notes.push_back(fmt::format(
              "{} on {}: images went through JPEG files, as for the paper's row (--as-published)",
              method.name, set->title));
        }
      } else if (const fs::path folder = method.Folder(*set, sets.size()); !folder.empty()) {
        scores = lab.ScoreFolder(folder, *set);
      } else {
        section.notes.push_back(fmt::format("{} has no folder for {}", method.name, set->name));
      }
      if (scores.images.empty()) {
        rows.push_back({method.name, {}});
        continue;
      }
      const bool whole = scores.images.size() == set->pairs.size();
      if (!whole) {
        section.notes.push_back(fmt::format(
            "{} has {} of the {} pairs of {}: its row (*) is of those alone and not compared",
            method.name, scores.images.size(), set->pairs.size(), set->title));
      }
      rows.push_back({whole ? method.name : method.name + "*", scores.Mean(), false, whole});
      for (std::size_t i = 0; i < scores.images.size(); ++i) {
        std::vector<std::string> line{set->name, method.name, scores.images[i]};
        for (const double value : scores.values[i]) line.push_back(CsvNumber(value));
        image_csv += CsvLine(line);
      }
    }
    // The project's own row beside the paper's, and beside the best of the others.
    for (const PublishedRow& row : published) {
      if (row.method != kPaperMethod) continue;
      rows.push_back({"AUIF, paper", row.values, true, false});
      const std::vector<double>& own =
          lab.Score(*methods.front().method, methods.front().name, *set, lab.threads()).Mean();
      ReproducedRow beside{"Table 3, " + set->title, methods.front().name, PaperMetrics(), {}, {}};
      for (std::size_t m = 0; m < own.size(); ++m) {
        double best = -1e300;
        for (const PublishedRow& other : published) {
          if (other.method != kPaperMethod) best = std::max(best, other.values[m]);
        }
        ++cells;
        above += own[m] > best ? 1 : 0;
        beside.paper.push_back(FourDigits(row.values[m]));
        beside.ours.push_back(FourDigits(own[m]));
      }
      section.reproduced.push_back(std::move(beside));
    }
    for (const Row& row : rows) {
      std::vector<std::string> line{set->name, row.method, row.published ? "paper" : "computed",
                                    std::to_string(set->pairs.size())};
      for (std::size_t m = 0; m < PaperMetrics().size(); ++m) {
        line.push_back(row.values.empty() ? "" : CsvNumber(row.values[m]));
      }
      csv += CsvLine(line);
    }
    section.tables.push_back(Table(*set, rows));
  }
  if (cells > 0) {
    section.text.push_back(
        fmt::format("{} is above the best of the eight other methods in {} of {} cells.",
                    methods.front().name, above, cells));
    section.deviations.push_back(fmt::format(
        "The model is another than the paper's: trained by this project from its own random start "
        "({}). Trainings differ by as much as the two rows do; the section on robustness shows by "
        "how much.",
        lab.model().name));
    section.deviations.push_back(
        "The eight other methods' rows are quoted from the paper, not computed here, but where "
        "they were given as folders of images.");
  }
  section.options["model"] = lab.model().name + " (" + lab.model().model.config.FormName() + ")";
  lab.WriteCsv(section, "compare.csv", csv);
  lab.WriteCsv(section, "compare-images.csv", image_csv);
  return section;
}

}  // namespace auif

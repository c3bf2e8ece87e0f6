// Table 3.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "auif/io.h"
#include "auif/model_io.h"
#include "experiments/experiments.h"
#include "experiments/methods.h"
#include "experiments/published.h"
#include "io/csv.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

struct Row {
  std::string method;
  std::string origin;          // "computed", "paper"
  std::vector<double> values;  // empty: nothing for this set
  bool compared = true;
  std::vector<double> look = {};  // by LookMetrics; empty where nothing was computed
};

constexpr const char* kComputed = "computed";
constexpr const char* kOwnWeights = "computed, own weights";
constexpr const char* kPrinted = "paper";
constexpr const char* kYardstick = "yardstick";

// As values are printed, which is how they are compared.
double Printed(double value) { return std::round(value * 1e4); }

bool HasValue(const Row& row, std::size_t m) {
  return !row.values.empty() && !std::isnan(row.values[m]);
}

// The row with the largest value, the first of equal ones; of those that are compared, where asked
// for. Null where none has a value.
const Row* Best(const std::vector<Row>& rows, std::size_t m, bool compared) {
  const Row* best = nullptr;
  for (const Row& row : rows) {
    if ((compared && !row.compared) || !HasValue(row, m)) continue;
    if (!best || Printed(row.values[m]) > Printed(best->values[m])) best = &row;
  }
  return best;
}

// Best and second of each column, by the digits that are printed.
void Mark(const std::vector<Row>& rows, std::vector<std::vector<TableCell>>& cells) {
  const std::size_t first = cells.front().size() - PaperMetrics().size();
  for (std::size_t m = 0; m < PaperMetrics().size(); ++m) {
    const auto printed = [&](const Row& row) { return Printed(row.values[m]); };
    std::set<double, std::greater<>> values;
    for (const Row& row : rows) {
      if (row.compared && HasValue(row, m)) values.insert(printed(row));
    }
    for (std::size_t r = 0; r < rows.size(); ++r) {
      if (!rows[r].compared || !HasValue(rows[r], m)) continue;
      if (printed(rows[r]) == *values.begin()) cells[r][first + m].mark = "best";
      if (values.size() > 1 && printed(rows[r]) == *std::next(values.begin())) {
        cells[r][first + m].mark = "second";
      }
    }
  }
}

ReportTable Table(const Dataset& set, const std::vector<Row>& rows) {
  ReportTable table{set.title, {"method", "origin"}, {}};
  for (const std::string& metric : PaperMetrics()) table.header.push_back(metric);
  for (const Row& row : rows) {
    const char* const mark = row.compared ? "" : "quiet";
    std::vector<TableCell> cells{{row.method, mark}, {row.origin, mark}};
    for (std::size_t m = 0; m < PaperMetrics().size(); ++m) {
      cells.push_back({HasValue(row, m) ? FourDigits(row.values[m]) : "–", mark});
    }
    table.rows.push_back(std::move(cells));
  }
  Mark(rows, table.rows);
  return table;
}

// What the six metrics do not see, of all that was computed here.
ReportTable LookTable(const Dataset& set, const std::vector<Row>& rows) {
  ReportTable table{set.title + ": what a look would tell",
                    {"method", "origin", "HK ↑", "NM ↓", "Dark, %", "Bright, %"},
                    {}};
  for (const Row& row : rows) {
    if (row.look.empty()) continue;
    const char* const mark = row.origin == kYardstick ? "quiet" : "";
    std::vector<TableCell> cells{{row.method, mark}, {row.origin, mark}};
    for (std::size_t m = 0; m < row.look.size(); ++m) {
      const int digits = m < 2 ? 3 : 2;
      cells.push_back(
          {std::isnan(row.look[m]) ? "–" : fmt::format("{:.{}f}", row.look[m], digits), mark});
    }
    table.rows.push_back(std::move(cells));
  }
  return table;
}

// What the methods' cost is measured on.
struct CostlyPair {
  const Dataset* set = nullptr;
  const ImagePair* pair = nullptr;
  Size size;
};

// The pair with the most pixels; none where there is no pair.
CostlyPair LargestPair(const std::vector<const Dataset*>& sets) {
  CostlyPair largest;
  std::int64_t most = 0;
  for (const Dataset* set : sets) {
    for (const ImagePair& pair : set->pairs) {
      const Size size = ImageReader(pair.ir).spec().size;
      const std::int64_t count = std::int64_t{size.width} * size.height;
      if (count <= most) continue;
      most = count;
      largest = {set, &pair, size};
    }
  }
  return largest;
}

class Comparison {
 public:
  explicit Comparison(Lab& lab)
      : lab_(lab),
        sets_(lab.datasets().Split("test")),
        compared_(OpenComparedMethods(lab, sets_)),
        yardsticks_(Yardsticks(compared_)),
        costly_(LargestPair(sets_)) {}

  Section Run() {
    section_.notes = compared_.notes;
    Plan();
    for (const Dataset* set : sets_) AddSet(*set);
    if (costly_.pair) AddCosts();
    Describe();
    return std::move(section_);
  }

 private:
  const std::vector<ComparedMethod>& methods() const { return compared_.methods; }

  void Plan() {
    int ticks = 0;
    for (const auto* all : {&methods(), &yardsticks_}) {
      for (const ComparedMethod& method : *all) {
        if (!method.method) continue;
        for (const Dataset* set : sets_) {
          if (!lab_.HasBoth(*method.Scored(lab_, *set), *set)) ++ticks;
        }
        if (costly_.pair && !lab_.FindCost(*method.method, *costly_.set, *costly_.pair)) ++ticks;
      }
    }
    lab_.Plan(ticks);
  }

  // The scores of one method; nothing where there is no image of this set.
  BothScores Score(const ComparedMethod& method, const Dataset& set) {
    if (const auto scored = method.Scored(lab_, set)) {
      if (scored != method.method) {
        section_.notes.push_back(
            fmt::format("{} on {}: made and stored as for the paper's row (--as-published)",
                        method.name, set.title));
      }
      return lab_.ScoreBoth(*scored, method.name, set, lab_.threads());
    }
    const fs::path folder = method.Folder(set, sets_.size());
    if (!folder.empty()) return lab_.ScoreFolder(folder, set);
    section_.notes.push_back(fmt::format("{} has no folder for {}", method.name, set.name));
    return {};
  }

  Row Computed(const ComparedMethod& method, const Dataset& set) {
    const auto [scores, look] = Score(method, set);
    const std::string& name = method.Label();
    Row row{name, method.own_weights ? kOwnWeights : kComputed, {}};
    if (scores.images.empty()) return row;
    if (scores.images.size() != set.pairs.size()) {
      section_.notes.push_back(fmt::format(
          "{} has {} of the {} pairs of {}: its row (*) is of those alone and not compared",
          method.name, scores.images.size(), set.pairs.size(), set.title));
      row.method += "*";
      row.compared = false;
    }
    row.values = scores.Mean();
    row.look = look.Mean();
    for (std::size_t i = 0; i < scores.images.size(); ++i) {
      std::vector<std::string> line{set.name, name, scores.images[i]};
      for (const double value : scores.values[i]) line.push_back(CsvNumber(value));
      for (const double value : look.values[i]) line.push_back(CsvNumber(value));
      image_csv_ += CsvLine(line);
    }
    return row;
  }

  // The paper's methods in its order, each computed row above the printed one, which then takes no
  // part; AUIF and the user's methods; the paper's AUIF; the yardsticks.
  void AddSet(const Dataset& set) {
    const std::vector<PublishedRow> published = PublishedComparison(set.name);
    std::vector<Row> rows, own;
    for (const ComparedMethod& method : methods()) {
      if (method.paper_name.empty()) own.push_back(Computed(method, set));
    }
    const std::vector<double> auif = own.front().values;
    for (const PublishedRow& row : published) {
      if (row.method == kPaperMethod) continue;
      const auto method =
          std::find_if(methods().begin(), methods().end(),
                       [&](const ComparedMethod& m) { return m.paper_name == row.method; });
      const bool computed = method != methods().end();
      if (computed) {
        rows.push_back(Computed(*method, set));
        Reproduce(set, row, rows.back().values);
      }
      rows.push_back({row.method, kPrinted, row.values, !computed});
    }
    if (published.empty()) {
      for (const ComparedMethod& method : methods()) {
        if (!method.paper_name.empty()) rows.push_back(Computed(method, set));
      }
    }
    rows.insert(rows.end(), own.begin(), own.end());
    for (const PublishedRow& row : published) {
      if (row.method != kPaperMethod) continue;
      rows.push_back({row.method, kPrinted, row.values, false});
      Reproduce(set, row, auif);
      for (std::size_t m = 0; m < auif.size(); ++m) {
        double best = -1e300;
        for (const PublishedRow& other : published) {
          if (other.method != kPaperMethod) best = std::max(best, other.values[m]);
        }
        ++cells_;
        above_ += auif[m] > best ? 1 : 0;
      }
    }
    AddYardsticks(set, rows);
    for (const Row& row : rows) {
      std::vector<std::string> line{set.name, row.method, row.origin,
                                    std::to_string(set.pairs.size())};
      for (std::size_t m = 0; m < PaperMetrics().size(); ++m) {
        line.push_back(row.values.empty() ? "" : CsvNumber(row.values[m]));
      }
      for (std::size_t m = 0; m < LookMetrics().size(); ++m) {
        line.push_back(row.look.empty() ? "" : CsvNumber(row.look[m]));
      }
      csv_ += CsvLine(line);
    }
    section_.tables.push_back(Table(set, rows));
    section_.tables.push_back(LookTable(set, rows));
  }

  // They take no part in the comparison, but where one is above all that do, that is said.
  void AddYardsticks(const Dataset& set, std::vector<Row>& rows) {
    std::vector<Row> yardsticks;
    for (const ComparedMethod& method : yardsticks_) {
      yardsticks.push_back(Computed(method, set));
      yardsticks.back().origin = kYardstick;
      yardsticks.back().compared = false;
    }
    // Metrics by the yardstick that is above the others.
    std::map<std::string, std::string> above;
    for (std::size_t m = 0; m < PaperMetrics().size(); ++m) {
      const Row* const best = Best(rows, m, true);
      if (!best) continue;
      ++yardstick_cells_;
      const Row* const most = Best(yardsticks, m, false);
      if (!most || Printed(most->values[m]) <= Printed(best->values[m])) continue;
      ++yardsticks_above_;
      std::string& metrics = above[most->method];
      metrics += (metrics.empty() ? "" : ", ") + PaperMetrics()[m];
    }
    for (const auto& [method, metrics] : above) {
      where_above_ += fmt::format("{} {} by {} on {}", where_above_.empty() ? ":" : ";", metrics,
                                  method, set.title);
    }
    rows.insert(rows.end(), yardsticks.begin(), yardsticks.end());
  }

  void Reproduce(const Dataset& set, const PublishedRow& row, const std::vector<double>& own) {
    ReproducedRow beside{"Table 3, " + set.title, row.method, PaperMetrics(), {}, {}};
    for (std::size_t m = 0; m < own.size(); ++m) {
      beside.paper.push_back(FourDigits(row.values[m]));
      beside.ours.push_back(FourDigits(own[m]));
    }
    section_.reproduced.push_back(std::move(beside));
  }

  void AddCosts() {
    ReportTable table{fmt::format("Cost of one pair of {} x {} pixels on one thread",
                                  costly_.size.width, costly_.size.height),
                      {"method", "parameters", "seconds", "memory, MiB"},
                      {}};
    std::string csv = CsvLine({"method", "parameters", "seconds", "bytes"});
    std::vector<ComparedMethod> all = methods();
    all.insert(all.end(), yardsticks_.begin(), yardsticks_.end());
    for (const ComparedMethod& method : all) {
      if (!method.method) continue;
      const std::string& name = method.Label();
      const std::string parameters = std::to_string(method.method->Parameters());
      const MethodCost cost = lab_.Cost(*method.method, method.name, *costly_.set, *costly_.pair);
      table.rows.push_back({{name},
                            {parameters},
                            {fmt::format("{:.3g}", cost.seconds)},
                            {cost.bytes ? fmt::format("{:.0f}", *cost.bytes / (1 << 20)) : "–"}});
      csv += CsvLine({name, parameters, CsvNumber(cost.seconds),
                      cost.bytes ? fmt::format("{:.0f}", *cost.bytes) : ""});
    }
    section_.tables.push_back(std::move(table));
    lab_.WriteCsv(section_, "compare-cost.csv", csv);
  }

  void Describe() {
    section_.text = {
        "Means over the test sets; higher is better. Best in bold, second underlined. A computed "
        "row is of images that were fused here; below it, in grey, stands what the paper prints, "
        "which takes part only where nothing was computed.",
        "Yardsticks need no method at all: the brighter source per pixel (maximum), the average, a "
        "copy of either source (infrared, visible), and a closed form without anything learned. "
        "They take no part. Where one is above the best method, that metric rewards something "
        "else than fusion, or the methods do not earn their cost.",
        "The table below each says what the six metrics do not see. HK, heat kept: the contrast of "
        "the hottest percent against its surroundings, as a share of the infrared image's. NM, "
        "noise made: the noise in flat parts, against the noisier source's. Dark and Bright: "
        "pixels at or below level 5, at or above 250; to be compared with what the sources have, "
        "in the rows infrared and visible."};
    section_.notes.push_back(fmt::format("a yardstick is above the best method in {} of {} cells{}",
                                         yardsticks_above_, yardstick_cells_, where_above_));
    if (costly_.pair) {
      section_.text.push_back(
          "The last table is of the largest test pair, fused by one thread with nothing beside it: "
          "the median of three runs, or one run where it takes seconds, and the largest memory use "
          "beside the sources and the method's weights.");
    }
    if (cells_ > 0) {
      const KnownModel& model = lab_.model();
      section_.text.push_back(
          fmt::format("{} is above the best printed row of the eight other methods in {} of {} "
                      "cells.",
                      methods().front().name, above_, cells_));
      section_.deviations.push_back(fmt::format(
          "AUIF's model is another than the paper's: trained by this project from its own random "
          "start ({}). Trainings differ by as much as the two rows do; the section on robustness "
          "shows by how much.",
          model.name));
      for (const ComparedMethod& method : methods()) {
        if (!method.own_weights || method.paper_name.empty()) continue;
        section_.deviations.push_back(method.paper_name +
                                      ": with weights of this project's own, not its authors'.");
      }
    }
    section_.options["model"] =
        lab_.model().name + " (" + lab_.model().model.config.FormName() + ")";
    lab_.WriteCsv(section_, "compare.csv", csv_);
    lab_.WriteCsv(section_, "compare-images.csv", image_csv_);
  }

  Lab& lab_;
  const std::vector<const Dataset*> sets_;
  const ComparedMethods compared_;
  const std::vector<ComparedMethod> yardsticks_;
  const CostlyPair costly_;
  Section section_;
  std::string csv_ = CsvLine({"dataset", "method", "origin", "pairs", "EN", "SD", "SF", "VIF", "AG",
                              "SCD", "HK", "NM", "Dark", "Bright"});
  std::string image_csv_ = CsvLine({"dataset", "method", "image", "EN", "SD", "SF", "VIF", "AG",
                                    "SCD", "HK", "NM", "Dark", "Bright"});
  int cells_ = 0, above_ = 0;  // of AUIF's, above all printed rows of others
  // Cells where there is a method to compare with, and those where a yardstick is above it.
  int yardstick_cells_ = 0, yardsticks_above_ = 0;
  std::string where_above_;  // in words
};

}  // namespace

Section RunCompare(Lab& lab) { return Comparison(lab).Run(); }

}  // namespace auif

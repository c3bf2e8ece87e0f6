#include "jobs/score_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "auif/error.h"
#include "base/text.h"
#include "io/csv.h"

namespace auif {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kUndefined = "undefined";
constexpr const char* kNotGiven = "-";  // in published numbers

enum class Mark { kNone, kBest, kSecond };

struct Cell {
  std::string text;
  Mark mark = Mark::kNone;
};

struct Table {
  std::vector<std::string> labels;  // headings of the label columns
  const std::vector<MetricInfo>* metrics;
  std::vector<TableRow> rows;
  bool marked = false;
};

std::string Digits(const TableRow& row, std::size_t metric, int digits) {
  const std::optional<double>& value = row.values[metric];
  if (value) return fmt::format("{:.{}g}", *value, digits);
  return row.published ? kNotGiven : kUndefined;
}

// Five digits as papers print them, never 1e+05.
std::string Printed(const TableRow& row, std::size_t metric) {
  const std::string text = Digits(row, metric, 5);
  return text.find("e+") != text.npos ? fmt::format("{:.0f}", *row.values[metric]) : text;
}

// The marks of one metric's column.
std::vector<Mark> MarkColumn(const Table& table, std::size_t metric) {
  const bool higher = (*table.metrics)[metric].direction == Direction::kHigherIsBetter;
  const auto rank = [&](const TableRow& row) -> std::optional<double> {
    if (!row.values[metric]) return std::nullopt;
    const double printed = std::stod(Printed(row, metric));
    return higher ? -printed : printed;
  };
  std::set<double> ranks;
  for (const TableRow& row : table.rows) {
    if (const auto r = rank(row)) ranks.insert(*r);
  }
  std::vector<Mark> marks(table.rows.size(), Mark::kNone);
  if (!table.marked || table.rows.size() < 2) return marks;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const auto r = rank(table.rows[i]);
    if (!r) continue;
    if (*r == *ranks.begin()) {
      marks[i] = Mark::kBest;
    } else if (*r == *std::next(ranks.begin())) {
      marks[i] = Mark::kSecond;
    }
  }
  return marks;
}

// Headings with arrows, then cells with five digits, row by row.
std::vector<std::vector<Cell>> Cells(const Table& table, const char* up, const char* down) {
  std::vector<std::vector<Cell>> lines(table.rows.size() + 1);
  for (const std::string& label : table.labels) lines[0].push_back({label});
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    for (const std::string& label : table.rows[i].labels) lines[i + 1].push_back({label});
  }
  for (std::size_t m = 0; m < table.metrics->size(); ++m) {
    const MetricInfo& metric = (*table.metrics)[m];
    const bool higher = metric.direction == Direction::kHigherIsBetter;
    lines[0].push_back({metric.name + " " + (higher ? up : down)});
    const std::vector<Mark> marks = MarkColumn(table, m);
    for (std::size_t i = 0; i < marks.size(); ++i) {
      lines[i + 1].push_back({Printed(table.rows[i], m), marks[i]});
    }
  }
  return lines;
}

// Characters, not bytes: names may be UTF-8.
std::size_t Width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::vector<std::size_t> ColumnWidths(const std::vector<std::vector<Cell>>& lines) {
  std::vector<std::size_t> widths(lines[0].size());
  for (const auto& line : lines) {
    for (std::size_t c = 0; c < line.size(); ++c) {
      widths[c] = std::max(widths[c], Width(line[c].text));
    }
  }
  return widths;
}

std::vector<std::vector<Cell>> Transposed(const std::vector<std::vector<Cell>>& lines) {
  std::vector<std::vector<Cell>> out(lines[0].size());
  for (const auto& line : lines) {
    for (std::size_t c = 0; c < line.size(); ++c) out[c].push_back(line[c]);
  }
  return out;
}

std::string AsColumns(const Table& table, bool terminal) {
  constexpr std::size_t kMostWidth = 100, kGap = 2;
  auto lines = Cells(table, "↑", "↓");
  std::vector<std::size_t> widths = ColumnWidths(lines);
  std::size_t labels = table.labels.size(), total = 0;
  for (const std::size_t width : widths) total += width + kGap;
  if (total > kMostWidth && lines.size() < lines[0].size()) {  // one row per metric then
    lines = Transposed(lines);
    lines[0][0].text = "metric";
    widths = ColumnWidths(lines);
    labels = 1;
  }
  std::string out;
  for (const auto& line : lines) {
    std::string text;
    for (std::size_t c = 0; c < line.size(); ++c) {
      const Cell& cell = line[c];
      const std::string pad(widths[c] - Width(cell.text), ' ');
      if (c > 0) text += std::string(kGap, ' ');
      if (c < labels) {
        text += cell.text + pad;
      } else if (terminal) {
        const char* code = cell.mark == Mark::kBest     ? "\x1b[1m"
                           : cell.mark == Mark::kSecond ? "\x1b[4m"
                                                        : "";
        text += pad + code + cell.text + (*code != '\0' ? "\x1b[0m" : "");
      } else {
        const char* sign = cell.mark == Mark::kBest ? "*" : cell.mark == Mark::kSecond ? "+" : " ";
        text += pad + cell.text + (table.marked ? sign : "");
      }
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  }
  return out;
}

std::string AsMarkdown(const Table& table) {
  std::string out;
  const auto lines = Cells(table, "↑", "↓");
  for (std::size_t i = 0; i < lines.size(); ++i) {
    for (const Cell& cell : lines[i]) {
      std::string text;
      for (const char c : cell.text)
        text += fmt::format("{}{}", c == '|' || c == '_' ? "\\" : "", c);
      if (cell.mark == Mark::kBest) text = fmt::format("**{}**", text);
      if (cell.mark == Mark::kSecond) text = fmt::format("<u>{}</u>", text);
      out += fmt::format("| {} ", text);
    }
    out += "|\n";
    if (i > 0) continue;
    for (std::size_t c = 0; c < lines[0].size(); ++c) {
      out += c < table.labels.size() ? "|---" : "|--:";
    }
    out += "|\n";
  }
  return out;
}

std::string LatexEscaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\textbackslash{}";
    } else if (c == '~' || c == '^') {
      out += std::string("\\") + c + "{}";
    } else {
      if (std::string_view("&%$#_{}").find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
  }
  return out;
}

std::string AsLatex(const Table& table) {
  std::string out = "\\begin{tabular}{" + std::string(table.labels.size(), 'l') +
                    std::string(table.metrics->size(), 'r') + "}\n\\hline\n";
  // The arrows are commands already.
  const auto lines = Cells(table, "", "");
  for (std::size_t i = 0; i < lines.size(); ++i) {
    for (std::size_t c = 0; c < lines[i].size(); ++c) {
      std::string text = LatexEscaped(lines[i][c].text);
      if (i == 0 && c >= table.labels.size()) {
        const MetricInfo& metric = (*table.metrics)[c - table.labels.size()];
        text += metric.direction == Direction::kHigherIsBetter ? "$\\uparrow$" : "$\\downarrow$";
      }
      if (lines[i][c].mark == Mark::kBest) text = fmt::format("\\textbf{{{}}}", text);
      if (lines[i][c].mark == Mark::kSecond) text = fmt::format("\\underline{{{}}}", text);
      out += (c > 0 ? " & " : "") + text;
    }
    out += i == 0 ? " \\\\\n\\hline\n" : " \\\\\n";
  }
  return out + "\\hline\n\\end{tabular}\n";
}

std::string AsCsv(const Table& table) {
  std::vector<std::string> cells = table.labels;
  for (const MetricInfo& metric : *table.metrics) cells.push_back(metric.name);
  std::string out = CsvLine(cells);
  for (const TableRow& row : table.rows) {
    cells = row.labels;
    for (std::size_t m = 0; m < row.values.size(); ++m) cells.push_back(Digits(row, m, 12));
    out += CsvLine(cells);
  }
  return out;
}

Json ScoresAsJson(const std::vector<MetricInfo>& metrics, const Scores& scores) {
  Json out = Json::object();
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    out[metrics[m].name] = scores[m] ? Json(*scores[m]) : Json(nullptr);
  }
  return out;
}

Scores MeansOf(const MethodScores& method, std::size_t metrics) {
  Scores means(metrics);
  const std::vector<MetricMean> all = MeanScores(method.scores);
  for (std::size_t m = 0; m < all.size(); ++m) means[m] = all[m].mean;
  return means;
}

std::string AsJson(const EvaluateResult& result, const std::vector<TableRow>& baseline,
                   const ConventionInfo& convention, bool images) {
  Json out;
  out["convention"] = convention.name;
  out["summary"] = convention.summary;
  for (const MetricInfo& metric : result.metrics) {
    out["metrics"].push_back(
        {{"name", metric.name},
         {"id", metric.id},
         {"title", metric.title},
         {"unit", metric.unit},
         {"range", metric.range},
         {"better", metric.direction == Direction::kHigherIsBetter ? "higher" : "lower"},
         {"choices", metric.choices}});
  }
  out["baseline"] = Json::array();
  for (const TableRow& row : baseline) {
    out["baseline"].push_back(
        {{"name", row.labels[0]}, {"means", ScoresAsJson(result.metrics, row.values)}});
  }
  for (const MethodScores& method : result.methods) {
    Json entry{{"name", method.name},
               {"image_count", method.scores.size()},
               {"means", ScoresAsJson(result.metrics, MeansOf(method, result.metrics.size()))}};
    entry["undefined"] = Json::object();
    const std::vector<MetricMean> means = MeanScores(method.scores);
    for (std::size_t m = 0; m < means.size(); ++m) {
      if (means[m].undefined > 0) entry["undefined"][result.metrics[m].name] = means[m].undefined;
    }
    for (std::size_t i = 0; images && i < method.images.size(); ++i) {
      entry["images"].push_back({{"image", method.images[i]},
                                 {"scores", ScoresAsJson(result.metrics, method.scores[i])}});
    }
    out["methods"].push_back(std::move(entry));
  }
  // A file name need not be UTF-8; JSON must.
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string Format(const Table& table, TableFormat format) {
  switch (format) {
    case TableFormat::kCsv:
      return AsCsv(table);
    case TableFormat::kMarkdown:
      return AsMarkdown(table);
    case TableFormat::kLatex:
      return AsLatex(table);
    default:
      return AsColumns(table, format == TableFormat::kTerminal);
  }
}

std::optional<double> ParseValue(const std::string& cell, const std::filesystem::path& path) {
  if (cell.empty() || cell == kNotGiven || cell == kUndefined) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc() || end != cell.data() + cell.size() || !std::isfinite(value)) {
    throw Error(ErrorKind::kInput, "'" + cell + "' is not a number", path.string());
  }
  return value;
}

}  // namespace

std::vector<TableRow> ReadBaseline(const std::filesystem::path& path,
                                   const std::vector<MetricInfo>& metrics) {
  const CsvTable csv = ReadCsv(path);
  std::vector<std::size_t> columns(metrics.size(), 0);  // 0, the method's: not there
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    for (std::size_t c = 1; c < csv.header.size(); ++c) {
      if (Lower(csv.header[c]) == Lower(metrics[m].name)) columns[m] = c;
    }
  }
  if (std::all_of(columns.begin(), columns.end(), [](std::size_t c) { return c == 0; })) {
    throw Error(ErrorKind::kInput, "has a column for none of the metrics", path.string(),
                "the first line names them: method," + metrics.front().name + ",...");
  }
  std::vector<TableRow> rows;
  for (const std::vector<std::string>& cells : csv.rows) {
    TableRow row{{cells[0]}, {}, true};
    for (const std::size_t c : columns) {
      row.values.push_back(c == 0 ? std::nullopt : ParseValue(cells[c], path));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string FormatMeans(const EvaluateResult& result, const std::vector<TableRow>& baseline,
                        const ConventionInfo& convention, TableFormat format) {
  if (format == TableFormat::kJson) return AsJson(result, baseline, convention, false);
  // Means over different images are not compared.
  const bool same = std::all_of(result.methods.begin(), result.methods.end(), [&](const auto& m) {
    return m.images == result.methods.front().images;
  });
  Table table{{"method"}, &result.metrics, baseline, same};
  for (const MethodScores& method : result.methods) {
    const std::size_t images = method.images.size();
    const bool counted = !same && format != TableFormat::kCsv;
    const std::string count =
        counted ? fmt::format(" ({} {})", images, images == 1 ? "image" : "images") : "";
    table.rows.push_back({{method.name + count}, MeansOf(method, result.metrics.size()), false});
  }
  return Format(table, format);
}

std::string FormatImages(const EvaluateResult& result, const ConventionInfo& convention,
                         TableFormat format) {
  if (format == TableFormat::kJson) return AsJson(result, {}, convention, true);
  const bool several = result.methods.size() > 1;
  Table table{{"image"}, &result.metrics, {}, false};
  if (several) table.labels.insert(table.labels.begin(), "method");
  for (const MethodScores& method : result.methods) {
    for (std::size_t i = 0; i < method.images.size(); ++i) {
      TableRow row{{method.images[i]}, method.scores[i], false};
      if (several) row.labels.insert(row.labels.begin(), method.name);
      table.rows.push_back(std::move(row));
    }
  }
  return Format(table, format);
}

}  // namespace auif

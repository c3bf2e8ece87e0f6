#include "io/csv.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "auif/error.h"
#include "io/atomic_file.h"

namespace auif {
namespace {

std::string Trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// Takes the cells of one line from the front of `text`.
std::vector<std::string> TakeLine(std::string_view& text) {
  std::vector<std::string> cells;
  std::string cell;
  bool quoted = false, was_quoted = false;
  const auto finish = [&] {
    cells.push_back(was_quoted ? cell : Trimmed(cell));
    cell.clear();
    was_quoted = false;
  };
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c != '"') {
        cell += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        cell += text[++i];
      } else {
        quoted = false;
      }
    } else if (c == '"' && Trimmed(cell).empty()) {
      cell.clear();
      quoted = was_quoted = true;
    } else if (c == ',') {
      finish();
    } else if (c == '\n') {
      break;
    } else if (!was_quoted) {
      cell += c;
    }
  }
  finish();
  text.remove_prefix(std::min(i + 1, text.size()));
  return cells;
}

}  // namespace

CsvTable ReadCsv(const std::filesystem::path& path) {
  const std::string bytes = ReadFile(path);
  std::string_view text = bytes;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  CsvTable table;
  for (int line = 1; !text.empty(); ++line) {
    std::vector<std::string> cells = TakeLine(text);
    if (cells.size() == 1 && cells[0].empty()) continue;
    if (table.header.empty()) {
      table.header = std::move(cells);
    } else if (cells.size() == table.header.size()) {
      table.rows.push_back(std::move(cells));
    } else {
      throw Error(ErrorKind::kInput,
                  "line " + std::to_string(line) + " has " + std::to_string(cells.size()) +
                      " cells, the header " + std::to_string(table.header.size()),
                  path.string());
    }
  }
  if (table.header.empty()) throw Error(ErrorKind::kInput, "the file is empty", path.string());
  return table;
}

std::string CsvLine(const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line += ',';
    if (cells[i].find_first_of(",\"\r\n") == std::string::npos) {
      line += cells[i];
      continue;
    }
    line += '"';
    for (const char c : cells[i]) line += c == '"' ? std::string("\"\"") : std::string(1, c);
    line += '"';
  }
  return line + '\n';
}

}  // namespace auif

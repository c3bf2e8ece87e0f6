// Tables as comma-separated values (RFC 4180).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace auif {

struct CsvTable {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  // each as long as the header
};

// Reads a file with a header line. Cells may be quoted; spaces around them, a byte order mark,
// carriage returns and empty lines are dropped. Throws Error (kInput), with the line's number, for
// a row that is not as long as the header, and for a file without a header.
CsvTable ReadCsv(const std::filesystem::path& path);

// One line with its end; cells are quoted where they must be.
std::string CsvLine(const std::vector<std::string>& cells);

}  // namespace auif

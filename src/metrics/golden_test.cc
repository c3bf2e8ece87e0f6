// The published conventions against values that their own programs gave.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <sstream>

#include "auif/metrics.h"
#include "tests/shared_data.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

struct Csv {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
};

Csv ReadCsv(const fs::path& path) {
  std::ifstream file(path);
  Csv csv;
  for (std::string line; std::getline(file, line);) {
    std::vector<std::string> cells;
    if (line.ends_with('\r')) line.pop_back();
    std::istringstream in(line);
    for (std::string cell; std::getline(in, cell, ',');) cells.push_back(cell);
    if (csv.header.empty()) {
      csv.header = cells;
    } else {
      csv.rows.push_back(cells);
    }
  }
  return csv;
}

ImageChannels Read(const fs::path& stem) {
  for (const char* extension : {".png", ".jpg", ".bmp"}) {
    const fs::path path = stem.string() + extension;
    if (!fs::exists(path)) continue;
    const cv::Mat mat = cv::imread(path, cv::IMREAD_UNCHANGED);
    ImageChannels picture;
    for (int c = mat.channels() - 1; c >= 0; --c) {  // OpenCV has blue first
      Plane<double> plane(mat.cols, mat.rows);
      for (int y = 0; y < mat.rows; ++y) {
        for (int x = 0; x < mat.cols; ++x) plane.Row(y)[x] = mat.ptr(y)[x * mat.channels() + c];
      }
      picture.channels.push_back(std::move(plane));
    }
    return picture;
  }
  ADD_FAILURE() << "no picture " << stem;
  return {};
}

// Scores every row of a CSV whose first two columns tell which picture it is.
template <typename Paths>
std::vector<Scores> ScoreRows(const Csv& csv, const Evaluator& evaluator, Paths paths) {
  return evaluator.ScoreMany(csv.rows.size(), [&](std::size_t i) {
    const auto [ir, vis, fused] = paths(csv.rows[i][0], csv.rows[i][1]);
    return FusionResult{Read(ir), Read(vis), Read(fused)};
  });
}

std::vector<std::string> MetricColumns(const Csv& csv) {
  return {csv.header.begin() + 2, csv.header.end()};
}

struct Paths {
  fs::path ir, vis, fused;
};

void ExpectRelative(const Csv& csv, const std::vector<Scores>& scores, double tolerance) {
  for (std::size_t m = 2; m < csv.header.size(); ++m) {
    double worst = 0;
    for (std::size_t i = 0; i < csv.rows.size(); ++i) {
      ASSERT_TRUE(scores[i][m - 2].has_value());
      const double expected = std::stod(csv.rows[i][m]);
      const double error = std::abs(*scores[i][m - 2] - expected) / std::abs(expected);
      EXPECT_LE(error, tolerance) << csv.header[m] << " of " << csv.rows[i][0] << "/"
                                  << csv.rows[i][1] << ": " << *scores[i][m - 2] << " for "
                                  << expected;
      worst = std::max(worst, error);
    }
    ::testing::Test::RecordProperty(csv.header[m], std::to_string(worst));
    std::printf("%s worst %.3g\n", csv.header[m].c_str(), worst);
  }
}

class GoldenTest : public ::testing::Test {
 protected:
  void SetUp() override {
    AUIF_NEED_SHARED("golden/metrics");
    shared_ = SharedDir();
  }
  Paths Authors(const std::string& set, const std::string& image) const {
    return {shared_ / "data" / set / "ir" / image, shared_ / "data" / set / "vis" / image,
            shared_ / "golden/authors/results" / set / image};
  }
  fs::path shared_;
};

TEST_F(GoldenTest, AuifPaper) {
  const Csv csv = ReadCsv(shared_ / "golden/metrics/auif-paper.csv");
  const Evaluator evaluator("auif-paper", MetricColumns(csv));
  ExpectRelative(csv, ScoreRows(csv, evaluator, [&](auto& a, auto& b) { return Authors(a, b); }),
                 1e-6);
}

TEST_F(GoldenTest, Cddfuse) {
  const Csv csv = ReadCsv(shared_ / "golden/metrics/cddfuse.csv");
  std::vector<std::string> columns;
  const Evaluator evaluator("cddfuse", MetricColumns(csv));
  ExpectRelative(csv, ScoreRows(csv, evaluator, [&](auto& a, auto& b) { return Authors(a, b); }),
                 1e-6);
}

TEST_F(GoldenTest, Tang) {
  const fs::path folder = shared_ / "golden/metrics/tang";
  const Csv csv = ReadCsv(folder / "values.csv");
  const Evaluator evaluator("tang", MetricColumns(csv));
  ExpectRelative(
      csv,
      ScoreRows(
          csv, evaluator,
          [&](const std::string& method, const std::string& image) {
            return Paths{folder / "ir" / image, folder / "vis" / image, folder / method / image};
          }),
      1e-6);
}

// The benchmark printed five digits, so a value is right or wrong to the last of them.
TEST_F(GoldenTest, Vifb) {
  const fs::path folder = shared_ / "golden/metrics/vifb";
  const Csv csv = ReadCsv(folder / "values.csv");
  const Evaluator evaluator("vifb", MetricColumns(csv));
  const std::vector<Scores> scores =
      ScoreRows(csv, evaluator, [&](const std::string& method, const std::string& image) {
        return Paths{folder / "ir" / image, folder / "vis" / image, folder / method / image};
      });
  for (std::size_t m = 2; m < csv.header.size(); ++m) {
    std::size_t equal = 0;
    for (std::size_t i = 0; i < csv.rows.size(); ++i) {
      ASSERT_TRUE(scores[i][m - 2].has_value());
      char printed[32];
      std::snprintf(printed, sizeof(printed), "%.5g", *scores[i][m - 2]);
      if (printed == csv.rows[i][m])
        ++equal;
      else
        std::printf("%s %s %s: %s for %s\n", csv.header[m].c_str(), csv.rows[i][0].c_str(),
                    csv.rows[i][1].c_str(), printed, csv.rows[i][m].c_str());
    }
    std::printf("%s %zu of %zu\n", csv.header[m].c_str(), equal, csv.rows.size());
  }
}

}  // namespace
}  // namespace auif

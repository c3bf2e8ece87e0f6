// The conventions against values that the published programs gave, on other people's images.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "auif/io.h"
#include "auif/metrics.h"
#include "io/csv.h"
#include "tests/every_variant.h"
#include "tests/shared_data.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

// What is left are sums in other orders.
constexpr double kRounding = 1e-10;

struct Paths {
  fs::path ir, vis, fused;  // without extensions
};

Image Read(const fs::path& stem) {
  const fs::path png = stem.string() + ".png";
  return ReadImage(fs::exists(png) ? png : fs::path(stem.string() + ".jpg"));
}

Paths OfAuthors(const std::string& set, const std::string& image) {
  return {SharedDir() / "data" / set / "ir" / image, SharedDir() / "data" / set / "vis" / image,
          SharedDir() / "golden/authors/results" / set / image};
}

// Where tests are slow, every so-manieth image will do.
constexpr std::size_t kPart = 16;

// A table of published values: the first two columns say which image, the others are metrics.
class Golden {
 public:
  Golden(const std::string& convention, const fs::path& csv,
         Paths (*paths)(const std::string&, const std::string&))
      : csv_(ReadCsv(SharedDir() / "golden/metrics" / csv)) {
    if (kSlow) {
      for (std::size_t i = 0; i * kPart < csv_.rows.size(); ++i)
        csv_.rows[i] = csv_.rows[i * kPart];
      csv_.rows.resize((csv_.rows.size() + kPart - 1) / kPart);
    }
    const std::vector<std::string> metrics(csv_.header.begin() + 2, csv_.header.end());
    scores_ = Evaluator(convention, metrics).ScoreMany(csv_.rows.size(), [&](std::size_t i) {
      const Paths files = paths(csv_.rows[i][0], csv_.rows[i][1]);
      return FusionResult{Read(files.ir), Read(files.vis), Read(files.fused)};
    });
  }

  const CsvTable& csv() const { return csv_; }
  std::string Where(std::size_t row, std::size_t column) const {
    return csv_.header[column] + " of " + csv_.rows[row][0] + " " + csv_.rows[row][1];
  }
  double Expected(std::size_t row, std::size_t column) const {
    return std::stod(csv_.rows[row][column]);
  }
  // NaN where undefined, which equals nothing.
  double Value(std::size_t row, std::size_t column) const {
    return scores_[row][column - 2].value_or(std::nan(""));
  }
  const std::vector<Scores>& scores() const { return scores_; }

  // loose: a metric with its own tolerance.
  void ExpectNear(const std::string& loose = {}, double tolerance = 0) const {
    for (std::size_t row = 0; row < csv_.rows.size(); ++row) {
      for (std::size_t column = 2; column < csv_.header.size(); ++column) {
        const double relative = csv_.header[column] == loose ? tolerance : kRounding;
        EXPECT_NEAR(Value(row, column), Expected(row, column),
                    relative * std::abs(Expected(row, column)))
            << Where(row, column);
      }
    }
  }

 private:
  CsvTable csv_;
  std::vector<Scores> scores_;
};

TEST(MetricsGoldenTest, AuifPaper) {
  AUIF_NEED_SHARED("golden/metrics/auif-paper.csv");
  const Golden golden("auif-paper", "auif-paper.csv", OfAuthors);
  golden.ExpectNear();

  if (kSlow) return;
  // Table 3 of the paper, FLIR, in its own digits.
  std::vector<Scores> flir;
  for (std::size_t row = 0; row < golden.csv().rows.size(); ++row) {
    if (golden.csv().rows[row][0] == "flir-test") flir.push_back(golden.scores()[row]);
  }
  ASSERT_EQ(flir.size(), 40u);
  const std::vector<MetricMean> means = MeanScores(flir);
  EXPECT_EQ(fmt::format("{:.4f} {:.4f} {:.3f} {:.4f} {:.2f} {:.4f}", *means[0].mean, *means[1].mean,
                        *means[2].mean, *means[3].mean, *means[4].mean, *means[5].mean),
            "7.4546 47.5765 19.943 0.6404 5.94 1.8795");
}

TEST(MetricsGoldenTest, Cddfuse) {
  AUIF_NEED_SHARED("golden/metrics/cddfuse.csv");
  // VIF: where a variance is hardly above the guard 1e-10, rounding errors decide on which side it
  // falls; the published program filters in two dimensions at once and rounds otherwise. It shows
  // in one image, by 1.1e-7.
  Golden("cddfuse", "cddfuse.csv", OfAuthors).ExpectNear("VIF", 2e-7);
}

TEST(MetricsGoldenTest, Tang) {
  AUIF_NEED_SHARED("golden/metrics/tang/values.csv");
  Golden("tang", "tang/values.csv", [](const std::string& method, const std::string& image) {
    const fs::path folder = SharedDir() / "golden/metrics/tang";
    return Paths{folder / "ir" / image, folder / "vis" / image, folder / method / image};
  }).ExpectNear();
}

TEST(MetricsGoldenTest, Vifb) {
  AUIF_NEED_SHARED("golden/metrics/vifb/values.csv");
  const Golden golden(
      "vifb", "vifb/values.csv", [](const std::string& method, const std::string& image) {
        const fs::path folder = SharedDir() / "golden/metrics/vifb";
        return Paths{folder / "ir" / image, folder / "vis" / image, folder / method / image};
      });
  for (std::size_t row = 0; row < golden.csv().rows.size(); ++row) {
    for (std::size_t column = 2; column < golden.csv().header.size(); ++column) {
      // The benchmark printed five digits.
      EXPECT_EQ(fmt::format("{:.5g}", golden.Value(row, column)), golden.csv().rows[row][column])
          << golden.Where(row, column);
    }
  }
}

}  // namespace
}  // namespace auif

// CSR: the published image, the sparse codes against what makes them the best ones, and bad files.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "auif/io.h"
#include "auif/method.h"
#include "io/safetensors.h"
#include "methods/sparse_coding.h"
#include "tests/every_variant.h"
#include "tests/expect_error.h"
#include "tests/random_model.h"
#include "tests/run_program.h"
#include "tests/shared_data.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

// Patterns of length 1.
Dictionary RandomDictionary(int count, int height, int width) {
  std::mt19937 bits(7);
  Dictionary dictionary{count, height, width, {}};
  for (int m = 0; m < count; ++m) {
    std::vector<double> values;
    double norm = 0;
    for (int i = 0; i < height * width; ++i) {
      values.push_back(bits() / 4294967296.0 - 0.5);
      norm += values.back() * values.back();
    }
    for (const double value : values) {
      dictionary.filters.push_back(static_cast<float>(value / std::sqrt(norm)));
    }
  }
  return dictionary;
}

cv::Mat RandomDetail(int width, int height) {
  const Plane<float> image = RandomImage(width, height, 3);
  cv::Mat detail(height, width, CV_64F);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) detail.at<double>(y, x) = double{image.Row(y)[x]} - 0.5;
  }
  return detail;
}

// The problem, written down pixel by pixel.
class PlainProblem {
 public:
  PlainProblem(const Dictionary& dictionary, const cv::Mat& image, double lambda)
      : d_(dictionary), image_(image), lambda_(lambda) {}

  std::vector<cv::Mat> Zeros() const {
    std::vector<cv::Mat> maps;
    for (int m = 0; m < d_.count; ++m) maps.emplace_back(cv::Mat::zeros(image_.size(), CV_64F));
    return maps;
  }
  // sum_m d_m * x_m - s.
  cv::Mat Error(const std::vector<cv::Mat>& maps) const {
    cv::Mat error = -image_;
    ForEachTap([&](int m, double tap, int at, int to) {
      error.ptr<double>()[to] += tap * maps[m].ptr<double>()[at];
    });
    return error;
  }
  std::vector<cv::Mat> Gradient(const cv::Mat& error) const {
    std::vector<cv::Mat> gradient = Zeros();
    ForEachTap([&](int m, double tap, int at, int to) {
      gradient[m].ptr<double>()[at] += tap * error.ptr<double>()[to];
    });
    return gradient;
  }
  double Objective(const std::vector<cv::Mat>& maps) const {
    const cv::Mat error = Error(maps);
    double sum = 0.5 * error.dot(error);
    for (const cv::Mat& map : maps) sum += lambda_ * cv::norm(map, cv::NORM_L1);
    return sum;
  }
  // By many short steps down the gradient, each followed by shrinking.
  double LeastObjective(int steps) const {
    std::vector<cv::Mat> maps = Zeros(), point = maps;
    const double length = 1.0 / (d_.count * d_.height * d_.width);
    double t = 1;
    for (int i = 0; i < steps; ++i) {
      const std::vector<cv::Mat> gradient = Gradient(Error(point));
      const double next = (1 + std::sqrt(1 + 4 * t * t)) / 2;
      for (int m = 0; m < d_.count; ++m) {
        cv::Mat moved = point[m] - length * gradient[m];
        moved = cv::max(moved - length * lambda_, 0) + cv::min(moved + length * lambda_, 0);
        point[m] = moved + (t - 1) / next * (moved - maps[m]);
        maps[m] = moved;
      }
      t = next;
    }
    return Objective(maps);
  }

 private:
  // f(map, tap, where its value is, which pixel it adds to).
  template <typename F>
  void ForEachTap(const F& f) const {
    for (int m = 0; m < d_.count; ++m) {
      for (int i = 0; i < d_.height; ++i) {
        for (int j = 0; j < d_.width; ++j) {
          const double tap = d_.filters[(m * d_.height + i) * d_.width + j];
          for (int y = 0; y < image_.rows; ++y) {
            for (int x = 0; x < image_.cols; ++x) {
              f(m, tap, y * image_.cols + x,
                (y + i) % image_.rows * image_.cols + (x + j) % image_.cols);
            }
          }
        }
      }
    }
  }

  const Dictionary& d_;
  cv::Mat image_;
  double lambda_;
};

struct Case {
  int width, height, patterns, rows, columns;
};
// Also images smaller than the patterns, which wrap around, and more patterns than one group of 32.
const Case kCases[] = {{12, 10, 5, 3, 4}, {5, 3, 4, 8, 8}, {1, 7, 3, 2, 2}, {9, 13, 37, 3, 3}};
constexpr double kLambda = 0.05;

std::vector<cv::Mat> Dense(const SparseMaps& maps, int count) {
  std::vector<cv::Mat> dense;
  for (int m = 0; m < count; ++m) {
    dense.emplace_back(cv::Mat::zeros(maps.size.height, maps.size.width, CV_64F));
  }
  for (int y = 0; y < maps.size.height; ++y) {
    for (const SparseMaps::Entry& e : maps.rows[y]) {
      dense[e.map].at<double>(y, e.x) = double{e.value};
    }
  }
  return dense;
}

// The lasso's conditions: the gradient of the squared error is -lambda sign(x) where x is not 0,
// and not larger elsewhere.
TEST(SparseCodingTest, CodesAreOptimal) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(std::to_string(c.width) + "x" + std::to_string(c.height));
    const Dictionary dictionary = RandomDictionary(c.patterns, c.rows, c.columns);
    const cv::Mat image = RandomDetail(c.width, c.height);
    SparseCoder coder(dictionary, {c.width, c.height}, {kLambda, 20000, 1e-5}, 2);
    const SparseMaps maps = coder.Code(image, {});
    ASSERT_LT(maps.iterations, 20000);
    const PlainProblem problem(dictionary, image, kLambda);
    const std::vector<cv::Mat> x = Dense(maps, c.patterns),
                               gradient = problem.Gradient(problem.Error(x));
    int values = 0;
    for (int m = 0; m < c.patterns; ++m) {
      for (int y = 0; y < c.height; ++y) {
        for (int u = 0; u < c.width; ++u) {
          const double value = x[m].at<double>(y, u), g = gradient[m].at<double>(y, u);
          if (value != 0) {
            ++values;
            ASSERT_NEAR(g, -std::copysign(kLambda, value), 5e-4 * kLambda);
          } else {
            ASSERT_LE(std::abs(g), 1.0005 * kLambda);
          }
        }
      }
    }
    EXPECT_GT(values, 0);
    EXPECT_LT(values, c.patterns * c.width * c.height / 2);
  }
}

TEST(SparseCodingTest, ObjectiveIsThatOfALongPlainDescent) {
  for (const Case& c : kCases) {
    if (kSlow && c.patterns > 5) continue;
    SCOPED_TRACE(std::to_string(c.width) + "x" + std::to_string(c.height));
    const Dictionary dictionary = RandomDictionary(c.patterns, c.rows, c.columns);
    const cv::Mat image = RandomDetail(c.width, c.height);
    const PlainProblem problem(dictionary, image, kLambda);
    const double least = problem.LeastObjective(1000);
    const auto objective = [&](double tolerance) {
      SparseCoder coder(dictionary, {c.width, c.height}, {kLambda, 20000, tolerance}, 1);
      return problem.Objective(Dense(coder.Code(image, {}), c.patterns));
    };
    EXPECT_NEAR(objective(1e-5), least, 5e-5 * least);
    // Where the paper stops.
    EXPECT_NEAR(objective(1e-3), least, 1e-4 * least);
  }
}

TEST(SparseCodingTest, SynthesisIsTheSumOfPatterns) {
  for (const Case& c : kCases) {
    const Dictionary dictionary = RandomDictionary(c.patterns, c.rows, c.columns);
    const cv::Mat image = RandomDetail(c.width, c.height);
    SparseCoder coder(dictionary, {c.width, c.height}, {kLambda, 50, 1e-3}, 2);
    const SparseMaps maps = coder.Code(image, {});
    const cv::Mat plain =
        PlainProblem(dictionary, image, kLambda).Error(Dense(maps, c.patterns)) + image;
    EXPECT_LE(cv::norm(Synthesis(dictionary, maps, 2), plain, cv::NORM_INF), 1e-12);
  }
}

// The authors' result, to one grey level: of 65536 pixels a few round to the other side.
TEST(CsrTest, PublishedImage) {
  AUIF_NEED_SHARED("golden/comparators/csr");
  const std::filesystem::path golden = SharedDir() / "golden/comparators/csr";
  const auto read = [&](const char* name) { return ReadImage(golden / "multi-focus" / name); };
  const auto method = OpenMethod(
      "csr",
      {{"mode", "multi-focus"}, {"dictionary", (golden / "dictionary.safetensors").string()}});
  const Plane<std::uint8_t> expected = read("s01_csr.png").GreyAs<std::uint8_t>();
  const Plane<std::uint8_t> fused =
      Image(method->Fuse(read("s01_1.png").Grey(), read("s01_2.png").Grey()))
          .GreyAs<std::uint8_t>();
  int different = 0;
  for (int y = 0; y < expected.height(); ++y) {
    for (int x = 0; x < expected.width(); ++x) {
      const int d = std::abs(fused.Row(y)[x] - expected.Row(y)[x]);
      ASSERT_LE(d, 1) << x << "," << y;
      different += d;
    }
  }
  EXPECT_LE(different, 10);
}

// What the codes leave out is lost; the sparser, the more.
TEST(CsrTest, EqualSourcesComeBackUpToWhatCodingLeavesOut) {
  const Plane<float> image = RandomImage(40, 30, 3);
  double before = 1;
  for (const char* lambda : {"0.1", "0.01", "0.001"}) {
    const double difference =
        LargestDifference(OpenMethod("csr", {{"lambda", lambda}})->Fuse(image, image), image);
    EXPECT_LT(difference, before / 2) << lambda;
    before = difference;
  }
  EXPECT_LT(before, 0.003);
}

TEST(CsrTest, FlatSourcesComeBackExactly) {
  Plane<float> ir(20, 9), vis(20, 9);
  for (int y = 0; y < 9; ++y) {
    std::fill_n(ir.Row(y), 20, 0.25f);
    std::fill_n(vis.Row(y), 20, 0.75f);
  }
  const Plane<float> fused = OpenMethod("csr")->Fuse(ir, vis);
  for (int y = 0; y < 9; ++y) {
    for (int x = 0; x < 20; ++x) ASSERT_NEAR(fused.Row(y)[x], 0.5f, 1e-6);
  }
}

// Activities are equal only where there is nothing to choose.
TEST(CsrTest, TheSourcesMayBeSwapped) {
  const Plane<float> ir = RandomImage(40, 30, 4), vis = RandomImage(40, 30, 5);
  for (const char* mode : {"infrared-visible", "multi-focus"}) {
    const auto method = OpenMethod("csr", {{"mode", mode}});
    EXPECT_LE(LargestDifference(method->Fuse(ir, vis), method->Fuse(vis, ir)), 1e-6);
  }
}

// One side of each source is sharp, the other flat: the sharp ones are taken, base and all.
TEST(CsrTest, MultiFocusTakesTheSharpSide) {
  Plane<float> left = RandomImage(80, 24, 6), right = left;
  const Plane<float> sharp = left;
  for (int y = 0; y < 24; ++y) {
    for (int x = 0; x < 80; ++x) (x < 40 ? right : left).Row(y)[x] = 0.5f;
  }
  const Plane<float> fused =
      OpenMethod("csr", {{"mode", "multi-focus"}, {"radius", "4"}})->Fuse(left, right);
  double sum = 0;
  for (int y = 0; y < 24; ++y) {
    for (int x = 0; x < 80; ++x) {
      if (std::abs(x - 40) > 12) sum += std::abs(double{fused.Row(y)[x]} - sharp.Row(y)[x]);
    }
  }
  EXPECT_LT(sum / (24 * 55), 0.02);
}

TEST(CsrTest, ProgressGrowsAndStops) {
  const Plane<float> ir = RandomImage(20, 30, 4), vis = RandomImage(20, 30, 5);
  const auto method = OpenMethod("csr");
  double last = 0;
  int calls = 0;
  const Plane<float> fused = method->Fuse(ir, vis, [&](double done) {
    EXPECT_GE(done, last);
    EXPECT_LE(done, 1);
    last = done;
    return ++calls > 0;
  });
  EXPECT_GT(calls, 10);
  EXPECT_GT(last, 0.9);
  EXPECT_EQ(LargestDifference(fused, method->Fuse(ir, vis)), 0);
  for (const double stop : {0.0, 0.3, 0.7}) {
    EXPECT_TRUE(method->Fuse(ir, vis, [&](double done) { return done < stop; }).empty());
  }
}

TEST(CsrTest, OptionsThatMakeNoSenseAreRefused) {
  const std::pair<const char*, const char*> bad[] = {
      {"lambda", "0"},   {"lambda", "nan"}, {"iterations", "0"}, {"tolerance", "-1"},
      {"radius", "501"}, {"radius", "x"},   {"mode", "medical"}, {"base-lambda", "-1"}};
  for (const auto& [option, value] : bad) {
    ExpectError(ErrorKind::kUsage, std::string("csr: the option ") + option + " cannot be",
                [&, option = option, value = value] {
                  OpenMethod("csr", {{option, value}});
                });
  }
}

TEST(CsrTest, FilesThatAreNoDictionariesAreRefused) {
  const TemporaryFolder folder;
  const std::string file = (folder / "d.safetensors").string();
  const auto open = [&] { return OpenMethod("csr", {{"dictionary", file}}); };
  ExpectError(ErrorKind::kInput, "d.safetensors", open);
  WriteAll(file, "no dictionary");
  ExpectError(ErrorKind::kInput, "d.safetensors", open);
  const auto write = [&](const std::string& name, const Tensor& tensor) {
    WriteAll(file, SerializeSafetensors({{{name, tensor}}, {}}));
  };
  const auto pattern = [](std::vector<std::int64_t> shape) {
    std::size_t count = 1;
    for (const std::int64_t n : shape) count *= static_cast<std::size_t>(n);
    return Tensor{std::move(shape), std::vector<float>(count, 1)};
  };
  write("E", pattern({2, 3, 3}));
  ExpectError(ErrorKind::kInput, "tensor D is missing", open);
  for (const std::vector<std::int64_t>& shape : std::vector<std::vector<std::int64_t>>{
           {9}, {2, 3, 3, 1}, {0, 3, 3}, {257, 1, 1}, {1, 65, 1}, {1, 1, 65}}) {
    write("D", pattern(shape));
    ExpectError(ErrorKind::kInput, "tensor D has shape " + ShapeText(shape), open);
  }
  Tensor broken = pattern({2, 2, 2});
  for (const float value : {std::nanf(""), std::numeric_limits<float>::infinity(), 1e20f}) {
    broken.values[5] = value;
    write("D", broken);
    ExpectError(ErrorKind::kInput, "pattern 1 of tensor D is empty or not finite", open);
  }
  std::fill_n(broken.values.begin() + 4, 4, 0.0f);
  write("D", broken);
  ExpectError(ErrorKind::kInput, "pattern 1 of tensor D", open);
  // One that is: other patterns, other results, another content.
  write("D", pattern({2, 2, 2}));
  EXPECT_NE(open()->Content(), OpenMethod("csr")->Content());
  const Plane<float> image = RandomImage(16, 16, 1);
  EXPECT_GT(LargestDifference(open()->Fuse(image, image), OpenMethod("csr")->Fuse(image, image)),
            1e-3);
}

}  // namespace
}  // namespace auif

// What every method owes, whatever it computes.
#include "auif/method.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "base/text.h"
#include "io/safetensors.h"
#include "methods/onnx_test_util.h"
#include "methods/random_vgg19.h"
#include "tests/expect_error.h"
#include "tests/random_model.h"
#include "tests/run_program.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

bool InRange(const Plane<float>& plane) {
  for (int y = 0; y < plane.height(); ++y) {
    for (int x = 0; x < plane.width(); ++x) {
      if (!(plane.Row(y)[x] >= 0 && plane.Row(y)[x] <= 1)) return false;
    }
  }
  return true;
}

// What a method needs to be opened: random weights where it has none of its own, a network.
MethodSettings NeededBy(const MethodInfo& info) {
  if (info.name == "onnx") {
    static const TemporaryFolder folder;
    const std::string file = (folder / "network.onnx").string();
    WriteAll(file, onnx::WeightedSum(0.7f, 0.4f).Bytes());
    return {{"file", file}};
  }
  if (info.name != "imagefuse") return {};
  static const TemporaryFolder folder;
  const std::string file = (folder / "vgg.safetensors").string();
  if (!std::filesystem::exists(file)) WriteAll(file, SerializeSafetensors(RandomVgg19()));
  return {{"weights", file}};
}

std::unique_ptr<FusionMethod> Open(const MethodInfo& info, int threads = 0) {
  return OpenMethod(info.name, NeededBy(info), threads);
}

template <typename F>
void ForEachMethod(const F& f) {
  for (const auto& method : Methods()) {
    SCOPED_TRACE(method->info().name);
    f(method->info());
  }
}

TEST(MethodTest, NamesAreUnique) {
  std::set<std::string> names;
  ForEachMethod([&](const MethodInfo& info) {
    EXPECT_EQ(Lower(info.name), info.name);
    EXPECT_FALSE(info.title.empty());
    EXPECT_TRUE(names.insert(info.name).second);
    for (const std::string& alias : info.aliases) EXPECT_TRUE(names.insert(alias).second) << alias;
  });
}

TEST(MethodTest, EverySizeFromTheSmallest) {
  ForEachMethod([](const MethodInfo& info) {
    const auto method = Open(info, 2);
    for (const Size size : {Size{info.min_size, info.min_size}, Size{info.min_size, 37},
                            Size{41, info.min_size}, Size{64, 48}, Size{33, 21}}) {
      SCOPED_TRACE(ToString(size));
      const Plane<float> ir = RandomImage(size.width, size.height, 1);
      const Plane<float> vis = RandomImage(size.width, size.height, 2);
      const Plane<float> fused = method->Fuse(ir, vis);
      ASSERT_EQ(fused.size(), size);
      EXPECT_TRUE(InRange(fused));
    }
    if (info.min_size > 1) {
      const Plane<float> small(info.min_size - 1, 20);
      ExpectError(ErrorKind::kInput, ToString({info.min_size, info.min_size}),
                  [&] { method->Fuse(small, small); });
    }
    ExpectError(ErrorKind::kInput, "infrared 20x10, visible 20x11",
                [&] { method->Fuse(Plane<float>(20, 10), Plane<float>(20, 11)); });
  });
}

TEST(MethodTest, SameBitsForAnyNumberOfThreads) {
  const Plane<float> ir = RandomImage(131, 97, 1), vis = RandomImage(131, 97, 2);
  ForEachMethod([&](const MethodInfo& info) {
    const Plane<float> one = Open(info, 1)->Fuse(ir, vis);
    for (const int threads : {2, 5}) {
      EXPECT_EQ(LargestDifference(Open(info, threads)->Fuse(ir, vis), one), 0);
    }
  });
}

TEST(MethodTest, RowsAreTheBitsOfWholeImages) {
  const Plane<float> ir = RandomImage(150, 210, 1), vis = RandomImage(150, 210, 2);
  int by_rows = 0;
  ForEachMethod([&](const MethodInfo& info) {
    const auto method = Open(info, 2);
    Plane<float> fused(ir.size());
    int next = 0;
    const auto rows = method->Rows(ir.size(), [&](int y, PlaneView<const float> some) {
      ASSERT_EQ(y, next);
      for (int i = 0; i < some.height; ++i) std::copy_n(some.Row(i), 150, fused.Row(next++));
    });
    EXPECT_EQ(rows != nullptr, method->by_rows());
    if (rows == nullptr) return;
    ++by_rows;
    for (int image = 0; image < 2; ++image) {  // the next image may follow at once
      next = 0;
      if (method->surveys()) rows->Survey(ir, vis);
      for (int y = 0; y < 210; y += 7) {
        rows->Push({ir.Row(y), 150, 7, ir.stride()}, {vis.Row(y), 150, 7, vis.stride()});
        EXPECT_GE(next, y + 7 == 210 ? 210 : y + 7 - rows->Delay());
      }
      EXPECT_EQ(LargestDifference(fused, method->Fuse(ir, vis)), 0);
    }
  });
  EXPECT_GE(by_rows, 3);
}

TEST(MethodTest, OptionsAreShownWithTheirDefaultsAndTakeThem) {
  ForEachMethod([](const MethodInfo& info) {
    MethodSettings settings;
    const auto method = Open(info);
    for (const MethodOption& option : method->Options()) {
      EXPECT_FALSE(option.help.empty()) << option.name;
      settings.emplace_back(option.name, option.value);
    }
    EXPECT_EQ(OpenMethod(info.name, settings)->Content(), method->Content());
  });
}

TEST(MethodTest, WrongNamesAndValuesAreUsageErrors) {
  ExpectError(ErrorKind::kUsage, "did you mean 'laplacian'?", [] { OpenMethod("laplacain"); });
  ExpectError(ErrorKind::kUsage, "info --methods", [] { OpenMethod("wavelet"); });
  ExpectError(ErrorKind::kUsage, "did you mean 'levels'?", [] {
    OpenMethod("laplacian", {{"level", "3"}});
  });
  ExpectError(ErrorKind::kUsage, "it has no options", [] { OpenMethod("max", {{"x", "3"}}); });
  for (const char* bad : {"0", "21", "3.5", "", "x", "3 ", "99999999999"}) {
    ExpectError(ErrorKind::kUsage, "laplacian: the option levels cannot be", [&] {
      OpenMethod("laplacian", {{"levels", bad}});
    });
  }
  for (const char* bad : {"nan", "-0.1", "1.1", "0,5"}) {
    ExpectError(ErrorKind::kUsage, "average: the option ir cannot be", [&] {
      OpenMethod("average", {{"ir", bad}});
    });
  }
  ExpectError(ErrorKind::kUsage, "did you mean 'average'?", [] {
    OpenMethod("auif", {{"strategy", "averag"}});
  });
  for (const char* bad : {"1,1,1", "1,1,1,1,1", "a", "", "1,1,1,"}) {
    ExpectError(ErrorKind::kUsage, "weights", [&] { OpenMethod("auif", {{"weights", bad}}); });
  }
  ExpectError(ErrorKind::kInput, "nothing.safetensors", [] {
    OpenMethod("auif", {{"model", "nothing.safetensors"}});
  });
}

TEST(MethodTest, ContentTellsOptionsApart) {
  std::set<std::string> contents;
  for (const MethodSettings& settings : {MethodSettings{}, MethodSettings{{"strategy", "l1"}},
                                         MethodSettings{{"weights", "1,1,1,2"}}}) {
    EXPECT_TRUE(contents.insert(OpenMethod("auif", settings)->Content()).second);
  }
  EXPECT_TRUE(contents.insert(OpenMethod("average")->Content()).second);
  EXPECT_TRUE(contents.insert(OpenMethod("average", {{"ir", "0.25"}})->Content()).second);
}

// Two equal images hold nothing to choose from: these methods give them back. AUIF does not say
// so: it adds the layers of both.
TEST(MethodTest, EqualSourcesGiveThatSourceBack) {
  const Plane<float> image = RandomImage(67, 45, 3);
  // float sums in other orders: a few ulps of values near 1
  const std::pair<const char*, double> methods[] = {
      {"average", 0}, {"maximum", 0}, {"infrared", 0}, {"visible", 0}, {"laplacian", 5e-7}};
  for (const auto& [name, bound] : methods) {
    EXPECT_LE(LargestDifference(OpenMethod(name)->Fuse(image, image), image), bound) << name;
  }
}

TEST(MethodTest, CopiesAreOfOneSource) {
  const Plane<float> ir = RandomImage(67, 45, 3), vis = RandomImage(67, 45, 4);
  EXPECT_EQ(LargestDifference(OpenMethod("infrared")->Fuse(ir, vis), ir), 0);
  EXPECT_EQ(LargestDifference(OpenMethod("visible")->Fuse(ir, vis), vis), 0);
}

TEST(MethodTest, SymmetricMethodsDoNotCareWhichSourceIsWhich) {
  const Plane<float> ir = RandomImage(67, 45, 3), vis = RandomImage(67, 45, 4);
  for (const char* name : {"average", "maximum", "laplacian"}) {
    const auto method = OpenMethod(name);
    EXPECT_LE(LargestDifference(method->Fuse(ir, vis), method->Fuse(vis, ir)), 5e-7) << name;
  }
}

TEST(MethodTest, AverageAndMaximumByHand) {
  Plane<float> ir(2, 1), vis(2, 1);
  ir.Row(0)[0] = 0.2f, ir.Row(0)[1] = 0.8f, vis.Row(0)[0] = 0.6f, vis.Row(0)[1] = 0.4f;
  const Plane<float> average = OpenMethod("average", {{"ir", "0.25"}})->Fuse(ir, vis);
  EXPECT_FLOAT_EQ(average.Row(0)[0], 0.5f);
  EXPECT_FLOAT_EQ(average.Row(0)[1], 0.5f);
  const Plane<float> maximum = OpenMethod("MAX")->Fuse(ir, vis);
  EXPECT_EQ(maximum.Row(0)[0], 0.6f);
  EXPECT_EQ(maximum.Row(0)[1], 0.8f);
}

// One level of two pixels' width: G_1 of (a, b), reflected, is (6 a + 8 b + 2 a) / 16 = (a + b) / 2
// and enlarged it is the same for both. So L_0 = (+-d, -+d) with d = (a - b) / 2, and what is fused
// is the stronger d on the mean of the means.
TEST(MethodTest, LaplacianByHand) {
  Plane<float> ir(2, 2), vis(2, 2);
  for (int y = 0; y < 2; ++y) {
    ir.Row(y)[0] = 0.9f, ir.Row(y)[1] = 0.1f;    // mean 0.5, d 0.4
    vis.Row(y)[0] = 0.3f, vis.Row(y)[1] = 0.1f;  // mean 0.2, d 0.1
  }
  const Plane<float> fused = OpenMethod("laplacian", {{"levels", "1"}})->Fuse(ir, vis);
  for (int y = 0; y < 2; ++y) {
    EXPECT_NEAR(fused.Row(y)[0], 0.35 + 0.4, 1e-6);
    EXPECT_NEAR(fused.Row(y)[1], 0.0, 1e-6);  // 0.35 - 0.4, clamped
  }
}

TEST(MethodTest, StoppedFusionIsAnEmptyPlane) {
  // No method takes long enough to ask yet: one that does.
  class Slow : public FusionMethod {
   public:
    const MethodInfo& info() const override {
      static const MethodInfo kInfo = {"slow", "slow", ""};
      return kInfo;
    }

   private:
    bool FuseGrey(PlaneView<const float>, PlaneView<const float>, PlaneView<float> out,
                  const MethodProgress& progress) const override {
      for (int y = 0; y < out.height; ++y) {
        if (progress && !progress(static_cast<double>(y) / out.height)) return false;
        out.Row(y)[0] = NAN;
      }
      return true;
    }
  };
  const Plane<float> image(4, 4);
  EXPECT_TRUE(Slow().Fuse(image, image, [](double done) { return done < 0.5; }).empty());
  EXPECT_EQ(Slow().Fuse(image, image).Row(3)[0], 0);  // NaN becomes 0
}

}  // namespace
}  // namespace auif

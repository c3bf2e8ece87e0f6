// What a caller does wrong, by way of Fuser and FuseStream.
#include "engine/check_images.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "auif/fuse.h"
#include "tests/expect_error.h"
#include "tests/random_model.h"

namespace auif {
namespace {

class CheckImagesTest : public testing::Test {
 protected:
  // The error that f throws names `where` and has `text` in its message.
  template <class F>
  void ExpectUsage(const char* where, const char* text, const F& f) {
    try {
      f();
      ADD_FAILURE() << "no error for " << where << ": " << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
      EXPECT_EQ(error.where(), where);
      EXPECT_FALSE(error.hint().empty());
      EXPECT_NE(error.message().find(text), std::string::npos) << error.what();
    }
  }

  Plane<float> ir_ = RandomImage(64, 40, 1), vis_ = RandomImage(64, 40, 2);
  Plane<float> out_{64, 40};
  Fuser fuser_{RandomModel(ModelConfig::Release(), 2)};
};

TEST_F(CheckImagesTest, NoData) {
  const PlaneView<float> none{nullptr, 64, 40, 64};
  ExpectUsage("ir", "null", [&] { fuser_.Fuse(none, vis_); });
  ExpectUsage("vis", "null", [&] { fuser_.Fuse(ir_, none, out_.View()); });
  ExpectUsage("out", "null", [&] { fuser_.Fuse(ir_, vis_, none); });
  ExpectUsage("source", "null", [&] { fuser_.Decompose(none); });
}

TEST_F(CheckImagesTest, StrideBelowTheWidth) {
  for (const int stride : {63, 0, -64}) {
    const PlaneView<float> bad{ir_.Row(20), 64, 10, stride};
    const SourceView good = SourceView(vis_).Rows(0, 10);
    ExpectUsage("ir", "stride", [&] { fuser_.Fuse(bad, good); });
    ExpectUsage("vis", "stride", [&] { fuser_.Fuse(good, bad); });
    ExpectUsage("source", "stride", [&] { fuser_.Decompose(bad); });
    ExpectUsage("out", "stride", [&] {
      fuser_.Fuse(good, good, PlaneView<float>{out_.Row(20), 64, 10, stride});
    });
  }
}

TEST_F(CheckImagesTest, ResultOfAnotherSize) {
  Plane<float> wide(65, 40), low(64, 39);
  ExpectUsage("out", "65x40", [&] { fuser_.Fuse(ir_, vis_, wide.View()); });
  ExpectUsage("out", "64x39", [&] { fuser_.Fuse(ir_, vis_, low.View()); });
}

TEST_F(CheckImagesTest, ResultInASource) {
  ExpectUsage("out", "\"ir\"", [&] { fuser_.Fuse(ir_, vis_, ir_.View()); });
  ExpectUsage("out", "\"vis\"", [&] { fuser_.Fuse(ir_, vis_, vis_.View()); });
  // Rows and columns apart by less than the image, in both directions.
  Plane<float> large(200, 130);
  const auto window = [&](int x, int y) {
    return PlaneView<float>{large.Row(y) + x, 64, 40, large.stride()};
  };
  for (const auto& [x, y] : {std::pair{63, 39}, {-63, 39}, {0, -39}, {-63, -39}}) {
    ExpectUsage("out", "\"ir\"",
                [&, x = x, y = y] { fuser_.Fuse(window(68, 45), vis_, window(68 + x, 45 + y)); });
  }
  // Beside each other in one image there is no overlap.
  for (const auto& [x, y] : {std::pair{64, 0}, {-64, 3}, {0, 40}, {0, -40}, {64, -5}}) {
    EXPECT_NO_THROW(fuser_.Fuse(window(68, 45), vis_, window(68 + x, 45 + y)));
  }
  // Of other types.
  std::vector<std::uint8_t> bytes(64 * 40 * 5);
  const SourceView source(bytes.data(), 64, 40, 64);
  const auto floats = [&](std::size_t at) {
    return PlaneView<float>{reinterpret_cast<float*>(bytes.data() + at), 64, 40, 64};
  };
  EXPECT_NO_THROW(fuser_.Fuse(source, vis_, floats(64 * 40)));
  ExpectUsage("out", "\"ir\"", [&] { fuser_.Fuse(source, vis_, floats(64 * 40 - 4)); });
}

TEST_F(CheckImagesTest, FloatsThatAreBytes) {
  for (Plane<float>* image : {&ir_, &vis_}) {
    const char* where = image == &ir_ ? "ir" : "vis";
    for (int y = 0; y < 40; ++y) {
      for (int x = 0; x < 64; ++x) image->Row(y)[x] *= 255;
    }
    ExpectUsage(where, "[0, 1]", [&] { fuser_.Fuse(ir_, vis_); });
    ExpectUsage("source", "[0, 1]", [&] { fuser_.Decompose(*image); });
    FuseStream stream(fuser_, 64, 40, [](int, PlaneView<const float>) {});
    ExpectUsage(where, "[0, 1]", [&] { stream.Push(ir_, vis_); });
    *image = RandomImage(64, 40, 3);
  }
  // What resampling overshoots and a dead pixel's infinity are clamped.
  ir_.Row(0)[0] = 1.9f;
  ir_.Row(1)[1] = -50;
  ir_.Row(2)[2] = std::numeric_limits<float>::infinity();
  ir_.Row(3)[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_NO_THROW(fuser_.Fuse(ir_, vis_));
}

TEST_F(CheckImagesTest, LargeImagesAreLookedAtSparsely) {
  Plane<float> large(1920, 1080), other(1920, 1080);
  large.Row(1)[1] = 200;  // one hot pixel
  EXPECT_NO_THROW(CheckRange(large, {0, 1080}, 1080, "ir"));
  for (int y = 300; y < 500; ++y) std::fill_n(large.Row(y) + 700, 200, 3.0f);
  ExpectUsage("ir", "3.0", [&] { CheckRange(large, {0, 1080}, 1080, "ir"); });
  // The same rows are looked at however they come.
  int errors = 0, whole_rows = 0;
  for (int y = 0; y < 1080; ++y) {
    try {
      CheckRange(SourceView(large).Rows(y, 1), {y, y + 1}, 1080, "ir");
    } catch (const Error&) {
      ++errors;
      EXPECT_TRUE(y >= 300 && y < 500);
    }
    whole_rows += y % (1080 / 32) == 0 && y >= 300 && y < 500;
  }
  EXPECT_EQ(errors, whole_rows);
  EXPECT_GT(errors, 3);
}

TEST_F(CheckImagesTest, RowsOfAStream) {
  int given = 0;
  FuseStream stream(fuser_, 64, 40,
                    [&](int, PlaneView<const float> rows) { given += rows.height; });
  const SourceView ir(ir_), vis(vis_);
  ExpectUsage("vis", "64x3", [&] { stream.Push(ir.Rows(0, 3), vis.Rows(0, 4)); });
  ExpectUsage("ir", "0 rows", [&] { stream.Push(ir.Rows(0, 0), vis.Rows(0, 0)); });
  const SourceView narrow(ir_.Row(0), 63, 2, ir_.stride());
  ExpectUsage("ir", "63x2", [&] { stream.Push(narrow, vis.Rows(0, 2)); });
  const SourceView none(static_cast<const float*>(nullptr), 64, 2, 64);
  ExpectUsage("ir", "null", [&] { stream.Push(none, vis.Rows(0, 2)); });
  stream.Push(ir.Rows(0, 38), vis.Rows(0, 38));
  ExpectUsage("ir", "3 rows", [&] { stream.Push(ir.Rows(0, 3), vis.Rows(0, 3)); });
  // An error gives up the image, so this is the whole of the next one.
  given = 0;
  stream.Push(ir, vis);
  EXPECT_EQ(given, 40);
}

}  // namespace
}  // namespace auif

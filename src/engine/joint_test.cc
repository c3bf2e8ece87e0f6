// Joint unrolling of whole images.
#include "auif/joint.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "image/convert.h"
#include "network/joint_reference.h"
#include "tests/every_variant.h"
#include "tests/expect_error.h"
#include "tests/random_model.h"

namespace auif {
namespace {

template <typename T>
bool SamePixels(const Plane<T>& a, const Plane<T>& b) {
  if (a.size() != b.size()) return false;
  for (int y = 0; y < a.height(); ++y) {
    if (std::memcmp(a.Row(y), b.Row(y), sizeof(T) * a.width()) != 0) return false;
  }
  return true;
}

// The bound that the project promises. Measured: at most 1.9e-6, where levels are stretched most.
constexpr double kTolerance = 1e-5;

void ExpectAgrees(const JointModel& model, const Plane<float>& ir, const Plane<float>& vis) {
  const Plane<double> expected = FuseJointReference(model, ir, vis);
  ForEachTarget([&] {
    SCOPED_TRACE(ToString(ir.size()) + " N = " + std::to_string(model.layers));
    EXPECT_LT(RelativeError(JointFuser(model).Fuse(ir, vis), expected), kTolerance);
  });
}

TEST(JointTest, AgreesWithReferenceForEveryDepth) {
  const Plane<float> ir = RandomImage(37, 29, 1), vis = RandomImage(37, 29, 2);
  for (int layers = 1; layers <= 12; ++layers) {
    ExpectAgrees(RandomJointModel(layers, 1 + layers % 3, layers), ir, vis);
  }
}

TEST(JointTest, AgreesWithReferenceForEverySize) {
  for (int i = 10; i <= 70; ++i) {
    const int other = 10 + (i * 29) % 61;
    const JointModel model = RandomJointModel(3, 2, i);
    for (const auto& [width, height] : {std::pair{i, other}, std::pair{other, i}}) {
      ExpectAgrees(model, RandomImage(width, height, i), RandomImage(width, height, 100 + i));
    }
  }
}

TEST(JointTest, AgreesWithReferenceOnLargeImagesWithAllChannels) {
  const int part = kSlow ? 2 : 1, channels = kSlow ? 8 : 64;
  const JointModel model = RandomJointModel(4, channels, 7);
  for (const auto& [width, height] :
       {std::pair{333 / part, 150 / part}, std::pair{131 / part, 517 / part}}) {
    const Plane<float> ir = RandomImage(width, height, 5), vis = RandomImage(width, height, 6);
    const Plane<double> expected = FuseJointReference(model, ir, vis);
    for (int threads = 1; threads <= 4; ++threads) {
      const Plane<float> fused = JointFuser(model, {.threads = threads}).Fuse(ir, vis);
      EXPECT_LT(RelativeError(fused, expected), kTolerance);
    }
  }
}

TEST(JointTest, AgreesWithReferenceOnImagesOfManyTiles) {
  ExpectAgrees(RandomJointModel(2, 1, 13), RandomImage(4200, 12, 3), RandomImage(4200, 12, 4));
}

TEST(JointTest, AgreesWithReferenceWhateverTheLevelsAre) {
  const JointModel model = RandomJointModel(3, 2, 5);
  const Plane<float> image = RandomImage(41, 35, 1), other = RandomImage(41, 35, 2);
  const auto map = [](const Plane<float>& from, float gain, float offset) {
    Plane<float> to(from.size());
    for (int y = 0; y < to.height(); ++y) {
      for (int x = 0; x < to.width(); ++x) to.Row(y)[x] = gain * from.Row(y)[x] + offset;
    }
    return to;
  };
  const Plane<float> black(41, 35), white = map(black, 0, 1), dim = map(image, 0.1F, 0.02F);
  const Plane<float> glaring = map(other, 0.1F, 0.9F);
  ExpectAgrees(model, black, black);
  ExpectAgrees(model, white, white);
  ExpectAgrees(model, black, white);
  ExpectAgrees(model, dim, black);
  ExpectAgrees(model, glaring, white);
  ExpectAgrees(model, dim, glaring);
}

// Every number of the tone, the share of u_1 and BN's statistics are used as they are.
TEST(JointTest, AgreesWithReferenceWhateverTheNumbersAre) {
  const Plane<float> ir = RandomImage(41, 35, 1), vis = RandomImage(41, 35, 2);
  for (int i = 0; i < 4; ++i) {
    JointModel model = RandomJointModel(2, 3, 60 + i);
    model.tone = {0.25F * i, 0.05F * i, 0.3F * i, 0.8F - i, 0.2F * i, 1.0F - i, 1.0F + 2 * i};
    model.decoder.share = 1.0F - i;
    model.base.layers[1].bn = {0.7F, 0.1F, 0.2F, 0.6F};
    model.detail.layers[0].bn = {-1.2F, 0.03F, -0.1F, 1.7F};
    ExpectAgrees(model, ir, vis);
  }
}

TEST(JointTest, SameBitsForAnyNumberOfThreads) {
  for (const auto& [width, height] :
       {std::pair{101, 33}, std::pair{101, 97}, std::pair{75, 301}, std::pair{1501, 100}}) {
    const Plane<float> ir = RandomImage(width, height, 1), vis = RandomImage(width, height, 2);
    for (const int layers : {1, 10}) {
      const JointModel model = RandomJointModel(layers, 3, 21);
      const Plane<float> expected = JointFuser(model, {.threads = 1}).Fuse(ir, vis);
      for (const int threads : {2, 3, 4, 7}) {
        EXPECT_TRUE(SamePixels(JointFuser(model, {.threads = threads}).Fuse(ir, vis), expected))
            << width << "x" << height << " N = " << layers << " threads " << threads;
      }
    }
  }
}

TEST(JointTest, OneFuserTakesImagesOfAnySizes) {
  const JointModel model = RandomJointModel(2, 2, 3);
  const JointFuser fuser(model);
  for (const int width : {40, 67, 40}) {
    for (const std::uint32_t seed : {1, 5}) {
      const Plane<float> ir = RandomImage(width, 50, seed), vis = RandomImage(width, 50, seed + 1);
      EXPECT_TRUE(SamePixels(fuser.Fuse(ir, vis), JointFuser(model).Fuse(ir, vis)));
    }
  }
}

TEST(JointTest, StridesAndOffsetsDoNotMatter) {
  const Plane<float> ir = RandomImage(45, 31, 1), vis = RandomImage(45, 31, 2);
  const JointFuser fuser(RandomJointModel(2, 2, 2));
  const Plane<float> expected = fuser.Fuse(ir, vis);
  Plane<float> large(61, 40), room(70, 40);
  const PlaneView<float> source{large.Row(2) + 3, 45, 31, large.stride()};
  const PlaneView<float> result{room.Row(1) + 5, 45, 31, room.stride()};
  for (int y = 0; y < 31; ++y) std::memcpy(source.Row(y), ir.Row(y), sizeof(float) * 45);
  fuser.Fuse(source, vis, result);
  for (int y = 0; y < 31; ++y) {
    EXPECT_EQ(std::memcmp(result.Row(y), expected.Row(y), sizeof(float) * 45), 0) << y;
    EXPECT_EQ(result.Row(y)[-1], 0);
    EXPECT_EQ(result.Row(y)[45], 0);
  }
}

TEST(JointTest, ValuesOutsideTheRangeAreClamped) {
  Plane<float> ir = RandomImage(30, 30, 1), vis = RandomImage(30, 30, 2);
  Plane<float> wild = ir;
  ir.Row(5)[5] = ir.Row(7)[7] = 0;
  ir.Row(6)[6] = 1;
  wild.Row(5)[5] = -1e30F;
  wild.Row(6)[6] = std::numeric_limits<float>::infinity();
  wild.Row(7)[7] = std::numeric_limits<float>::quiet_NaN();
  const JointFuser fuser(RandomJointModel(2, 2, 2));
  ForEachTarget([&] { EXPECT_TRUE(SamePixels(fuser.Fuse(wild, vis), fuser.Fuse(ir, vis))); });
}

template <Sample T>
Plane<T> FromFloat(const Plane<float>& image) {
  Plane<T> result(image.size());
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) result.Row(y)[x] = FromUnit<T>(image.Row(y)[x]);
  }
  return result;
}
template <Sample T>
Plane<float> ToFloat(const Plane<T>& image) {
  Plane<float> result(image.size());
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) result.Row(y)[x] = ToUnit(image.Row(y)[x]);
  }
  return result;
}

TEST(JointTest, IntegersAreTheSameBitsAsByWayOfFloat) {
  for (const auto& [width, height] : {std::pair{37, 29}, std::pair{301, 97}, std::pair{1501, 33}}) {
    const auto ir8 = FromFloat<std::uint8_t>(RandomImage(width, height, 1));
    const auto vis8 = FromFloat<std::uint8_t>(RandomImage(width, height, 2));
    Plane<std::uint16_t> ir16(width, height);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        ir16.Row(y)[x] = static_cast<std::uint16_t>(257 * ir8.Row(y)[x] ^ (31 * x + 7 * y) % 256);
      }
    }
    const JointModel model = RandomJointModel(3, 2, 2);
    for (const int threads : {1, 2}) {
      const JointFuser fuser(model, {.threads = threads});
      ForEachTarget([&, width = width, height = height] {
        SCOPED_TRACE(std::to_string(width) + "x" + std::to_string(height));
        const Plane<float> fused = fuser.Fuse(ToFloat(ir8), ToFloat(vis8));
        const Plane<float> mixed = fuser.Fuse(ToFloat(ir16), ToFloat(vis8));
        EXPECT_TRUE(SamePixels(fuser.Fuse(ir8, vis8), fused));
        EXPECT_TRUE(
            SamePixels(fuser.Fuse<std::uint8_t>(ir8, vis8), FromFloat<std::uint8_t>(fused)));
        EXPECT_TRUE(
            SamePixels(fuser.Fuse<std::uint16_t>(ir16, vis8), FromFloat<std::uint16_t>(mixed)));
      });
    }
  }
}

TEST(JointTest, RefusesWhatCannotBeFused) {
  const JointModel model = RandomJointModel(2, 2, 2);
  const JointFuser fuser(model);
  const Plane<float> image(20, 20);
  ExpectError(ErrorKind::kInput, "9x20",
              [&] { fuser.Fuse(Plane<float>(9, 20), Plane<float>(9, 20)); });
  ExpectError(ErrorKind::kInput, "20x9",
              [&] { fuser.Fuse(Plane<float>(20, 9), Plane<float>(20, 9)); });
  EXPECT_NO_THROW(fuser.Fuse(Plane<float>(10, 10), Plane<float>(10, 10)));
  ExpectError(ErrorKind::kInput, "22x23", [&] { fuser.Fuse(image, Plane<float>(22, 23)); });
  Plane<float> small(19, 20), source = image;
  ExpectError(ErrorKind::kUsage, "19x20", [&] { fuser.Fuse(image, image, small.View()); });
  ExpectError(ErrorKind::kUsage, "memory", [&] { fuser.Fuse(source, image, source.View()); });
  ExpectError(ErrorKind::kUsage, "memory", [&] { fuser.Fuse(image, source, source.View()); });
  source.Row(0)[0] = 255;
  ExpectError(ErrorKind::kUsage, "255", [&] { fuser.Fuse(source, image); });
  ExpectError(ErrorKind::kUsage, "threads", [&] { JointFuser(model, {.threads = -1}); });
  JointModel bad = model;
  bad.decoder.share = std::numeric_limits<float>::quiet_NaN();
  ExpectError(ErrorKind::kInput, "decoder.share", [&] { JointFuser{bad}; });
}

}  // namespace
}  // namespace auif

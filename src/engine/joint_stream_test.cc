// Joint unrolling of images whose rows come in order.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "auif/joint.h"
#include "network/joint_reference.h"
#include "tests/every_variant.h"
#include "tests/expect_error.h"
#include "tests/random_model.h"

namespace auif {
namespace {

struct Pair {
  Plane<float> ir, vis;
};
Pair RandomPair(int width, int height, std::uint32_t seed) {
  return {RandomImage(width, height, 2 * seed), RandomImage(width, height, 2 * seed + 1)};
}

PlaneView<const float> Rows(const Plane<float>& image, int begin, int count) {
  return {image.Row(begin), image.width(), count, image.stride()};
}

// A stream that keeps what it gave, and checks that rows come in order and in time.
class Recorder {
 public:
  Recorder(const JointFuser& fuser, int width, int height)
      : result_(width, height),
        stream_(fuser, width, height,
                [this](int y, PlaneView<const float> rows) { Take(y, rows); }) {}

  JointStream& stream() { return stream_; }
  // The image's rows, `part` at a time.
  const Plane<float>& Push(const Pair& pair, int part) {
    next_ = pushed_ = latest_ = 0;
    const int height = pair.ir.height();
    while (pushed_ < height) {
      const int begin = pushed_, count = std::min(part, height - begin);
      pushed_ += count;
      stream_.Push(Rows(pair.ir, begin, count), Rows(pair.vis, begin, count));
    }
    EXPECT_EQ(next_, height);
    // The delay is kept, and not promised longer than it is.
    if (part == 1) {
      EXPECT_LE(latest_, stream_.Delay());
      if (height > stream_.Delay() + stream_.Chunk()) {
        EXPECT_EQ(latest_, stream_.Delay());
      }
    }
    return result_;
  }
  void Survey(const Pair& pair, int part) {
    for (int y = 0; y < pair.ir.height(); y += part) {
      const int count = std::min(part, pair.ir.height() - y);
      stream_.Survey(Rows(pair.ir, y, count), Rows(pair.vis, y, count));
    }
  }

 private:
  void Take(int y, PlaneView<const float> rows) {
    EXPECT_EQ(y, next_);
    ASSERT_EQ(rows.width, result_.width());
    ASSERT_LE(y + rows.height, result_.height());
    for (int i = 0; i < rows.height; ++i, ++next_) {
      std::memcpy(result_.Row(y + i), rows.Row(i), sizeof(float) * rows.width);
      latest_ = std::max(latest_, pushed_ - 1 - (y + i));
    }
  }

  Plane<float> result_;
  JointStream stream_;
  int next_ = 0, pushed_ = 0, latest_ = 0;
};

bool SameBits(const Plane<float>& a, const Plane<float>& b) {
  for (int y = 0; y < a.height(); ++y) {
    if (std::memcmp(a.Row(y), b.Row(y), sizeof(float) * a.width()) != 0) return false;
  }
  return a.size() == b.size();
}

struct Difference {
  Difference(const Plane<float>& a, const Plane<float>& b) {
    for (int y = 0; y < a.height(); ++y) {
      for (int x = 0; x < a.width(); ++x) {
        const double d = std::abs(double{a.Row(y)[x]} - double{b.Row(y)[x]});
        largest = std::max(largest, d);
        mean += d / (a.width() * a.height());
      }
    }
  }
  double largest = 0, mean = 0;
};

TEST(JointStreamTest, SurveyedImagesHaveTheBitsOfJointFuser) {
  // Wide enough for one tile, for several if there are threads, and for several in any case; low,
  // shorter than the delay, and several chunks high.
  std::vector<std::pair<int, int>> sizes = {{10, 10}, {101, 33}};
  if (!kSlow) sizes.insert(sizes.end(), {{37, 211}, {640, 97}, {2300, 40}, {3100, 13}});
  for (const auto& [width, height] : sizes) {
    for (const int layers : {1, 10}) {
      const JointModel model = RandomJointModel(layers, 2, 3);
      for (int threads = 1; threads <= 3; ++threads) {
        const JointFuser fuser(model, {.threads = threads});
        Recorder recorder(fuser, width, height);
        std::uint32_t seed = 0;
        for (const int part : {1, 7, 32, height}) {
          SCOPED_TRACE(std::to_string(width) + "x" + std::to_string(height) +
                       " N = " + std::to_string(layers) + " threads " + std::to_string(threads) +
                       " rows at a time " + std::to_string(part));
          const Pair pair = RandomPair(width, height, seed++);
          recorder.Survey(pair, part);
          EXPECT_TRUE(SameBits(recorder.Push(pair, part), fuser.Fuse(pair.ir, pair.vis)));
        }
      }
    }
  }
}

TEST(JointStreamTest, EveryTarget) {
  const JointModel model = RandomJointModel(4, 2, 5);
  const Pair pair = RandomPair(250, 90, 1);
  ForEachTarget([&] {
    const JointFuser fuser(model, {.threads = 3});
    Recorder recorder(fuser, 250, 90);
    recorder.Survey(pair, 90);
    EXPECT_TRUE(SameBits(recorder.Push(pair, 11), fuser.Fuse(pair.ir, pair.vis)));
  });
}

TEST(JointStreamTest, WithoutASurveyTheFirstCurveIsTheIdentity) {
  const JointModel model = RandomJointModel(3, 2, 7);
  const Pair pair = RandomPair(64, 70, 1);
  Recorder recorder(JointFuser(model), 64, 70);
  ToneCurve identity;
  identity.share = model.tone.share;
  for (int i = 0; i <= kToneSteps; ++i) {
    identity.levels[i] = std::min(static_cast<float>(i) / kStepsPerLevel, 1.0F);
  }
  EXPECT_LT(
      RelativeError(recorder.Push(pair, 7), FuseJointReference(model, identity, pair.ir, pair.vis)),
      1e-5);
}

TEST(JointStreamTest, WithoutASurveyFramesConvergeToTheWholeImage) {
  const JointModel model = RandomJointModel(3, 2, 7);
  const JointFuser fuser(model);
  Pair first = RandomPair(64, 70, 1), second = RandomPair(64, 70, 9);
  for (int y = 0; y < 70; ++y) {
    for (int x = 0; x < 64; ++x) {
      second.ir.Row(y)[x] *= 0.4F;
      second.vis.Row(y)[x] *= 0.5F;
    }
  }
  const Plane<float> of_first = fuser.Fuse(first.ir, first.vis);
  const Plane<float> of_second = fuser.Fuse(second.ir, second.vis);
  Recorder recorder(fuser, 64, 70);
  EXPECT_GT(Difference(recorder.Push(first, 70), of_first).mean, 0.01);
  // One image is all that is known.
  EXPECT_LT(Difference(recorder.Push(first, 70), of_first).largest, 1e-5);
  // Another scene: what is left of the first one's curve falls by a quarter with each frame. A
  // pixel may jump, where y_0 changes from one source's detail to the other's.
  const double before = Difference(recorder.Push(second, 32), of_second).mean;
  EXPECT_GT(before, 0.01);
  for (int frame = 1; frame <= 60; ++frame) {
    const Difference now(recorder.Push(second, 32), of_second);
    if (frame <= 20) {
      EXPECT_LT(now.mean, 1.5 * before * std::pow(0.75, frame)) << frame;
    }
    if (frame == 60) {
      EXPECT_LT(now.largest, 1e-5);
    }
  }
}

TEST(JointStreamTest, ASurveyCountsForTheImageThatFollows) {
  const JointModel model = RandomJointModel(3, 2, 7);
  const JointFuser fuser(model);
  const Pair first = RandomPair(64, 70, 1), second = RandomPair(64, 70, 9);
  Recorder recorder(fuser, 64, 70), fresh(fuser, 64, 70);
  // Whatever came before, ...
  recorder.Push(second, 70);
  recorder.Survey(first, 70);
  EXPECT_TRUE(SameBits(recorder.Push(first, 70), fuser.Fuse(first.ir, first.vis)));
  // ... and the next image, which nobody surveyed, has the curve of the one before.
  EXPECT_TRUE(SameBits(recorder.Push(first, 70), fuser.Fuse(first.ir, first.vis)));
  // The bits do not depend on how rows come, or on threads.
  Recorder threads(JointFuser(model, {.threads = 3}), 64, 70);
  for (int frame = 0; frame < 4; ++frame) {
    const Pair& pair = frame % 2 == 0 ? first : second;
    EXPECT_TRUE(SameBits(fresh.Push(pair, 1), threads.Push(pair, 29))) << frame;
  }
}

TEST(JointStreamTest, DelayIsTheFormula) {
  for (const int layers : {1, 10}) {
    const JointStream stream(JointFuser(RandomJointModel(layers, 1, 1)), 64, 400,
                             [](int, PlaneView<const float>) {});
    EXPECT_EQ(stream.Delay(), 2 * layers + 9 + 2 + stream.Chunk() - 1);
  }
}

TEST(JointStreamTest, RefusesWhatCannotBeFused) {
  const JointFuser fuser(RandomJointModel(2, 2, 2));
  const auto sink = [](int, PlaneView<const float>) {};
  ExpectError(ErrorKind::kInput, "9x20", [&] { JointStream(fuser, 9, 20, sink); });
  ExpectError(ErrorKind::kInput, "20x9", [&] { JointStream(fuser, 20, 9, sink); });
  ExpectError(ErrorKind::kUsage, "sink", [&] { JointStream(fuser, 20, 20, {}); });

  const Plane<float> image(20, 30), wide(21, 30);
  JointStream stream(fuser, 20, 30, sink);
  const auto refused = [&](const PlaneView<const float>& ir, const PlaneView<const float>& vis) {
    ExpectError(ErrorKind::kUsage, "do not fit", [&] { stream.Push(ir, vis); });
  };
  refused(Rows(wide, 0, 3), Rows(wide, 0, 3));
  refused(Rows(image, 0, 3), Rows(wide, 0, 3));
  refused(Rows(image, 0, 3), Rows(image, 0, 4));
  refused(Rows(image, 0, 0), Rows(image, 0, 0));
  ExpectError(ErrorKind::kUsage, "do not fit",
              [&] { stream.Survey(Rows(image, 0, 3), Rows(image, 0, 4)); });
  ExpectError(ErrorKind::kUsage, "do not fit",
              [&] { stream.Survey(Rows(wide, 0, 3), Rows(wide, 0, 3)); });
  // In the middle of an image: no survey, and no more rows than there are.
  stream.Push(Rows(image, 0, 1), Rows(image, 0, 1));
  ExpectError(ErrorKind::kUsage, "before its first row",
              [&] { stream.Survey(Rows(image, 0, 3), Rows(image, 0, 3)); });
  refused(image, image);
  // The image is given up: the next one may begin.
  EXPECT_NO_THROW(stream.Survey(image, image));
  EXPECT_NO_THROW(stream.Push(image, image));
}

TEST(JointStreamTest, WhatTheSinkThrowsEndsTheImage) {
  const JointFuser fuser(RandomJointModel(2, 2, 2));
  const Plane<float> ir = RandomImage(30, 40, 1), vis = RandomImage(30, 40, 2);
  Plane<float> fused(30, 40);
  bool fails = true;
  JointStream stream(fuser, 30, 40, [&](int y, PlaneView<const float> rows) {
    if (fails) throw Error(ErrorKind::kOutput, "the disk is full");
    for (int i = 0; i < rows.height; ++i) std::copy_n(rows.Row(i), 30, fused.Row(y + i));
  });
  stream.Survey(ir, vis);
  ExpectError(ErrorKind::kOutput, "full", [&] { stream.Push(ir, vis); });
  fails = false;
  stream.Survey(ir, vis);
  stream.Push(ir, vis);
  const Plane<float> whole = fuser.Fuse(ir, vis);
  for (int y = 0; y < 40; ++y) {
    for (int x = 0; x < 30; ++x) ASSERT_EQ(fused.Row(y)[x], whole.Row(y)[x]) << x << " " << y;
  }
}

}  // namespace
}  // namespace auif

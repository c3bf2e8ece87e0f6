#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "auif/fuse.h"
#include "image/convert.h"
#include "tests/every_variant.h"
#include "tests/expect_error.h"
#include "tests/random_model.h"

namespace auif {
namespace {

constexpr int kLayers = 10;

Model TenLayers(std::uint32_t seed = 3) {
  return RandomModel({.layers = kLayers, .channels = 2}, seed);
}

// What a stream gave, and when.
struct Received {
  std::vector<float> values;
  std::vector<int> rows;   // in the order that they came in
  std::vector<int> after;  // source rows that were pushed then, this one included
};

// Pushes a row of both.
void Push(FuseStream* stream, const Plane<float>& ir, const Plane<float>& vis, int y) {
  stream->Push(SourceView(ir).Rows(y, 1), SourceView(vis).Rows(y, 1));
}

// Pushes `images` pairs and expects of each the bits that `fuser` gives.
void ExpectSameBits(const Fuser& fuser, int width, int height, int images) {
  Received got;
  int pushed = 0;
  FuseStream stream(fuser, width, height, [&](int y, PlaneView<const float> rows) {
    ASSERT_EQ(rows.width, width);
    for (int i = 0; i < rows.height; ++i) {
      got.rows.push_back(y + i);
      got.after.push_back(pushed);
      got.values.insert(got.values.end(), rows.Row(i), rows.Row(i) + width);
    }
  });
  for (int i = 0; i < images; ++i) {
    const Plane<float> ir = RandomImage(width, height, 2 * i);
    const Plane<float> vis = RandomImage(width, height, 2 * i + 1);
    got = {};
    for (pushed = 1; pushed <= height; ++pushed) {
      Push(&stream, ir, vis, pushed - 1);
    }
    const Plane<float> expected = fuser.Fuse(ir, vis);
    ASSERT_EQ(static_cast<int>(got.rows.size()), height) << "image " << i;
    int latest = 0;
    for (int y = 0; y < height; ++y) {
      ASSERT_EQ(got.rows[y], y);
      ASSERT_EQ(std::memcmp(&got.values[static_cast<std::size_t>(y) * width], expected.Row(y),
                            sizeof(float) * width),
                0)
          << "image " << i << " row " << y;
      latest = std::max(latest, got.after[y] - 1 - y);
    }
    EXPECT_LE(latest, stream.Delay());
    // The delay is not promised longer than it is.
    if (height > stream.Delay() + stream.Chunk()) {
      EXPECT_EQ(latest, stream.Delay());
    }
  }
}

TEST(FuseStreamTest, SameBitsAsFuser) {
  // Wide enough for one tile, for several if there are threads, and for several in any case; low,
  // shorter than the delay, and several chunks high.
  std::vector<std::pair<int, int>> sizes = {{10, 10}, {101, 33}};
  if (!kSlow) sizes.insert(sizes.end(), {{37, 211}, {640, 97}, {2300, 40}, {4100, 13}});
  const Model model = TenLayers();
  for (const auto& [width, height] : sizes) {
    for (Strategy strategy : {Strategy::kAdd, Strategy::kAverage, Strategy::kL1}) {
      for (int threads = 1; threads <= 4; ++threads) {
        SCOPED_TRACE(std::to_string(width) + "x" + std::to_string(height) + " " + Name(strategy) +
                     " threads " + std::to_string(threads));
        FuseOptions options;
        options.strategy = strategy;
        options.weights.detail_vis = 0.7f;
        options.threads = threads;
        ExpectSameBits(Fuser(model, options), width, height, 2);
      }
    }
  }
}

TEST(FuseStreamTest, EveryFormAndTarget) {
  for (const ModelConfig& config : AllForms(4, 2)) {
    const Model model = RandomModel(config, 5);
    ForEachTarget([&] {
      SCOPED_TRACE(config.FormName());
      FuseOptions options;
      options.threads = 3;
      ExpectSameBits(Fuser(model, options), 250, 90, 1);
    });
  }
}

TEST(FuseStreamTest, RowsOfAnyTypeInPartsOfAnySize) {
  constexpr int kWidth = 333, kHeight = 250;
  const Plane<float> ir = RandomImage(kWidth, kHeight, 1), vis = RandomImage(kWidth, kHeight, 2);
  Plane<std::uint8_t> ir8(kWidth, kHeight);
  Plane<std::uint16_t> vis16(kWidth, kHeight);
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      ir8.Row(y)[x] = FromUnit<std::uint8_t>(ir.Row(y)[x]);
      vis16.Row(y)[x] = FromUnit<std::uint16_t>(vis.Row(y)[x]);
    }
  }
  for (int threads = 1; threads <= 3; ++threads) {
    FuseOptions options;
    options.threads = threads;
    const Fuser fuser(TenLayers(), options);
    const Plane<std::uint16_t> expected = fuser.Fuse<std::uint16_t>(ir8, vis16);
    int next = 0;
    FuseStream stream(fuser, kWidth, kHeight, [&](int y, PlaneView<const std::uint16_t> rows) {
      EXPECT_EQ(y, next);
      for (int i = 0; i < rows.height; ++i, ++next) {
        EXPECT_TRUE(std::equal(rows.Row(i), rows.Row(i) + kWidth, expected.Row(next))) << next;
      }
    });
    // ir8's values in 8 bits and in float are the same, so a stream may take them by turns.
    for (const std::vector<int>& parts : std::vector<std::vector<int>>{
             {250}, {1, 249}, {32, 32, 32, 154}, {40, 1, 70, 3, 31, 5, 64, 36}}) {
      for (const bool by_turns : {false, true}) {
        next = 0;
        int y = 0, turn = 0;
        for (const int rows : parts) {
          const bool as_float = by_turns && turn++ % 2 == 1;
          stream.Push(as_float ? SourceView(ir).Rows(y, rows) : SourceView(ir8).Rows(y, rows),
                      SourceView(vis16).Rows(y, rows));
          y += rows;
        }
        EXPECT_EQ(next, kHeight) << parts.size() << " " << by_turns;
      }
    }
  }
}

TEST(FuseStreamTest, DelayIsTheFormula) {
  for (int layers : {1, 10, 15}) {
    const Model model = RandomModel({.layers = layers, .channels = 2}, 1);
    for (Strategy strategy : {Strategy::kAverage, Strategy::kL1}) {
      FuseOptions options;
      options.strategy = strategy;
      const FuseStream stream(Fuser(model, options), 64, 400, [](int, PlaneView<const float>) {});
      EXPECT_EQ(stream.Delay(),
                2 * layers + 9 + 1 + (strategy == Strategy::kL1 ? 1 : 0) + stream.Chunk() - 1);
    }
  }
  // Wide images are computed in larger chunks; the longest delay is measured there, too.
  ExpectSameBits(Fuser(RandomModel({.layers = 1, .channels = 1}, 1)), 4200, 300, 1);
}

TEST(FuseStreamTest, StartsAnewAfterTheSinkThrows) {
  const Plane<float> ir = RandomImage(40, 120, 1), vis = RandomImage(40, 120, 2);
  const Fuser fuser(TenLayers());
  const Plane<float> expected = fuser.Fuse(ir, vis);
  int received = 0, fail_at = 20;
  FuseStream stream(fuser, 40, 120, [&](int first, PlaneView<const float> rows) {
    for (int y = first; y < first + rows.height; ++y) {
      if (y == fail_at) throw std::runtime_error("the disk is full");
      EXPECT_EQ(y, received++);
      EXPECT_EQ(std::memcmp(rows.Row(y - first), expected.Row(y), sizeof(float) * 40), 0) << y;
    }
  });
  int pushed = 0;
  const auto push_all = [&] {
    received = 0;
    for (pushed = 0; pushed < 120; ++pushed) Push(&stream, ir, vis, pushed);
  };
  EXPECT_THROW(push_all(), std::runtime_error);
  EXPECT_EQ(received, 20);
  EXPECT_LE(pushed, 20 + stream.Delay());
  fail_at = -1;
  push_all();
  EXPECT_EQ(received, 120);
}

TEST(FuseStreamTest, RestartGivesUpTheImage) {
  const Plane<float> ir = RandomImage(40, 120, 1), vis = RandomImage(40, 120, 2);
  const Fuser fuser(TenLayers());
  const Plane<float> expected = fuser.Fuse(ir, vis);
  std::vector<int> rows;
  bool same = true;
  FuseStream first(fuser, 40, 120, [&](int y, PlaneView<const float> some) {
    for (int i = 0; i < some.height; ++i) {
      rows.push_back(y + i);
      same = same && std::memcmp(some.Row(i), expected.Row(y + i), sizeof(float) * 40) == 0;
    }
  });
  FuseStream stream = std::move(first);
  // Another image, of which nothing may be seen in the next one.
  for (int y = 0; y < 75; ++y) Push(&stream, vis, vis, y);
  EXPECT_FALSE(same);
  EXPECT_FALSE(rows.empty());
  stream.Restart();
  rows.clear();
  same = true;
  for (int y = 0; y < 120; ++y) Push(&stream, ir, vis, y);
  EXPECT_TRUE(same);
  ASSERT_EQ(rows.size(), 120u);
  EXPECT_EQ(rows.front(), 0);
}

TEST(FuseStreamTest, RefusesWhatCannotBeFused) {
  const Fuser fuser(TenLayers());
  const auto sink = [](int, PlaneView<const float>) {};
  ExpectError(ErrorKind::kInput, "9x20", [&] { FuseStream(fuser, 9, 20, sink); });
  ExpectError(ErrorKind::kInput, "20x9", [&] { FuseStream(fuser, 20, 9, sink); });
  ExpectError(ErrorKind::kInput, "-1x20", [&] { FuseStream(fuser, -1, 20, sink); });
  ExpectError(ErrorKind::kUsage, "sink",
              [&] { FuseStream(fuser, 20, 20, FuseStream::Sink<float>()); });
  EXPECT_NO_THROW(FuseStream(fuser, 10, 10, sink));
}

}  // namespace
}  // namespace auif

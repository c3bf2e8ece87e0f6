#include "auif/image.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "image/convert.h"
#include "tests/expect_error.h"

namespace auif {
namespace {

template <typename T>
Plane<T> Row(std::initializer_list<T> values) {
  Plane<T> plane(static_cast<int>(values.size()), 1);
  std::copy(values.begin(), values.end(), plane.Row(0));
  return plane;
}

template <typename T>
std::vector<T> Values(const Plane<T>& plane) {
  std::vector<T> values;
  for (int y = 0; y < plane.height(); ++y) {
    values.insert(values.end(), plane.Row(y), plane.Row(y) + plane.width());
  }
  return values;
}

template <typename T>
Image Rgb(std::initializer_list<T> red, std::initializer_list<T> green,
          std::initializer_list<T> blue) {
  return Image(std::array<Plane<T>, 3>{Row(red), Row(green), Row(blue)});
}

TEST(Image, SaysWhatItIs) {
  const Image image(Plane<std::uint16_t>(4, 3), "a.png");
  EXPECT_EQ(image.size(), (Size{4, 3}));
  EXPECT_EQ(image.channels(), 1);
  EXPECT_EQ(image.type(), SampleType::kUint16);
  EXPECT_EQ(image.range(), (Range{0, 65535}));
  EXPECT_EQ(image.source(), "a.png");
  EXPECT_FALSE(image.empty());
  EXPECT_TRUE(Image().empty());
  EXPECT_EQ(Image().channels(), 0);
}

TEST(Image, SamplesOfASpecAreZero) {
  Image image(ImageSpec{{3, 2}, 3, SampleType::kFloat, {0, 1}, "x"});
  EXPECT_EQ(Values(image.Channel(2)), std::vector<float>(6, 0.0f));
  image.View<float>(1).Row(1)[2] = 0.5f;
  EXPECT_EQ(image.View<float>(1).Row(1)[2], 0.5f);
  EXPECT_TRUE(image.colour());
}

TEST(Image, LevelsAreQuotientsInFloat) {
  EXPECT_EQ(Values(Image(Row<std::uint8_t>({0, 1, 77, 255})).Grey()),
            (std::vector<float>{0, 1 / 255.0f, 77 / 255.0f, 1}));
  EXPECT_EQ(Values(Image(Row<std::uint16_t>({0, 12345, 65535})).Grey()),
            (std::vector<float>{0, 12345 / 65535.0f, 1}));
  EXPECT_EQ(Values(Image(Row<float>({-0.5f, 0.3f, 2})).Grey()),
            (std::vector<float>{-0.5f, 0.3f, 2}));
}

TEST(Image, ARangeSaysWhatIsBlackAndWhite) {
  Image thermal = Row<std::uint16_t>({20000, 25100, 30200, 35300});
  thermal.set_range({20000, 30200});
  EXPECT_EQ(Values(thermal.Grey()), (std::vector<float>{0, 0.5f, 1, 1.5f}));
  EXPECT_EQ(Values(thermal.GreyAs<std::uint8_t>()), (std::vector<std::uint8_t>{0, 128, 255, 255}));
  EXPECT_EQ(Values(thermal.ChannelTo255(0)), (std::vector<double>{0, 127.5, 255, 382.5}));
  thermal.set_range({30200, 20000});  // white is cold
  EXPECT_EQ(Values(thermal.Grey()), (std::vector<float>{1, 0.5f, 0, -0.5f}));
  const Image eight = thermal.As(SampleType::kUint8);
  EXPECT_EQ(eight.range(), (Range{0, 255}));
  EXPECT_EQ(Values(eight.GreyAs<std::uint8_t>()), (std::vector<std::uint8_t>{255, 128, 0, 0}));
}

TEST(Image, ColoursHaveTheirLuma) {
  const Image image = Rgb<std::uint8_t>({255, 0, 0, 9}, {0, 255, 0, 9}, {0, 0, 255, 9});
  EXPECT_TRUE(image.colour());
  EXPECT_EQ(Values(image.Grey()), (std::vector<float>{0.299f, 0.587f, 0.114f, 9 / 255.0f}));
  EXPECT_EQ(Values(image.Channel(1)), (std::vector<float>{0, 1, 0, 9 / 255.0f}));
}

TEST(Image, TheLumaOfIntegersIsExact) {
  // In thousandths 13540 and 28465, and ties: 114 * 250 = 28500, 299 * 500 = 149500.
  const Image eight = Rgb<std::uint8_t>({1, 2, 0}, {1, 3, 0}, {111, 229, 250});
  EXPECT_EQ(Values(eight.GreyAs<std::uint8_t>()), (std::vector<std::uint8_t>{14, 28, 29}));
  const Image sixteen = Rgb<std::uint16_t>({500, 65535}, {0, 65535}, {0, 65535});
  EXPECT_EQ(Values(sixteen.GreyAs<std::uint16_t>()), (std::vector<std::uint16_t>{150, 65535}));
}

// So that it does not matter from which pixel on an image has colours.
TEST(Image, TheLumaOfEqualChannelsIsTheirLevel) {
  Plane<std::uint16_t> all(256, 256);
  for (int v = 0; v < 65536; ++v) all.Row(v / 256)[v % 256] = static_cast<std::uint16_t>(v);
  const Image grey(all), rgb(std::array<Plane<std::uint16_t>, 3>{all, all, all});
  EXPECT_FALSE(rgb.colour());
  EXPECT_EQ(Values(rgb.Grey()), Values(grey.Grey()));
}

TEST(Image, OneSampleMakesAColour) {
  std::array<Plane<std::uint8_t>, 3> rgb = {Plane<std::uint8_t>(5, 4), Plane<std::uint8_t>(5, 4),
                                            Plane<std::uint8_t>(5, 4)};
  EXPECT_FALSE(Image(rgb).colour());
  rgb[2].Row(3)[4] = 1;
  EXPECT_TRUE(Image(rgb).colour());
}

TEST(Image, DepthsConvertAndComeBack) {
  Plane<std::uint8_t> all(256, 1);
  for (int v = 0; v < 256; ++v) all.Row(0)[v] = static_cast<std::uint8_t>(v);
  const Image image(all, "all");
  for (const SampleType type : {SampleType::kUint8, SampleType::kUint16, SampleType::kFloat}) {
    const Image other = image.As(type);
    EXPECT_EQ(other.type(), type);
    EXPECT_EQ(other.source(), "all");
    EXPECT_EQ(Values(other.As(SampleType::kUint8).GreyAs<std::uint8_t>()), Values(all));
  }
  EXPECT_EQ(image.As(SampleType::kUint16).View<std::uint16_t>().Row(0)[200], 200 * 257);
}

TEST(Image, MetricsSeeWhatFilesHave) {
  EXPECT_EQ(Values(Image(Row<std::uint8_t>({0, 100, 255})).ChannelTo255(0)),
            (std::vector<double>{0, 100, 255}));
  EXPECT_EQ(Values(Image(Row<std::uint16_t>({0, 100, 65535})).ChannelTo255(0)),
            (std::vector<double>{0, 100 / 257.0, 255}));
}

TEST(Image, RefusesWhatItCannotBe) {
  const auto make = [](int channels, Size size, Range range) {
    return [=] { Image(ImageSpec{size, channels, SampleType::kUint8, range, "a.png"}); };
  };
  ExpectError(ErrorKind::kUsage, "one or three channels, not 4", make(4, {2, 2}, {0, 255}));
  ExpectError(ErrorKind::kUsage, "size -1x2", make(1, {-1, 2}, {0, 255}));
  ExpectError(ErrorKind::kUsage, "no extent", make(1, {2, 2}, {7, 7}));
  ExpectError(ErrorKind::kUsage, "no extent", make(1, {2, 2}, {0, INFINITY}));
  ExpectError(ErrorKind::kUsage, "differ in size: 2x1 and 1x1", [] {
    Rgb<std::uint8_t>({1, 2}, {1}, {1, 2});
  });
  const Image image(Plane<std::uint8_t>(2, 2));
  ExpectError(ErrorKind::kUsage, "asked for as 16-bit samples",
              [&] { image.View<std::uint16_t>(); });
  ExpectError(ErrorKind::kUsage, "channel 1", [&] { image.View<std::uint8_t>(1); });
}

}  // namespace
}  // namespace auif

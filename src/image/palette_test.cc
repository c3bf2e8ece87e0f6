#include "image/palette.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <random>
#include <vector>

#include "image/convert.h"
#include "tests/expect_error.h"

namespace auif {
namespace {

// A thermal scene: warm spots on a gradient, with noise.
Plane<float> Scene(int width = 160, int height = 120) {
  std::mt19937 random(3);
  Plane<float> levels(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      double level = 0.1 + 0.4 * x / width + 0.1 * std::sin(0.1 * y);
      for (const auto& [cx, cy] : {std::pair{40, 30}, {120, 80}, {90, 40}}) {
        level += 0.5 * std::exp(-((x - cx) * (x - cx) + (y - cy) * (y - cy)) / 200.0);
      }
      level += (random() % 100) * 2e-4;
      levels.Row(y)[x] = static_cast<float>(std::clamp(level, 0.0, 1.0));
    }
  }
  return levels;
}

Image Coloured(const Palette& palette, const Plane<float>& levels) {
  Image heat(ImageSpec{levels.size(), 3, SampleType::kFloat, {0, 1}, {}});
  for (int y = 0; y < levels.height(); ++y) ColourRow(palette, levels.Row(y), &heat, y);
  return heat.As(SampleType::kUint8);
}

cv::Mat ToMat(const Image& image) {
  cv::Mat mat(image.height(), image.width(), CV_8UC3);
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) {
      for (int c = 0; c < 3; ++c) {
        mat.at<cv::Vec3b>(y, x)[2 - c] = image.View<std::uint8_t>(c).Row(y)[x];
      }
    }
  }
  return mat;
}
Image FromMat(const cv::Mat& mat) {
  Image image(ImageSpec{{mat.cols, mat.rows}, 3, SampleType::kUint8, {0, 255}, {}});
  for (int y = 0; y < mat.rows; ++y) {
    for (int x = 0; x < mat.cols; ++x) {
      for (int c = 0; c < 3; ++c) {
        image.View<std::uint8_t>(c).Row(y)[x] = mat.at<cv::Vec3b>(y, x)[2 - c];
      }
    }
  }
  return image;
}
// Through a JPEG file with halved chroma.
Image Packed(const Image& image, int quality) {
  std::vector<unsigned char> bytes;
  cv::imencode(".jpg", ToMat(image), bytes, {cv::IMWRITE_JPEG_QUALITY, quality});
  return FromMat(cv::imdecode(bytes, cv::IMREAD_COLOR));
}

double MeanDifference(const Image& levels, const Plane<float>& expected) {
  double sum = 0;
  for (int y = 0; y < expected.height(); ++y) {
    for (int x = 0; x < expected.width(); ++x) {
      sum += std::abs(levels.View<float>().Row(y)[x] - expected.Row(y)[x]);
    }
  }
  return sum / expected.width() / expected.height();
}

TEST(Palette, EachIsRecognisedAndInverted) {
  const Plane<float> scene = Scene();
  for (const std::string& name : PaletteNames()) {
    const Palette& palette = FindPalette(name, "");
    const Image exact = Coloured(palette, scene);
    EXPECT_LT(MeanDifference(WithoutPalette(exact, palette), scene), 0.004) << name;
    if (!palette.colourful()) {
      EXPECT_EQ(GuessPalette(exact).colours, ImageColours::kGrey) << name;
      continue;
    }
    for (const int quality : {100, 90, 75}) {
      const Image packed = quality == 100 ? exact : Packed(exact, quality);
      const PaletteGuess guess = GuessPalette(packed);
      ASSERT_EQ(guess.colours, ImageColours::kPalette) << name << quality;
      EXPECT_EQ(guess.palette->name(), name) << quality;
      EXPECT_LT(MeanDifference(WithoutPalette(packed, palette), scene), 0.02) << name << quality;
    }
  }
}

TEST(Palette, TextsOfTheCameraDoNotHideIt) {
  cv::Mat mat = ToMat(Coloured(FindPalette("iron", ""), Scene()));
  cv::rectangle(mat, {0, 0}, {159, 5}, {200, 120, 40}, -1);  // a twentieth of the image
  cv::putText(mat, "36.6 C", {5, 110}, cv::FONT_HERSHEY_SIMPLEX, 0.7, {0, 255, 0}, 2);
  const PaletteGuess guess = GuessPalette(Packed(FromMat(mat), 80));
  ASSERT_EQ(guess.colours, ImageColours::kPalette);
  EXPECT_EQ(guess.palette->name(), "iron");
}

TEST(Palette, OthersDefineThemAlike) {
  for (const auto& [name, map] : {std::pair{"jet", cv::COLORMAP_JET},
                                  {"viridis", cv::COLORMAP_VIRIDIS},
                                  {"inferno", cv::COLORMAP_INFERNO}}) {
    cv::Mat ramp(1, 256, CV_8U), colours;
    for (int i = 0; i < 256; ++i) ramp.at<std::uint8_t>(0, i) = static_cast<std::uint8_t>(i);
    cv::applyColorMap(ramp, colours, map);
    for (int i = 0; i < 256; ++i) {
      const Colour colour = FindPalette(name, "").At(static_cast<float>(i) / 255);
      for (int c = 0; c < 3; ++c) {
        EXPECT_NEAR(colour[c], colours.at<cv::Vec3b>(0, i)[2 - c] / 255.0, 0.08) << name << i;
      }
    }
  }
}

TEST(Palette, LightnessIsSaid) {
  for (const std::string& name : PaletteNames()) {
    const bool falls = name == "rainbow" || name == "jet" || name == "black-hot";
    EXPECT_EQ(FindPalette(name, "").monotone(), !falls) << name;
  }
}

TEST(Palette, PhotographsAndGreysHaveNone) {
  std::mt19937 random(5);
  // Sky, wall, roof and lawn with shadows and texture.
  const cv::Vec3b colours[] = {{230, 180, 140}, {120, 140, 160}, {60, 70, 170}, {60, 140, 80}};
  cv::Mat photo(120, 160, CV_8UC3);
  for (int y = 0; y < photo.rows; ++y) {
    for (int x = 0; x < photo.cols; ++x) {
      const cv::Vec3b& colour = colours[y / 40 + (y >= 80 && x > 80 ? 1 : 0)];
      const double light = 0.5 + 0.4 * std::sin(0.07 * x) + (random() % 100) * 1e-3;
      for (int c = 0; c < 3; ++c) {
        photo.at<cv::Vec3b>(y, x)[c] = cv::saturate_cast<std::uint8_t>(colour[c] * light);
      }
    }
  }
  EXPECT_EQ(GuessPalette(FromMat(photo)).colours, ImageColours::kOther);
  EXPECT_EQ(GuessPalette(Packed(FromMat(photo), 80)).colours, ImageColours::kOther);
  // One hue that lies on a palette's curve.
  EXPECT_EQ(GuessPalette(FromMat(cv::Mat(60, 60, CV_8UC3, cv::Scalar(9, 140, 255)))).colours,
            ImageColours::kOther);
  // Grey, with what JPEG makes of it and a small logo.
  cv::Mat grey = ToMat(Coloured(FindPalette("white-hot", ""), Scene()));
  EXPECT_EQ(GuessPalette(Packed(FromMat(grey), 50)).colours, ImageColours::kGrey);
  cv::rectangle(grey, {0, 0}, {12, 12}, {40, 40, 220}, -1);
  EXPECT_EQ(GuessPalette(FromMat(grey)).colours, ImageColours::kGrey);
  EXPECT_EQ(GuessPalette(Image(Scene())).colours, ImageColours::kGrey);
  EXPECT_EQ(GuessPalette(Image()).colours, ImageColours::kGrey);
}

TEST(Palette, GreyImagesByName) {
  Plane<float> levels(3, 1);
  for (int x = 0; x < 3; ++x) levels.Row(0)[x] = 0.5F * static_cast<float>(x);
  const Image out = WithoutPalette(Image(levels), FindPalette("black-hot", ""));
  EXPECT_NEAR(out.View<float>().Row(0)[0], 1, 1e-6);
  EXPECT_NEAR(out.View<float>().Row(0)[1], 0.5, 0.003);
  EXPECT_NEAR(out.View<float>().Row(0)[2], 0, 1e-6);
  ExpectError(ErrorKind::kUsage, "did you mean 'iron'",
              [] { FindPalette("irom", "--ir-palette"); });
}

}  // namespace
}  // namespace auif

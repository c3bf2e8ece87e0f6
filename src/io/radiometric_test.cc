#include "auif/radiometric.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include "auif/io.h"
#include "io/source_reader.h"
#include "tests/captured_output.h"
#include "tests/radiometric_file.h"
#include "tests/run_program.h"
#include "tests/shared_data.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

template <typename Action>
Error CatchError(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error";
  return {ErrorKind::kOutput, ""};
}

class RadiometricTest : public testing::Test {
 protected:
  fs::path Write(const std::string& bytes, const std::string& name = "a.jpg") const {
    fs::remove(folder_ / name);  // a new file need not wait for the disk
    WriteAll(folder_ / name, bytes);
    return folder_ / name;
  }
  void ExpectRefused(const std::string& bytes, const std::string& text) const {
    const fs::path path = Write(bytes);
    EXPECT_TRUE(IsRadiometric(path)) << text;
    const Error error = CatchError([&] { ReadRadiometric(path); });
    EXPECT_EQ(error.kind(), ErrorKind::kInput);
    EXPECT_NE(error.message().find(text), std::string::npos) << error.what();
    EXPECT_EQ(error.where(), path.string());
  }

  const TemporaryFolder folder_;
  const cv::Mat raw_ = TestRaw(40, 30), visible_ = TestMat(120, 90, 3, 8);
};

int Differences(const Plane<std::uint16_t>& raw, const cv::Mat& expected) {
  if (raw.width() != expected.cols || raw.height() != expected.rows) return -1;
  int count = 0;
  for (int y = 0; y < raw.height(); ++y) {
    for (int x = 0; x < raw.width(); ++x) {
      count += raw.Row(y)[x] != expected.at<std::uint16_t>(y, x);
    }
  }
  return count;
}

TEST_F(RadiometricTest, RawValuesComeBackExactly) {
  for (const bool big : {true, false}) {
    for (const RawForm form : {RawForm::kPng, RawForm::kPlain}) {
      for (const std::size_t part : {60000u, 700u}) {
        RadiometricOptions options;
        options.big = big;
        options.form = form;
        options.part = part;
        const RadiometricImage image =
            ReadRadiometric(Write(RadiometricJpeg(raw_, visible_, options)));
        EXPECT_EQ(Differences(image.raw, raw_), 0) << big << part;
        EXPECT_EQ(image.screen, (Size{48, 36}));
        ASSERT_TRUE(image.camera && image.alignment && image.visible);
        EXPECT_EQ(image.camera->model, "Test cam");
        EXPECT_EQ(image.camera->r1, 13559.1220703125);
        EXPECT_EQ(image.camera->o, -5202);
        EXPECT_EQ(image.camera->x, double{1.9F});
        EXPECT_EQ(image.camera->conditions.emissivity, 1);
        EXPECT_EQ(image.alignment->scale, double{1.7F});
        EXPECT_EQ(image.alignment->offset_x, 2);
        EXPECT_EQ(image.alignment->offset_y, -10);
        EXPECT_EQ(image.alignment->right, 142);
        EXPECT_EQ(image.visible->size(), (Size{120, 90}));
        EXPECT_TRUE(image.notes.empty());
      }
    }
  }
}

TEST_F(RadiometricTest, PartsMayComeInAnyOrder) {
  std::vector<std::string> segments = FlirSegments(FlirContainer(raw_, visible_), 900);
  ASSERT_GT(segments.size(), 3u);
  std::swap(segments[0], segments[2]);
  segments.insert(segments.begin() + 1, JpegSegmentBytes(0xE1, "Exif and others"));
  EXPECT_EQ(Differences(ReadRadiometric(Write(JpegWith(segments))).raw, raw_), 0);
  // Fill bytes and stray ones between segments.
  segments[1] = "\xff\xff" + segments[1].substr(1) + std::string("\0stray", 6);
  EXPECT_EQ(Differences(ReadRadiometric(Write(JpegWith(segments))).raw, raw_), 0);
}

TEST_F(RadiometricTest, EmbeddedColoursAreRgb) {
  for (const char* format : {".png", ".jpg"}) {
    RadiometricOptions options;
    options.visible_format = format;
    cv::Mat smooth(90, 120, CV_8UC3);
    for (int y = 0; y < 90; ++y) {
      for (int x = 0; x < 120; ++x) smooth.at<cv::Vec3b>(y, x) = cv::Vec3b(2 * x, 2 * y, 200 - x);
    }
    const RadiometricImage image = ReadRadiometric(Write(RadiometricJpeg(raw_, smooth, options)));
    double worst = 0;
    for (int c = 0; c < 3; ++c) {
      for (int y = 0; y < 90; ++y) {
        for (int x = 0; x < 120; ++x) {
          worst = std::max(worst, std::abs(1.0 * image.visible->View<std::uint8_t>(c).Row(y)[x] -
                                           smooth.at<cv::Vec3b>(y, x)[2 - c]));
        }
      }
    }
    // Y, Cb and Cr are rounded; JPEG also halves the chroma's resolution and quantises.
    EXPECT_LT(worst, format == std::string(".png") ? 2.0 : 16.0) << format;
    EXPECT_GT(worst, 0) << "not even rounded?";
  }
}

TEST_F(RadiometricTest, TemperaturesAreTheFormulas) {
  const RadiometricImage image = ReadRadiometric(Write(RadiometricJpeg(raw_, {})));
  ThermalConditions conditions;  // emissivity 1, no air, no window
  const Plane<float> kelvin = Temperatures(image, conditions);
  const double r1 = 13559.1220703125, b = double{1368.1F}, o = -5202,
               r2 = double{0.0103647718206048F};
  for (int y = 0; y < 30; ++y) {
    for (int x = 0; x < 40; ++x) {
      const double s = raw_.at<std::uint16_t>(y, x);
      EXPECT_NEAR(kelvin.Row(y)[x], b / std::log(r1 / (r2 * (s + o)) + 1), 1e-4);
    }
  }
}

// The value of an object seen through air and a window, by the model; Temperatures inverts it.
TEST_F(RadiometricTest, TemperaturesSurviveAirWindowAndReflection) {
  RadiometricOptions options;
  const ThermalCamera& c = options.camera;
  ThermalConditions t = {0.8, 12, 285, 295, 0.6, 300, 0.9};
  const auto body = [&](double kelvin) {
    return c.r1 / (c.r2 * (std::exp(c.b / kelvin) - c.f)) - c.o;
  };
  const double celsius = t.atmosphere - 273.15;
  const double vapour =
      t.humidity * std::exp(1.5587 + 0.06939 * celsius - 0.00027816 * std::pow(celsius, 2) +
                            0.00000068455 * std::pow(celsius, 3));
  const double way = std::sqrt(t.distance / 2);
  const double tau = c.x * std::exp(-way * (c.alpha1 + c.beta1 * std::sqrt(vapour))) +
                     (1 - c.x) * std::exp(-way * (c.alpha2 + c.beta2 * std::sqrt(vapour)));
  EXPECT_GT(tau, 0.9);
  EXPECT_LT(tau, 0.999);
  cv::Mat raw(1, 40, CV_16U);
  for (int x = 0; x < 40; ++x) {
    const double object = 280 + x;
    // From the object on: what it sends and reflects, the air, the window, the air again.
    double s = t.emissivity * body(object) + (1 - t.emissivity) * body(t.reflected);
    s = tau * s + (1 - tau) * body(t.atmosphere);
    s = t.window_transmission * s + (1 - t.window_transmission) * body(t.window);
    s = tau * s + (1 - tau) * body(t.atmosphere);
    raw.at<std::uint16_t>(0, x) = static_cast<std::uint16_t>(std::lround(s));
  }
  const RadiometricImage image = ReadRadiometric(Write(RadiometricJpeg(raw, {}, options)));
  EXPECT_NEAR(HalfWayTransmission(*image.camera, t), tau, 1e-6);
  const Plane<float> kelvin = Temperatures(image, t);
  // A step of the raw value is 0.02 K there.
  for (int x = 0; x < 40; ++x) EXPECT_NEAR(kelvin.Row(0)[x], 280 + x, 0.015) << x;
}

TEST_F(RadiometricTest, ValuesBelowTheCalibrationHaveNoTemperature) {
  cv::Mat raw(1, 2, CV_16U);
  raw.at<std::uint16_t>(0, 0) = 5202;  // S + O = 0
  raw.at<std::uint16_t>(0, 1) = 15000;
  const Plane<float> kelvin =
      Temperatures(ReadRadiometric(Write(RadiometricJpeg(raw, {}))), ThermalConditions());
  EXPECT_TRUE(std::isnan(kelvin.Row(0)[0]) || kelvin.Row(0)[0] < 1);
  EXPECT_GT(kelvin.Row(0)[1], 250);
}

TEST_F(RadiometricTest, WrongConditionsAreNamed) {
  const RadiometricImage image = ReadRadiometric(Write(RadiometricJpeg(raw_, {})));
  const auto expect = [&](const ThermalConditions& conditions, const std::string& text) {
    const Error error = CatchError([&] { Temperatures(image, conditions); });
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_NE(error.message().find(text), std::string::npos) << error.what();
  };
  const double nan = std::nan("");
  expect({.emissivity = 0}, "emissivity");
  expect({.emissivity = 1.1}, "emissivity");
  expect({.distance = -1}, "distance");
  expect({.reflected = nan}, "reflected");
  expect({.humidity = 50}, "humidity");
  expect({.window_transmission = 0}, "window's transmission");
}

TEST_F(RadiometricTest, WhatTheFileSaysOfNothingIsReplacedAndNoted) {
  RadiometricOptions options;
  options.camera.conditions.emissivity = 0;
  options.camera.conditions.humidity = 50;  // per cent
  options.camera.conditions.reflected = std::nan("");
  const RadiometricImage image = ReadRadiometric(Write(RadiometricJpeg(raw_, {}, options)));
  EXPECT_EQ(image.camera->conditions.emissivity, 1);
  EXPECT_EQ(image.camera->conditions.humidity, 0.5);
  EXPECT_EQ(image.camera->conditions.reflected, 293.15);
  EXPECT_EQ(image.notes.size(), 2u);
  options.camera.r1 = 0;
  const RadiometricImage none = ReadRadiometric(Write(RadiometricJpeg(raw_, {}, options)));
  EXPECT_EQ(CatchError([&] { Temperatures(none, {}); }).kind(), ErrorKind::kInput);
  options.with_camera = false;
  const RadiometricImage bare = ReadRadiometric(Write(RadiometricJpeg(raw_, {}, options)));
  EXPECT_FALSE(bare.camera);
  EXPECT_EQ(CatchError([&] { Temperatures(bare, {}); }).kind(), ErrorKind::kInput);
}

TEST_F(RadiometricTest, OtherFilesAreNotRadiometric) {
  for (const std::string& bytes :
       {JpegWith({}), JpegWith({JpegSegmentBytes(0xE1, "FLIX")}), Encoded(visible_, ".png"),
        std::string("\xff\xd8"), std::string()}) {
    const fs::path path = Write(bytes);
    EXPECT_FALSE(IsRadiometric(path));
    EXPECT_FALSE(FindRadiometric(path));
    const Error error = CatchError([&] { ReadRadiometric(path); });
    EXPECT_EQ(error.kind(), ErrorKind::kInput);
    EXPECT_NE(error.message().find("no radiometric data"), std::string::npos) << error.what();
  }
  EXPECT_FALSE(IsRadiometric(folder_ / "missing"));
  EXPECT_FALSE(IsRadiometric(folder_.path()));
  EXPECT_EQ(CatchError([&] { FindRadiometric(folder_ / "missing"); }).kind(), ErrorKind::kInput);
}

TEST_F(RadiometricTest, BrokenOnesAreRefusedWithTheReason) {
  const std::string container = FlirContainer(raw_, visible_);
  std::vector<std::string> segments = FlirSegments(container, 900);
  const auto without = [&](std::size_t i) {
    std::vector<std::string> rest = segments;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    return JpegWith(rest);
  };
  ExpectRefused(without(0), "segments are missing");
  ExpectRefused(without(segments.size() - 1), "segments are missing");
  std::vector<std::string> twice = segments;
  twice[1] = twice[0];
  ExpectRefused(JpegWith(twice), "segment 0 is there twice");
  twice = segments;
  twice[1][11] = 0;  // the last part's number
  ExpectRefused(JpegWith(twice), "not of one set");

  const auto changed = [&](std::size_t at, const std::string& bytes) {
    std::string other = container;
    other.replace(at, bytes.size(), bytes);
    return JpegWith(FlirSegments(other, 60000));
  };
  ExpectRefused(changed(0, "XXXX"), "no header");
  ExpectRefused(changed(22, "\x7f"), "a version that is not known");
  ExpectRefused(changed(24, "\x7f"), "directory lies outside");
  ExpectRefused(changed(28, "\x7f"), "directory lies outside");
  ExpectRefused(changed(64 + 32 + 12, "\x7f"), "a record lies outside");
  ExpectRefused(changed(64 + 32 + 16, "\x7f"), "a record lies outside");
  const std::size_t raw_at = 64 + 32 * 5;
  ExpectRefused(changed(raw_at + 3, "\x29"), "not a 16-bit grey PNG of 41x30");
  ExpectRefused(changed(raw_at + 32, "XXXX"), "neither a PNG nor 40x30 16-bit values");
  ExpectRefused(changed(raw_at + 2, std::string(2, '\0')), "has no pixels");

  RadiometricOptions options;
  options.form = RawForm::kJpegLs;
  ExpectRefused(RadiometricJpeg(raw_, {}, options), "JPEG-LS");
}

TEST_F(RadiometricTest, CutAndFlippedFilesGiveAnErrorOrTheSameValues) {
  const cv::Mat raw = TestRaw(16, 12), visible = TestMat(24, 18, 3, 8);
  RadiometricOptions options;
  options.part = 500;
  const std::string bytes = RadiometricJpeg(raw, visible, options);
  bool quiet = false;
  int refused = 0, read = 0, other = 0;
  {
    const CapturedOutput output;
    const auto attempt = [&](const std::string& changed, bool same) {
      const fs::path path = Write(changed);
      try {
        IsRadiometric(path);
        if (const auto image = FindRadiometric(path)) {
          ++read;
          if (same) {
            EXPECT_EQ(Differences(image->raw, raw), 0);
          }
          if (image->visible) AlignedVisible(*image, nullptr);
          if (image->camera) Temperatures(*image, image->camera->conditions);
        } else {
          ++other;
        }
      } catch (const Error& error) {
        ++refused;
        EXPECT_EQ(error.where(), path.string()) << error.what();
        EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
      }
    };
    for (std::size_t size = 0; size < bytes.size(); size += size < 1200 ? 1 : 7) {
      attempt(bytes.substr(0, size), true);
    }
    std::mt19937 random(5);
    for (int i = 0; i < 4000; ++i) {
      std::string changed = bytes;
      for (unsigned n = 1 + random() % 3; n > 0; --n) {
        changed[random() % changed.size()] ^= static_cast<char>(1U << random() % 8);
      }
      attempt(changed, false);
    }
    quiet = output.Empty();
  }
  EXPECT_TRUE(quiet) << "something was printed";
  EXPECT_GT(refused, 500);
  EXPECT_GT(read, 100);
  EXPECT_GT(other, 0);
}

TEST_F(RadiometricTest, TheVisibleImageIsCutByTheAlignment) {
  // A ramp each way tells where each pixel comes from.
  cv::Mat ramp(180, 240, CV_8UC3);
  for (int y = 0; y < 180; ++y) {
    for (int x = 0; x < 240; ++x) ramp.at<cv::Vec3b>(y, x) = cv::Vec3b(0, y, x);
  }
  RadiometricImage image;
  image.raw = Plane<std::uint16_t>(40, 30);
  std::array<Plane<std::uint8_t>, 3> planes = {
      Plane<std::uint8_t>(240, 180), Plane<std::uint8_t>(240, 180), Plane<std::uint8_t>(240, 180)};
  for (int y = 0; y < 180; ++y) {
    for (int x = 0; x < 240; ++x) {
      planes[0].Row(y)[x] = static_cast<std::uint8_t>(x);
      planes[1].Row(y)[x] = static_cast<std::uint8_t>(y);
    }
  }
  image.visible = Image(std::move(planes));
  image.alignment = VisibleAlignment{2, 20, -10, 0, 0, 0, 0};
  std::vector<std::string> notes;
  const Image aligned = AlignedVisible(image, &notes);
  ASSERT_EQ(aligned.size(), (Size{40, 30}));
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_NE(notes[0].find("parallax"), std::string::npos);
  // 120x90 pixels around (140, 80): three of them to one.
  for (const int i : {2, 15, 27}) {
    EXPECT_NEAR(aligned.View<std::uint8_t>(0).Row(i)[i], 80 + 3 * i + 1, 1) << i;
    EXPECT_NEAR(aligned.View<std::uint8_t>(1).Row(i)[i], 35 + 3 * i + 1, 1) << i;
  }
  // Beyond the border, and an alignment that is none.
  notes.clear();
  image.alignment->offset_x = 80;
  const Image over = AlignedVisible(image, &notes);
  EXPECT_EQ(over.View<std::uint8_t>(0).Row(5)[39], 239);
  EXPECT_EQ(notes.size(), 2u);
  for (const double scale : {0.0, std::nan(""), 1e30, 2.0}) {
    notes.clear();
    image.alignment = VisibleAlignment{scale, scale == 2 ? 30000 : 0, 0, 0, 0, 0, 0};
    const Image middle = AlignedVisible(image, &notes);
    EXPECT_NEAR(middle.View<std::uint8_t>(0).Row(15)[0], 2.5, 1);
    ASSERT_EQ(notes.size(), 1u);
    EXPECT_NE(notes[0].find("middle"), std::string::npos);
  }
  image.visible.reset();
  EXPECT_EQ(CatchError([&] { AlignedVisible(image, nullptr); }).kind(), ErrorKind::kInput);
}

TEST_F(RadiometricTest, AsASourceItIsTwoImages) {
  const fs::path path = Write(RadiometricJpeg(raw_, visible_));
  EXPECT_TRUE(IsRadiometric(path, true));
  std::vector<std::string> notes;
  const Image ir = ReadSource(path, Modality::kInfrared, {{SourceRule::kFull}}, &notes);
  EXPECT_EQ(ir.type(), SampleType::kUint16);
  EXPECT_EQ(ir.View<std::uint16_t>().Row(7)[5], raw_.at<std::uint16_t>(7, 5));
  ASSERT_FALSE(notes.empty());
  EXPECT_NE(notes[0].find("raw thermal values"), std::string::npos);
  notes.clear();
  const Image vis = ReadSource(path, Modality::kVisible, {}, &notes);
  EXPECT_EQ(vis.size(), ir.size());
  EXPECT_EQ(vis.channels(), 3);
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_NE(notes[0].find("parallax"), std::string::npos);
  // Without an embedded image it can only be the screen's.
  const fs::path alone = Write(RadiometricJpeg(raw_, {}), "alone.jpg");
  EXPECT_TRUE(IsRadiometric(alone));
  EXPECT_FALSE(IsRadiometric(alone, true));
  EXPECT_EQ(ReadSource(alone, Modality::kVisible).size(), (Size{48, 36}));
}

TEST_F(RadiometricTest, FilesOfAFolderPairWithThemselves) {
  Write(RadiometricJpeg(raw_, visible_), "IR_0001.jpg");
  Write(RadiometricJpeg(raw_, visible_), "IR_0002.jpg");
  Write(RadiometricJpeg(raw_, {}), "IR_0003.jpg");  // no visible image
  Write(JpegWith({}), "DC_0004.jpg");               // no thermal one
  Write(RadiometricJpeg(raw_, visible_), "scene_ir.jpg");
  Write(JpegWith({}), "scene_vis.jpg");  // a partner of its own
  const PairList list = FindPairs(folder_.path());
  ASSERT_EQ(list.pairs.size(), 3u);
  EXPECT_EQ(list.pairs[0].name, "IR_0001");
  EXPECT_EQ(list.pairs[0].ir, list.pairs[0].vis);
  EXPECT_EQ(list.pairs[0].by, PairedBy::kRadiometric);
  EXPECT_EQ(list.pairs[2].vis.filename(), "scene_vis.jpg");
  EXPECT_EQ(list.unmatched.size(), 2u);
}

TEST_F(RadiometricTest, DjiFilesGiveValuesAlone) {
  const cv::Mat raw = TestRaw(48, 36);
  std::string values;
  for (const std::uint16_t v : cv::Mat_<std::uint16_t>(raw)) {
    values += static_cast<char>(v & 255);
    values += static_cast<char>(v >> 8);
  }
  std::vector<std::string> segments = {JpegSegmentBytes(0xE1, std::string("Exif\0\0MM*DJI\0", 13))};
  for (std::size_t at = 0; at < values.size(); at += 1000) {
    segments.push_back(JpegSegmentBytes(0xE3, values.substr(at, 1000)));
  }
  const fs::path path = Write(JpegWith(segments));
  EXPECT_TRUE(IsRadiometric(path));
  EXPECT_FALSE(IsRadiometric(path, true));
  const RadiometricImage image = ReadRadiometric(path);
  EXPECT_EQ(Differences(image.raw, raw), 0);
  const Error error = CatchError([&] { Temperatures(image, {}); });
  EXPECT_EQ(error.kind(), ErrorKind::kInput);
  EXPECT_NE(error.message().find("maker's library"), std::string::npos) << error.what();
  // Of another length they are not known.
  segments.pop_back();
  EXPECT_FALSE(FindRadiometric(Write(JpegWith(segments))));
}

// Real files beside what ExifTool reads from them: lines "Name : value".
TEST(RadiometricFiles, FieldsAreExifTools) {
  for (const std::string name : {"flir-b60", "flir-t640"}) {
    AUIF_NEED_SHARED("data/thermal/" + name + ".jpg");
    const fs::path folder = SharedDir() / "data/thermal";
    std::map<std::string, std::string> fields;
    std::ifstream file(folder / (name + ".fields.txt"));
    for (std::string line; std::getline(file, line);) {
      const std::size_t colon = line.find(':');
      fields[line.substr(0, line.find(' '))] = line.substr(colon + 2);
    }
    const auto number = [&](const char* field) { return std::stod(fields.at(field)); };
    const RadiometricImage image = ReadRadiometric(folder / (name + ".jpg"));
    ASSERT_TRUE(image.camera && image.alignment && image.visible);
    const ThermalCamera& c = *image.camera;
    const ThermalConditions& t = c.conditions;
    EXPECT_EQ(c.model, fields.at("CameraModel"));
    for (const auto& [field, value] :
         std::map<const char*, double>{{"Emissivity", t.emissivity},
                                       {"ObjectDistance", t.distance},
                                       {"ReflectedApparentTemperature", t.reflected - 273.15},
                                       {"AtmosphericTemperature", t.atmosphere - 273.15},
                                       {"RelativeHumidity", t.humidity},
                                       {"IRWindowTemperature", t.window - 273.15},
                                       {"IRWindowTransmission", t.window_transmission},
                                       {"PlanckR1", c.r1},
                                       {"PlanckB", c.b},
                                       {"PlanckF", c.f},
                                       {"PlanckO", c.o},
                                       {"PlanckR2", c.r2},
                                       {"RawThermalImageWidth", image.raw.width()},
                                       {"RawThermalImageHeight", image.raw.height()},
                                       {"EmbeddedImageWidth", image.visible->width()},
                                       {"EmbeddedImageHeight", image.visible->height()},
                                       {"Real2IR", image.alignment->scale},
                                       {"OffsetX", image.alignment->offset_x},
                                       {"OffsetY", image.alignment->offset_y},
                                       {"PiPX1", image.alignment->left},
                                       {"PiPX2", image.alignment->right},
                                       {"PiPY1", image.alignment->top},
                                       {"PiPY2", image.alignment->bottom}}) {
      EXPECT_NEAR(value, number(field), 1e-12 * std::abs(number(field)) + 1e-11) << field;
    }
    const Plane<float> kelvin = Temperatures(image, t);
    double sum = 0;
    for (int y = 0; y < kelvin.height(); ++y) {
      for (int x = 0; x < kelvin.width(); ++x) {
        sum += kelvin.Row(y)[x];
      }
    }
    const double mean = sum / kelvin.width() / kelvin.height();
    EXPECT_GT(mean, 220) << name;  // a winter street below a clear sky; a switchboard
    EXPECT_LT(mean, 320) << name;
  }
}

}  // namespace
}  // namespace auif

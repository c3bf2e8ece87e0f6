#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "auif/method.h"
#include "methods/onnx_graph.h"
#include "methods/onnx_test_util.h"
#include "tests/captured_output.h"
#include "tests/expect_error.h"
#include "tests/random_model.h"
#include "tests/run_program.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

using namespace onnx;

Plane<float> Pixels(int width, int height, const std::vector<float>& values) {
  Plane<float> plane(width, height);
  for (int y = 0; y < height; ++y) std::copy_n(&values[y * width], width, plane.Row(y));
  return plane;
}

void ExpectNear(const Plane<float>& a, const Plane<float>& b, double bound) {
  ASSERT_EQ(a.size(), b.size());
  double largest = 0;
  for (int y = 0; y < a.height(); ++y) {
    for (int x = 0; x < a.width(); ++x) {
      largest = std::max(largest, std::abs(double{a.Row(y)[x]} - b.Row(y)[x]));
    }
  }
  EXPECT_LE(largest, bound);
}

class OnnxTest : public testing::Test {
 protected:
  std::string Write(const std::string& bytes) {
    const std::string path = (folder_ / "network.onnx").string();
    WriteAll(path, bytes);
    return path;
  }
  std::unique_ptr<FusionMethod> Open(const Network& network, const MethodSettings& settings = {},
                                     int threads = 0) {
    return OpenMethod("onnx:" + Write(network.Bytes()), settings, threads);
  }
  // Of 2x1 sources that are all different.
  std::vector<float> Fused(const Network& network, const MethodSettings& settings = {}) {
    const Plane<float> fused = Open(network, settings)->Fuse(ir_, vis_);
    return {fused.Row(0)[0], fused.Row(0)[1]};
  }
  void Expect(float left, float right, const Network& network,
              const MethodSettings& settings = {}) {
    const std::vector<float> fused = Fused(network, settings);
    EXPECT_NEAR(fused[0], left, 1e-6);
    EXPECT_NEAR(fused[1], right, 1e-6);
  }

  TemporaryFolder folder_;
  const Plane<float> ir_ = Pixels(2, 1, {0.2f, 0.4f}), vis_ = Pixels(2, 1, {0.8f, 0.6f});
};

// Two convolutions of 3x3 with values of both signs, which see 2 pixels to each side.
Network Convolutions(const Dims& size = {1, 2, 0, 0}) {
  std::mt19937 bits(1);
  const auto random = [&](std::size_t count) {
    std::vector<float> values(count);
    for (float& v : values) v = static_cast<float>((bits() >> 8) % 1000) / 4000 - 0.1f;
    return values;
  };
  return {{Value("sources", size)},
          {Conv("sources", "a", "x", 1), Node("Relu", {"x"}, "y"), Conv("y", "b", "fused", 1)},
          {Tensor("a", {8, 2, 3, 3}, random(144)), Tensor("b", {1, 8, 3, 3}, random(72))}};
}

TEST_F(OnnxTest, WeightedSumByHand) {
  Expect(0.75f * 0.2f + 0.25f * 0.8f, 0.75f * 0.4f + 0.25f * 0.6f, WeightedSum(0.75f, 0.25f));
}

TEST_F(OnnxTest, InputsAreFoundByNamesAndOrder) {
  const auto swapped = [](const std::string& a, const std::string& b) {
    Network network = WeightedSum(1, 0);
    network.inputs = {Value(a, kAny), Value(b, kAny)};
    network.nodes = {Conv(a, "a.k", "1", 0), Conv(b, "b.k", "2", 0),
                     Node("Add", {"1", "2"}, "fused")};
    network.tensors = {Tensor("a.k", {1, 1, 1, 1}, {1}), Tensor("b.k", {1, 1, 1, 1}, {0})};
    return network;  // gives its first input back
  };
  Expect(0.2f, 0.4f, swapped("ir", "vis"));
  Expect(0.8f, 0.6f, swapped("vis", "ir"));
  Expect(0.8f, 0.6f, swapped("Input_Visible.1", "x"));
  Expect(0.8f, 0.6f, swapped("x", "image-IR"));
  Expect(0.2f, 0.4f, swapped("a", "b"));
  Expect(0.2f, 0.4f, swapped("first", "virtual"));  // which holds "ir" and "vi", but as no words
  Expect(0.8f, 0.6f, swapped("a", "b"), {{"ir-input", "b"}});
  Expect(0.8f, 0.6f, swapped("a", "b"), {{"vis-input", "a"}});
  Expect(0.8f, 0.6f, swapped("ir", "vis"), {{"ir-input", "vis"}, {"vis-input", "ir"}});
  ExpectError(ErrorKind::kUsage, "did you mean 'vis'?", [&] {
    Open(WeightedSum(1, 0), {{"vis-input", "viz"}});
  });
  ExpectError(ErrorKind::kUsage, "there is ir, vis", [&] {
    Open(WeightedSum(1, 0), {{"ir-input", "nothing like it"}});
  });
  ExpectError(ErrorKind::kUsage, "the same", [&] {
    Open(WeightedSum(1, 0), {{"ir-input", "ir"}, {"vis-input", "ir"}});
  });
}

TEST_F(OnnxTest, OneInputOfTwoChannels) {
  // 1 of the first channel and 0.5 of the second, to the left of the pixel: a row (1, 0, 0).
  const Network network = {{Value("sources", {1, 2, 0, 0})},
                           {Conv("sources", "a", "fused", 1)},
                           {Tensor("a", {1, 2, 3, 3},
                                   {0, 0, 0, 1, 0, 0, 0, 0, 0,  //
                                    0, 0, 0, 0.5f, 0, 0, 0, 0, 0})}};
  Expect(0, 0.2f + 0.5f * 0.8f, network);
  Expect(0, 0.8f + 0.5f * 0.2f, network, {{"order", "vis-ir"}});
  ExpectError(ErrorKind::kUsage, "order=", [&] { Open(network, {{"ir-input", "sources"}}); });
}

TEST_F(OnnxTest, RangesOfValues) {
  // The identity on ir, and 0.1 added to it: in the units of the network.
  Network network = WeightedSum(1, 0);
  network.nodes.back() = Node("Add", {"x", "bias"}, "z");
  network.nodes.push_back(Node("Add", {"z", "y"}, "fused"));
  network.tensors.push_back(Tensor("bias", {1, 1, 1, 1}, {0.1f}));
  Expect(0.3f, 0.5f, network);
  Expect(0.2f + 0.1f / 255, 0.4f + 0.1f / 255, network, {{"input-range", "0-255"}});
  Expect(0.25f, 0.45f, network, {{"input-range", "-1-1"}});
  Expect((0.3f + 1) / 2, (0.5f + 1) / 2, network, {{"output-range", "-1-1"}});
  Expect(0.3f / 255, 0.5f / 255, network, {{"output-range", "0-255"}});
  Expect((51.1f + 1) / 2 > 1 ? 1 : 0, 1, network,
         {{"input-range", "0-255"}, {"output-range", "0-1"}});  // clamped
  Expect(0, 1, network, {{"stretch", "yes"}});
}

TEST_F(OnnxTest, ThreeChannels) {
  // R of ir, G of vis, B of ir. Its luma is 0.413 ir + 0.587 vis.
  std::vector<float> a(9), b(9);
  a[0] = a[8] = 1;
  b[4] = 1;
  Network network = WeightedSum(0, 0, {1, 3, 0, 0});
  network.tensors = {Tensor("a", {3, 3, 1, 1}, a), Tensor("b", {3, 3, 1, 1}, b)};
  Expect(0.413f * 0.2f + 0.587f * 0.8f, 0.413f * 0.4f + 0.587f * 0.6f, network);
  ExpectError(ErrorKind::kInput, "channels=1 contradicts", [&] {
    Open(network, {{"channels", "1"}});
  });
  // Where the file leaves it open, the option says it.
  network.inputs = {Value("ir", {1, 0, 0, 0}), Value("vis", {1, 0, 0, 0})};
  Expect(0.413f * 0.2f + 0.587f * 0.8f, 0.413f * 0.4f + 0.587f * 0.6f, network,
         {{"channels", "3"}});
}

TEST_F(OnnxTest, OutputByName) {
  Network network = WeightedSum(1, 1);
  network.outputs = {Value("fused", kAny), Value("y", kAny)};
  Expect(1, 1, network);
  Expect(0.8f, 0.6f, network, {{"output", "y"}});
  ExpectError(ErrorKind::kUsage, "did you mean 'fused'?", [&] {
    Open(network, {{"output", "fussed"}});
  });
}

TEST_F(OnnxTest, FixedSizeIsResizedToAndSaid) {
  const auto method = Open(WeightedSum(1, 0, {1, 1, 24, 32}));
  EXPECT_NE(method->Note().find("32x24"), std::string::npos) << method->Note();
  EXPECT_EQ(Open(WeightedSum(1, 0))->Note(), "");
  // An image of that size is not touched; a ramp, resized and back, is a ramp but at its ends.
  const Plane<float> image = RandomImage(32, 24, 1);
  ExpectNear(method->Fuse(image, image), image, 1e-6);
  Plane<float> ramp(64, 48);
  for (int y = 0; y < 48; ++y) {
    for (int x = 0; x < 64; ++x) ramp.Row(y)[x] = static_cast<float>(x + y) / 110;
  }
  ExpectNear(method->Fuse(ramp, ramp), ramp, 1.01 / 110);
  for (const char* option : {"multiple", "overlap"}) {
    ExpectError(ErrorKind::kUsage, "32x24", [&] {
      Open(WeightedSum(1, 0, {1, 1, 24, 32}), {{option, "4"}});
    });
  }
}

TEST_F(OnnxTest, MultiplesAreReachedByReflection) {
  // Every second pixel, repeated: gives back what is constant over 2x2 pixels.
  Network network = WeightedSum(1, 0);
  network.tensors.push_back(Tensor("half", {1, 1, 1, 1}, {1}));
  network.tensors.push_back(Tensor("twice", {1, 1, 2, 2}, {1, 1, 1, 1}));
  network.nodes.back() = Node("Add", {"x", "y"}, "z");
  network.nodes.push_back(Conv("z", "half", "h", 0, 2));
  network.nodes.push_back(Node("ConvTranspose", {"h", "twice"}, "fused",
                               {Ints("strides", {2, 2}), Ints("kernel_shape", {2, 2})}));
  Plane<float> image(33, 21), expected(33, 21);
  const Plane<float> random = RandomImage(33, 21, 5);
  for (int y = 0; y < 21; ++y) {
    for (int x = 0; x < 33; ++x) expected.Row(y)[x] = random.Row(y / 2 * 2)[x / 2 * 2];
  }
  const Plane<float> fused = Open(network, {{"multiple", "2"}})->Fuse(random, random);
  ExpectNear(fused, expected, 1e-6);
  ExpectError(ErrorKind::kInput, "(1, 1, 22, 34) for 33x21",
              [&] { Open(network)->Fuse(random, random); });
  const Plane<float> pixel = Pixels(1, 1, {0.5f});
  ExpectNear(Open(network, {{"multiple", "64"}})->Fuse(pixel, pixel), pixel, 1e-6);
}

TEST_F(OnnxTest, TilesLeaveNoTrace) {
  const Plane<float> ir = RandomImage(300, 290, 1), vis = RandomImage(300, 290, 2);
  const Plane<float> whole = Open(Convolutions())->Fuse(ir, vis);
  // Sums in another order.
  ExpectNear(Open(Convolutions(), {{"overlap", "2"}})->Fuse(ir, vis), whole, 2e-6);
  ExpectNear(Open(Convolutions(), {{"overlap", "5"}, {"multiple", "8"}})->Fuse(ir, vis),
             Open(Convolutions(), {{"multiple", "8"}})->Fuse(ir, vis), 2e-6);
  // Too small an overlap does.
  const Plane<float> cut = Open(Convolutions(), {{"overlap", "1"}})->Fuse(ir, vis);
  EXPECT_GT(std::abs(cut.Row(0)[127] - whole.Row(0)[127]), 1e-3);
}

TEST_F(OnnxTest, SameBitsForAnyNumberOfThreadsAndCallers) {
  const Plane<float> ir = RandomImage(300, 290, 1), vis = RandomImage(300, 290, 2);
  for (const char* overlap : {"0", "2"}) {
    const Plane<float> one = Open(Convolutions(), {{"overlap", overlap}}, 1)->Fuse(ir, vis);
    const auto method = Open(Convolutions(), {{"overlap", overlap}}, 5);
    std::vector<Plane<float>> fused(3);
    std::vector<std::thread> callers;
    for (Plane<float>& result : fused) {
      callers.emplace_back([&] { result = method->Fuse(ir, vis); });
    }
    for (std::thread& caller : callers) caller.join();
    for (const Plane<float>& result : fused) ExpectNear(result, one, 0);
  }
}

TEST_F(OnnxTest, OneNetworkFusesImagesOfManySizes) {
  const auto method = Open(Convolutions());
  for (const int size : {40, 23, 64, 1}) {
    const Plane<float> ir = RandomImage(size, size + 3, 1), vis = RandomImage(size, size + 3, 2);
    ExpectNear(method->Fuse(ir, vis), Open(Convolutions())->Fuse(ir, vis), 0);
  }
}

TEST_F(OnnxTest, WhatTheNetworkMustBe) {
  const auto expect = [&](const std::string& part, const Network& network) {
    ExpectError(ErrorKind::kInput, part, [&] { Open(network); });
  };
  Network network = WeightedSum(1, 0);
  network.inputs.push_back(Value("third", kAny));
  expect("has 3 inputs", network);
  network = WeightedSum(1, 0);
  network.inputs = {Value("ir", {1, 2, 0, 0})};
  expect("nothing gives what the network reads as 'vis'", network);
  expect(
      "needs two channels",
      {{Value("grey", kAny)}, {Conv("grey", "a", "fused", 0)}, {Tensor("a", {1, 1, 1, 1}, {1})}});
  expect("one channel or three", WeightedSum(1, 0, {1, 2, 0, 0}));
  expect("batch of one", WeightedSum(1, 0, {2, 1, 0, 0}));
  expect("65536", WeightedSum(1, 0, {1, 1, 1 << 20, 1 << 20}));
  expect("channels, height and width", WeightedSum(1, 0, {1, 0, 0}));
  network = WeightedSum(1, 0);
  network.inputs[1] = Value("vis", {1, 1, 64, 64});
  expect("one size", network);
  network.inputs[1] = Value("vis", kAny, 2);
  expect("of type float", network);
  network = WeightedSum(1, 0);
  network.outputs.clear();
  expect("no output", network);
  // A tensor with values may stand among the inputs.
  network = WeightedSum(0.5f, 0.5f);
  network.inputs.push_back(Value("a", {1, 1, 1, 1}));
  Expect(0.5f, 0.5f, network);
}

TEST_F(OnnxTest, WhatOpenCvCannotReadIsOneLineWithItsReason) {
  Network network = WeightedSum(1, 0);
  network.nodes.back() = Node("Wavelet", {"x", "y"}, "fused", {Text("name\n\x1b[31m", "x\ny")});
  const CapturedOutput output;
  const std::string file = Write(network.Bytes());
  for (int i = 0; i < 2; ++i) {
    try {
      OpenMethod("onnx:" + file);
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      const std::string line = error.what();
      EXPECT_EQ(error.kind(), ErrorKind::kInput);
      EXPECT_EQ(line.find(file + ": OpenCV cannot read the network: "), 0u) << line;
      EXPECT_NE(line.find("Wavelet"), std::string::npos) << line;
      EXPECT_EQ(line.find_first_of("\n\x1b"), std::string::npos) << line;
    }
  }
  EXPECT_TRUE(output.Empty());
}

TEST_F(OnnxTest, NoFileAndNoOnnx) {
  ExpectError(ErrorKind::kUsage, "onnx:FILE", [] { OpenMethod("onnx"); });
  ExpectError(ErrorKind::kUsage, "onnx:FILE", [] { OpenMethod("onnx:"); });
  ExpectError(ErrorKind::kInput, "nothing.onnx", [] { OpenMethod("onnx:nothing.onnx"); });
  ExpectError(ErrorKind::kInput, "nothing:at=all.onnx",
              [] { OpenMethod("onnx:nothing:at=all.onnx"); });
  ExpectError(ErrorKind::kUsage, "did you mean 'onnx'?", [] { OpenMethod("onxx:a.onnx"); });
  ExpectError(ErrorKind::kUsage, "laplacian:levels=3", [] { OpenMethod("laplacian:levels=3"); });
  ExpectError(ErrorKind::kInput, folder_.path().string(),
              [&] { OpenMethod("onnx:" + folder_.path().string()); });
  for (const std::string bytes : {"", "this is text", "\x89PNG\r\n\x1a\n", "\x0a\x00"}) {
    ExpectError(ErrorKind::kInput, "not an ONNX file", [&] { OpenMethod("onnx:" + Write(bytes)); });
  }
}

TEST_F(OnnxTest, TensorsThatAreNotWhatTheySay) {
  const auto expect = [&](const std::string& part, const std::string& tensor) {
    Network network = WeightedSum(1, 0);
    network.tensors[0] = tensor;
    ExpectError(ErrorKind::kInput, part, [&] { Open(network); });
  };
  expect("as many values", Tensor("a", {1, 1, 1, 2}, {1}));
  expect("as many values", Tensor("a", {1, 1, 1, 1}, {1, 2}));
  expect("as many values", Tensor("a", {1, 1, 1 << 14, 1 << 14}, {1}));
  expect("broken", Tensor("a", {1 << 30, 1 << 30, 1 << 30, 1 << 30}, {1}));
  expect("broken", Tensor("a", {1, 1, -1, -1}, {1}));
  expect("broken", Tensor("a", {1, 1, 1, 1}, {1}) + Field(9, std::string(4, 0)));
  // Of another type than its shape was checked for.
  expect("as many values", Tensor("a", {1, 1, 1, 1}, {1}) + Field(2, 11));
  expect("unsupported type", Tensor("a", {1, 1, 1, 1}, {1}) + Field(2, 8));
  expect("another file", Tensor("a", {1, 1, 1, 1}, {}) + Field(14, 1));
  expect("another file",
         Tensor("a", {1, 1, 1, 1}, {1}) + Field(13, Field(1, "location") + Field(2, "x")));
  // In an attribute, as Constant has it.
  Network network = WeightedSum(1, 0);
  const auto constant = [](const std::string& tensor) {
    return Node("Constant", {}, "a", {Field(1, "value") + Field(5, tensor) + Field(20, 4)});
  };
  network.tensors.erase(network.tensors.begin());
  network.nodes.insert(network.nodes.begin(), constant(Tensor("", {1, 1, 1, 1}, {1})));
  Expect(0.2f, 0.4f, network);
  network.nodes[0] = constant(Tensor("", {1, 1, 64, 64}, {1}));
  ExpectError(ErrorKind::kInput, "as many values", [&] { Open(network); });
}

TEST_F(OnnxTest, EveryTruncationAndDamageIsAnErrorOrANetwork) {
  const std::string whole = WeightedSum(0.5f, 0.5f).Bytes();
  const Plane<float> image = RandomImage(9, 7, 1);
  int refused = 0, lines = 0;
  const auto attempt = [&](const std::string& bytes) {
    try {
      const auto method = OpenMethod("onnx:" + Write(bytes));
      EXPECT_EQ(method->Fuse(image, image).size(), image.size());
    } catch (const Error& error) {
      ++refused;
      lines += std::string(error.what()).find('\n') == std::string::npos ? 1 : 0;
    }
  };
  int refused_when_cut = 0;
  std::string printed;
  {
    const CapturedOutput output;
    for (std::size_t n = 0; n < whole.size(); ++n) attempt(whole.substr(0, n));
    refused_when_cut = refused;
    std::mt19937 bits(1);
    for (int i = 0; i < 500; ++i) {
      std::string bytes = whole;
      for (int k = 0; k <= i % 3; ++k) bytes[bits() % bytes.size()] = static_cast<char>(bits());
      attempt(bytes);
    }
    printed = output.Text();
  }
  EXPECT_EQ(printed, "");
  EXPECT_EQ(lines, refused);
  EXPECT_EQ(refused_when_cut, static_cast<int>(whole.size()));
}

TEST_F(OnnxTest, ALayerThatNoMachineHoldsIsRefused) {
  // 300 times as large in both directions.
  Network network = WeightedSum(1, 0);
  network.nodes.back() = Node("Add", {"x", "y"}, "z");
  network.nodes.push_back(Node("Upsample", {"z", "scales"}, "fused", {Text("mode", "nearest")}));
  network.tensors.push_back(Tensor("scales", {4}, {1, 1, 300, 300}));
  const Plane<float> image = RandomImage(64, 64, 1);
  ExpectError(ErrorKind::kInput, "GiB", [&] { Open(network)->Fuse(image, image); });
}

TEST_F(OnnxTest, ContentFollowsTheFile) {
  const std::string first = Open(WeightedSum(1, 0))->Content();
  EXPECT_EQ(Open(WeightedSum(1, 0))->Content(), first);
  EXPECT_NE(Open(WeightedSum(0, 1))->Content(), first);
  EXPECT_NE(Open(WeightedSum(1, 0), {{"stretch", "yes"}})->Content(), first);
}

}  // namespace
}  // namespace auif

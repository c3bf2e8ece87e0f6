// All terms together: their sum, float against double, and against PyTorch
// (reference/pair_losses.py).
#include "train/pair/pair_loss.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "auif/error.h"
#include "io/safetensors.h"
#include "tests/expect_error.h"
#include "tests/paths.h"
#include "tests/run_program.h"
#include "train/pair/test_util.h"

namespace auif {
namespace {

using pair::As;
using pair::Distance;
using pair::Images;

constexpr PairLossWeights kNone{
    .vif = 0, .qabf = 0, .ssim = 0, .sd = 0, .sf = 0, .scd = 0, .mi = 0, .en = 0};

// A term alone in the loss, its hinge open, and its value among the parts.
struct Term {
  const char* name;
  PairLossWeights weights;
  double PairLossParts::*value;
};
std::vector<Term> Terms() {
  using W = PairLossWeights;
  using P = PairLossParts;
  double W::*const weights[] = {&W::vif, &W::qabf, &W::ssim, &W::sd,  &W::sf,
                                &W::scd, &W::mi,   &W::en,   &W::dark};
  std::vector<Term> terms = {
      {"vif", kNone, &P::vif}, {"qabf", kNone, &P::qabf}, {"ssim", kNone, &P::ssim},
      {"sd", kNone, &P::sd},   {"sf", kNone, &P::sf},     {"scd", kNone, &P::scd},
      {"mi", kNone, &P::mi},   {"en", kNone, &P::en},     {"dark", kNone, &P::dark}};
  for (std::size_t i = 0; i < terms.size(); ++i) {
    PairLossWeights& w = terms[i].weights;
    w.*weights[i] = 1;
    w.sd_target = w.sf_target = w.scd_target = w.mi_target = w.en_target = 10;
  }
  terms.push_back({"loss", {}, &PairLossParts::total});
  return terms;
}

template <typename T>
struct Result {
  PairLossParts parts;
  Plane<T> gradient;
};
template <typename T>
Result<T> Evaluate(const PairLossWeights& weights, const Images<T>& images) {
  PairLoss<T> loss(images.fused.size(), weights);
  loss.SetSources(images.a, images.b);
  Result<T> result{loss.Forward(images.fused), Plane<T>(images.fused.size())};
  loss.Backward(1, result.gradient.View());
  return result;
}

TEST(PairLossTest, IsTheSumOfItsTerms) {
  const Images<double> images = As<double>(pair::TexturedImages({61, 47}, 1));
  const PairLossWeights weights{.sd_target = 5, .scd_target = -5, .en = 0.5};
  const PairLossParts p = Evaluate(weights, images).parts;
  EXPECT_LT(p.sf, 1.36);
  EXPECT_LT(p.mi, 1);
  EXPECT_LT(p.en, 0.3);
  // The hinge of SCD is closed.
  EXPECT_NEAR(p.total,
              -0.8 * p.vif - 4 * p.qabf - 1.8 * p.ssim + 3 * (5 - p.sd) + 3 * (1.36 - p.sf) +
                  6 * (1 - p.mi) + 0.5 * (0.3 - p.en),
              1e-12);
  // Gradients add up to what is there.
  PairLoss<double> loss({61, 47}, weights);
  loss.SetSources(images.a, images.b);
  loss.Forward(images.fused);
  Plane<double> gradient(61, 47), twice(61, 47);
  loss.Backward(1, gradient.View());
  loss.Backward(0.5, twice.View());
  loss.Backward(0.5, twice.View());
  EXPECT_LT(Distance(twice, gradient), 1e-14);
}

TEST(PairLossTest, TargetsEndTheGradient) {
  const Images<double> images = As<double>(pair::TexturedImages({61, 47}, 1));
  PairLossWeights weights = kNone;
  weights.sd = weights.sf = weights.scd = weights.mi = weights.en = 1;
  weights.sd_target = weights.sf_target = weights.scd_target = weights.mi_target = -10;
  weights.en_target = -10;
  const Result<double> result = Evaluate(weights, images);
  EXPECT_EQ(result.parts.total, 0);
  EXPECT_EQ(pair::Largest(result.gradient), 0);
}

TEST(PairLossTest, SourcesWithoutContrast) {
  const Plane<float> black(50, 50), noise = pair::Textured({50, 50}, 1);
  for (const Plane<float>& fused : {black, noise}) {
    const Result<float> result = Evaluate<float>({.en = 1}, {black, black, fused});
    EXPECT_TRUE(std::isfinite(result.parts.total));
    EXPECT_TRUE(std::isfinite(pair::Largest(As<double>(result.gradient))));
  }
  // M has a deviation of 1e-4 and counts as one of 0.02.
  const Result<double> result =
      Evaluate(PairLossWeights{}, As<double>(Images<float>{black, black, noise}));
  EXPECT_NEAR(result.parts.sd, pair::Deviation<double>({50, 50}).Forward(As<double>(noise)) / 0.02,
              1e-12);
}

TEST(PairLossTest, AnObjectTakesOneImageAfterTheOther) {
  const Images<float> first = pair::TexturedImages({61, 47}, 1);
  const Images<float> second = pair::CameraImages({61, 47}, 5);
  const PairLossWeights weights{.en = 1};
  PairLoss<float> loss({61, 47}, weights);
  for (const Images<float>& images : {first, second, first}) {
    loss.SetSources(images.a, images.b);
    const Result<float> fresh = Evaluate(weights, images);
    EXPECT_EQ(loss.Forward(images.fused).total, fresh.parts.total);
    Plane<float> gradient(61, 47);
    loss.Backward(1, gradient.View());
    for (int y = 0; y < 47; ++y) {
      EXPECT_EQ(std::memcmp(gradient.Row(y), fresh.gradient.Row(y), 61 * sizeof(float)), 0) << y;
    }
  }
}

TEST(PairLossTest, RefusesWhatCannotBe) {
  ExpectError(ErrorKind::kUsage, "40x64 pixels", [] { PairLoss<float>({40, 64}, {}); });
  ExpectError(ErrorKind::kUsage, "the weight of MI", [] { PairLossWeights{.mi = -1}.Validate(); });
  ExpectError(ErrorKind::kUsage, "the target of SF",
              [] { PairLossWeights{.sf_target = std::nan("")}.Validate(); });
}

// What float loses in variances, differences of squares of up to 0.25 with a rounding error of
// 1e-8, shows in windows without texture: VIFp and SSIM weigh variances against 3e-5 and 8e-6
// there. PyTorch's own float loses more, since it takes no mean away before.
TEST(PairLossTest, FloatAgainstDouble) {
  for (const bool camera : {false, true}) {
    const Size size{128, 121};
    const Images<float> images =
        camera ? pair::CameraImages(size, 11) : pair::TexturedImages(size, 11);
    for (const Term& term : Terms()) {
      SCOPED_TRACE(term.name);
      const Result<float> result = Evaluate(term.weights, images);
      const Result<double> expected = Evaluate(term.weights, As<double>(images));
      EXPECT_TRUE(!camera || expected.parts.*term.value != 0);
      const double error = result.parts.*term.value - expected.parts.*term.value;
      const double distance = Distance(As<double>(result.gradient), expected.gradient);
      const std::string name = term.name;
      const bool variances = name == "vif" || name == "ssim" || name == "loss";
      // Measured: 5e-4 and 4e-3 where variances are small, else 1e-7 and 8e-6.
      EXPECT_LT(std::abs(error), camera && variances ? 2e-3 : 1e-6);
      EXPECT_LT(distance, camera && variances ? 1e-2 : 2e-5);
    }
  }
}

const std::string kPython = "/usr/bin/python3";

TEST(PairLossTest, PyTorchAgrees) {
  if (RunShell(kPython + " -c 'import torch, numpy'").code != 0) {
    GTEST_SKIP() << "needs PyTorch and numpy for " << kPython;
  }
  for (const bool camera : {false, true}) {
    const Size size{67, 58};
    const Images<float> images =
        camera ? pair::CameraImages(size, 11) : pair::TexturedImages(size, 11);
    const TemporaryFolder folder;
    TensorMap tensors;
    const auto add = [&](const std::string& name, const Plane<float>& image) {
      Tensor& tensor = tensors[name] = {{size.height, size.width}, {}};
      for (int y = 0; y < size.height; ++y) {
        tensor.values.insert(tensor.values.end(), image.Row(y), image.Row(y) + size.width);
      }
    };
    add("ir", images.a);
    add("vis", images.b);
    add("fused", images.fused);
    WriteAll(folder / "images.safetensors", SerializeSafetensors({tensors, {}}));
    const RunResult run =
        RunShell("cd " + folder.path().string() + " && " + kPython + " -B " + SourceDir() +
                 "/reference/pair_losses.py images.safetensors -o out.safetensors");
    ASSERT_EQ(run.code, 0) << run.err;
    const TensorMap expected = ParseSafetensors(ReadAll(folder / "out.safetensors"), "out").tensors;

    for (const Term& term : Terms()) {
      SCOPED_TRACE(term.name);
      const std::string name = term.name;
      const Result<double> result = Evaluate(term.weights, As<double>(images));
      // The file's values are rounded to float when they are read.
      const double value = expected.at(name).values[0];
      EXPECT_NEAR(result.parts.*term.value, value, 1e-6 * std::max(1.0, std::abs(value)));
      Plane<double> gradient(size);
      const std::vector<float>& values = expected.at("gradient." + name).values;
      // A term that is to grow has the loss's gradient with the other sign.
      const double sign = name == "loss" || name == "dark" ? 1 : -1;
      for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
          gradient.Row(y)[x] = sign * values[y * size.width + x];
        }
      }
      EXPECT_LT(Distance(result.gradient, gradient), 1e-6);
    }
  }
}

}  // namespace
}  // namespace auif

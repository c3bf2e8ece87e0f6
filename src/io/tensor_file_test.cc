#include "io/tensor_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "auif/error.h"
#include "io/safetensors.h"
#include "io/tensorflow_test_util.h"
#include "io/torch_file.h"
#include "io/torch_test_util.h"
#include "tests/expect_error.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

TEST(TensorFile, CheckpointsByAnyOfTheirNames) {
  const TemporaryFolder folder;
  const TestCheckpoint checkpoint({{"v", {2}, FloatBytes({1, 2})}});
  checkpoint.Write(folder / "a.ckpt");
  WriteFileAtomically(folder / "a.ckpt.meta", "graph");
  WriteFileAtomically(folder / "checkpoint", "model_checkpoint_path: \"a.ckpt\"\n");
  for (const char* name :
       {"a.ckpt", "a.ckpt.index", "a.ckpt.meta", "a.ckpt.data-00000-of-00001", "."}) {
    const auto file = OpenTensorFile(folder / name);
    EXPECT_EQ(file->format(), TensorFormat::kTensorFlow);
    EXPECT_EQ(file->Read("v").values, (std::vector<float>{1, 2})) << name;
  }
  ExpectError(ErrorKind::kInput, "names TensorFlow checkpoints",
              [&] { OpenTensorFile(folder / "checkpoint"); });
  checkpoint.Write(folder / "b.ckpt");
  ExpectError(ErrorKind::kInput, "several checkpoints: a.ckpt, b.ckpt",
              [&] { OpenTensorFile(folder.path()); });
  ExpectError(ErrorKind::kInput, "c.ckpt.index", [&] { OpenTensorFile(folder / "c.ckpt.index"); });
}

TEST(TensorFile, TorchFilesLazily) {
  const TemporaryFolder folder;
  // The second tensor lies outside its storage: who does not want it doesn't notice.
  const std::vector<TestTensor> tensors = {
      {"a", {2}, {1}, {1, 2}}, {"b", {9}, {1}, {1, 2}}, {"c", {2}, {1}, {3, 4}}};
  int number = 0;
  for (const std::string& bytes : {LegacyFile(tensors), ZipFile(tensors)}) {
    const std::filesystem::path path = folder / (std::to_string(number++) + ".pth");
    WriteFileAtomically(path, bytes);
    const auto file = OpenTensorFile(path);
    EXPECT_EQ(file->format(), TensorFormat::kTorch);
    EXPECT_EQ(file->shapes().size(), 3u);
    EXPECT_EQ(file->shapes().at("b"), (TensorFile::Shape{9}));
    EXPECT_EQ(file->Read("c").values, (std::vector<float>{3, 4}));
    EXPECT_EQ(file->Read("a").values, (std::vector<float>{1, 2}));
    ExpectError(ErrorKind::kInput, "b lies outside its storage", [&] { file->Read("b"); });
    for (const std::size_t size : {bytes.size() - 1, bytes.size() / 2}) {
      WriteFileAtomically(path, bytes.substr(0, size));
      EXPECT_THROW(OpenTorchFile(path), Error);
    }
  }
}

TEST(TensorFile, OtherFilesByTheirNames) {
  const TemporaryFolder folder;
  const auto expect = [&](const std::string& name, const std::string& bytes,
                          const std::string& part) {
    WriteFileAtomically(folder / name, bytes);
    ExpectError(ErrorKind::kInput, part, [&] { OpenTensorFile(folder / name); });
  };
  expect("graph.pb", "\x0a\x10node", "frozen graph or a SavedModel");
  expect("old.ckpt", Table({{"", ""}}), "a TensorFlow before 0.12");
  expect("a.safetensors", SerializeSafetensors({}), "a safetensors file already");
  expect("vgg.mat", "MATLAB 5.0 MAT-file, Platform", "MATLAB");
  expect("model.keras", Zip({{"config.json", "{}"}}), "Keras 3");
  expect("net.onnx", "\x08\x07", "ONNX");
  expect("photo.jpg", "\xff\xd8", "no file of weights");
  expect("empty", "", "no file of weights");
  ExpectError(ErrorKind::kInput, "absent", [&] { OpenTensorFile(folder / "absent"); });

  std::filesystem::create_directory(folder / "model");
  ExpectError(ErrorKind::kInput, "holds no TensorFlow checkpoint",
              [&] { OpenTensorFile(folder / "model"); });
  WriteFileAtomically(folder / "model/saved_model.pb", "x");
  ExpectError(ErrorKind::kInput, "is a SavedModel", [&] { OpenTensorFile(folder / "model"); });
}

TEST(TensorFile, Counts) {
  EXPECT_EQ(CountNumbers({}, "t", "f"), 1u);
  EXPECT_EQ(CountNumbers({3, 4}, "t", "f"), 12u);
  EXPECT_EQ(CountNumbers({0, 1 << 30}, "t", "f"), 0u);
  EXPECT_EQ(CountNumbers({1 << 26}, "t", "f"), TensorFile::kMaxNumbers);
  for (const TensorFile::Shape& shape :
       {TensorFile::Shape{(1 << 26) + 1}, {1 << 13, 1 << 13, 2}, {-1}, {1LL << 62, 1LL << 62}}) {
    ExpectError(ErrorKind::kInput, "t is too large", [&] { CountNumbers(shape, "t", "f"); });
  }
}

}  // namespace
}  // namespace auif

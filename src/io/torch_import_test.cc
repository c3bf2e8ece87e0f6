#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "auif/model_io.h"
#include "io/atomic_file.h"
#include "io/safetensors.h"
#include "io/torch_file.h"
#include "io/torch_test_util.h"
#include "tests/expect_error.h"
#include "tests/shared_data.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

using Paths = std::vector<std::filesystem::path>;

TestTensor Make(const std::string& key, const std::vector<int>& shape, float first) {
  TestTensor tensor{key, shape, std::vector<int>(shape.size()), {}};
  int count = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    tensor.strides[i] = count;
    count *= shape[i];
  }
  for (int i = 0; i < count; ++i) tensor.storage.push_back(first + static_cast<float>(i) / 8);
  return tensor;
}

using State = std::vector<TestTensor>;

void AddBatchNorm(const std::string& prefix, float first, State* state) {
  state->push_back(Make(prefix + ".weight", {1}, first + 1));
  state->push_back(Make(prefix + ".bias", {1}, first + 2));
  state->push_back(Make(prefix + ".running_mean", {1}, first + 3));
  state->push_back(Make(prefix + ".running_var", {1}, first + 4));
  state->push_back(Make(prefix + ".num_batches_tracked", {}, 960));
}

// Two layers of three channels; each value is its own.
State EncoderState(const std::string& part, float first) {
  State state;
  for (int layer = 0; layer < 2; ++layer, first += 20) {
    const std::string prefix = part + "." + std::to_string(layer);
    state.push_back(Make(prefix + ".kernel", {3, 1, 3, 3}, first));
    state.push_back(Make(prefix + ".eta", {1}, first + 11));
    state.push_back(Make(prefix + ".theta", {1}, first + 12));
    AddBatchNorm(prefix + ".rest.0", first + 12, &state);
    state.push_back(Make(prefix + ".rest.1.weight", {1}, first + 17));
  }
  return state;
}

State DecoderState() {
  State state = {Make("decoder.1.weight", {1, 1, 3, 3}, 1000)};
  AddBatchNorm("decoder.2", 1010, &state);
  return state;
}

class TorchImport : public ::testing::Test {
 protected:
  TorchImport() {
    Write("a.model", DecoderState());
    Write("b.model", EncoderState("conv2", 500));
    Write("c.model", EncoderState("conv1", 100));
  }
  void Write(const std::string& name, const State& state, bool zip = false) {
    WriteFileAtomically(folder_ / name, zip ? ZipFile(state) : LegacyFile(state));
  }
  // Expects that the folder cannot be imported once a file has this state.
  void ExpectBroken(const std::string& name, const State& state, const std::string& part) {
    Write(name, state);
    ExpectError(ErrorKind::kInput, part, [&] { ImportTorch({folder_.path()}); });
  }
  Paths Files() const { return {folder_ / "a.model", folder_ / "b.model", folder_ / "c.model"}; }

  TemporaryFolder folder_;
};

TEST_F(TorchImport, EveryValueInItsPlace) {
  const Model model = ImportTorch(Files());
  EXPECT_EQ(model.config.FormName(), "release");
  EXPECT_EQ(model.config.layers, 2);
  EXPECT_EQ(model.config.channels, 3);
  EXPECT_EQ(model.metadata.at("source"),
            "imported from the PyTorch files a.model, b.model, c.model");
  const Layer& layer = model.detail.layers[1];
  EXPECT_EQ(layer.conv1, Make("", {27}, 520).storage);
  EXPECT_EQ(layer.eta, 531);
  EXPECT_EQ(layer.theta, 532);
  EXPECT_EQ(layer.bn.weight, 533);
  EXPECT_EQ(layer.bn.bias, 534);
  EXPECT_EQ(layer.bn.running_mean, 535);
  EXPECT_EQ(layer.bn.running_var, 536);
  EXPECT_EQ(layer.prelu, 537);
  EXPECT_EQ(model.base.layers[0].eta, 111);
  EXPECT_EQ(model.decoder.conv[8], 1001);
  EXPECT_EQ(model.decoder.bn.running_var, 1014);
}

std::vector<float> Values(const Model& model) {
  std::vector<float> all;
  for (const auto& tensor : Tensors(model)) {
    all.insert(all.end(), tensor.values.begin(), tensor.values.end());
  }
  return all;
}

TEST_F(TorchImport, AnyOrderFolderAndFormat) {
  const std::vector<float> expected = Values(ImportTorch(Files()));
  Paths files = Files();
  while (std::next_permutation(files.begin(), files.end())) {
    EXPECT_EQ(Values(ImportTorch(files)), expected);
  }
  // Other files in a folder do not matter, nor do folders in it.
  WriteFileAtomically(folder_ / "README.md", "weights");
  WriteFileAtomically(folder_ / "weights.zip", Zip({{"b.model", "x"}}));
  std::filesystem::create_directory(folder_ / "more");
  EXPECT_EQ(Values(ImportTorch({folder_.path()})), expected);

  Write("b.model", EncoderState("conv2", 500), true);
  State parallel = EncoderState("conv1", 100);
  for (TestTensor& tensor : parallel) tensor.key = "module." + tensor.key;
  Write("c.model", parallel, true);
  EXPECT_EQ(Values(ImportTorch({folder_.path()})), expected);

  // All parts in one file.
  State all = DecoderState();
  for (const State& state : {EncoderState("conv1", 100), EncoderState("conv2", 500)}) {
    all.insert(all.end(), state.begin(), state.end());
  }
  Write("all.model", all);
  EXPECT_EQ(Values(ImportTorch({folder_ / "all.model"})), expected);
}

TEST_F(TorchImport, Safetensors) {
  const std::vector<float> expected = Values(ImportTorch(Files()));
  Safetensors all;
  for (const auto& file : Files()) {
    for (auto& [key, tensor] : ParseTorchFile(ReadFile(file), "")) {
      all.tensors.emplace("model." + key, std::move(tensor));
    }
  }
  const TemporaryFolder other;
  WriteFileAtomically(other / "all.safetensors", SerializeSafetensors(all));
  EXPECT_EQ(Values(ImportTorch({other / "all.safetensors"})), expected);
  EXPECT_EQ(Values(ImportTorch({other.path()})), expected);
}

// Checkpoints as people save them, by PyTorch.
constexpr const char* kScript = R"(
import argparse, collections, sys, numpy, torch
folder = sys.argv[1]
parts = [torch.load(f"{folder}/{name}.model", map_location="cpu") for name in "abc"]
everything = {key: value for part in parts for key, value in part.items()}
parameters = [torch.nn.Parameter(torch.ones(3)), torch.nn.Parameter(torch.ones(2, 2))]
optimizer = torch.optim.Adam(parameters)
sum(p.sum() for p in parameters).backward()
optimizer.step()
beside = {"epoch": 80, "best": numpy.float64(1.5), "args": argparse.Namespace(lr=1e-3, gpus=[0]),
          "optimizer": optimizer.state_dict(), "history": collections.defaultdict(list)}
beside["history"]["loss"].append(0.5)
prefixed = lambda prefix: {prefix + key: value for key, value in everything.items()}
kinds = {
    "state_dict": {**beside, "state_dict": prefixed("module._orig_mod.")},
    "model": {"model": prefixed("_orig_mod.module."), **beside},
    "parts": {"encoder_base": parts[2], "encoder_detail": parts[1], "decoder": parts[0], **beside},
    "deep": {"checkpoint": {"net": {"weights": prefixed("")}}, "steps": 7},
}
for name, content in kinds.items():
    for zipped in (True, False):
        torch.save(content, f"{folder}/{name}{int(zipped)}.pt", _use_new_zipfile_serialization=zipped)
torch.save({"model": everything, "ema": everything}, f"{folder}/two.pt_")
torch.save({**beside, "model": "resnet"}, f"{folder}/none.pt_")
)";

TEST_F(TorchImport, CheckpointsOfPyTorch) {
  const char* chosen = std::getenv("AUIF_PYTHON");
  const std::string python = chosen != nullptr ? chosen : "/usr/bin/python3";
  if (std::system((python + " -c 'import torch' >/dev/null 2>&1").c_str()) != 0) {
    GTEST_SKIP() << python << " has no PyTorch; AUIF_PYTHON names one that has";
  }
  const std::vector<float> expected = Values(ImportTorch(Files()));
  WriteFileAtomically(folder_ / "script.py", kScript);
  ASSERT_EQ(std::system((python + " '" + (folder_ / "script.py").string() + "' '" +
                         folder_.path().string() + "'")
                            .c_str()),
            0);
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    if (entry.path().extension() != ".pt") continue;
    SCOPED_TRACE(entry.path());
    ++files;
    EXPECT_EQ(Values(ImportTorch({entry.path()})), expected);
  }
  EXPECT_EQ(files, 8);
  ExpectError(ErrorKind::kInput, "two.pt_: holds both ema.conv1.0.",
              [&] { ImportTorch({folder_ / "two.pt_"}); });
  ExpectError(ErrorKind::kInput,
              "none.pt_: holds no tensors; its entries are epoch, best, args, optimizer, history, "
              "model (torch.save(model.state_dict(), path) writes them)",
              [&] { ImportTorch({folder_ / "none.pt_"}); });
}

TEST_F(TorchImport, MissingAndDoubleParts) {
  ExpectError(ErrorKind::kUsage, "no files", [] { ImportTorch({}); });
  Paths files = Files();
  files.pop_back();
  ExpectError(ErrorKind::kInput, "no file holds the base encoder", [&] { ImportTorch(files); });
  ExpectError(ErrorKind::kInput, "no file holds the detail encoder", [&] {
    ImportTorch({files[0], folder_ / "c.model"});
  });
  ExpectError(ErrorKind::kInput, "no file holds the decoder", [&] {
    ImportTorch({files[1], folder_ / "c.model"});
  });
  ExpectError(ErrorKind::kInput, "has the key", [&] { ImportTorch({files[0], files[0]}); });
  files.push_back(folder_ / "absent.model");
  ExpectError(ErrorKind::kInput, "absent.model: no such file", [&] { ImportTorch(files); });
  ExpectBroken("d.model", DecoderState(), "d.model: holds the decoder, which ");
}

TEST_F(TorchImport, FoldersAndFilesOfOtherKinds) {
  const TemporaryFolder empty;
  ExpectError(ErrorKind::kInput, "no file in the folder is one of torch.save",
              [&] { ImportTorch({empty.path()}); });
  Paths files = Files();
  files.push_back(empty.path());
  ExpectError(ErrorKind::kInput, "is a folder, not a file", [&] { ImportTorch(files); });
  WriteFileAtomically(empty / "text", "x");
  ExpectError(ErrorKind::kInput, "is not a file of torch.save",
              [&] { ImportTorch({empty / "text"}); });
  ExpectBroken("d.model", {}, "d.model: holds no tensors");
  ExpectBroken("d.model", {Make("conv3.0.kernel", {1}, 0)},
               "the key conv3.0.kernel belongs to none");
}

TEST_F(TorchImport, MissingKeys) {
  const State good = EncoderState("conv1", 100);
  for (std::size_t i = 0; i < good.size(); ++i) {
    State state = good;
    state.erase(state.begin() + static_cast<std::ptrdiff_t>(i));
    Write("c.model", state);
    if (good[i].key.ends_with("num_batches_tracked")) {
      EXPECT_NO_THROW(ImportTorch({folder_.path()}));
    } else if (good[i].key == "conv1.1.kernel") {  // then there is only one layer
      ExpectBroken("c.model", state, "c.model: has the unexpected key conv1.1.");
    } else {
      ExpectBroken("c.model", state, "c.model: tensor " + good[i].key + " is missing");
    }
  }
}

TEST_F(TorchImport, UnexpectedKeysAndShapes) {
  State state = EncoderState("conv1", 100);
  state.push_back(Make("conv1.0.bias", {1}, 0));
  ExpectBroken("c.model", state, "c.model: has the unexpected key conv1.0.bias");
  state.back() = Make("module.conv1.0.eta", {1}, 0);
  ExpectBroken("c.model", state, "holds both conv1.0.eta and module.conv1.0.eta");

  state = EncoderState("conv1", 100);
  state[1] = Make("conv1.0.eta", {1, 1}, 0);
  ExpectBroken("c.model", state, "tensor conv1.0.eta has shape (1, 1), not (1)");
  state = EncoderState("conv1", 100);
  state[0] = Make("conv1.0.kernel", {4, 1, 3, 3}, 0);
  ExpectBroken("c.model", state, "tensor conv1.1.kernel has shape (3, 1, 3, 3), not (4, 1, 3, 3)");
  state[0] = Make("conv1.0.kernel", {3, 1, 5, 5}, 0);
  ExpectBroken("c.model", state, "tensor conv1.0.kernel has shape (3, 1, 5, 5), not (3, 1, 3, 3)");
  state[0] = Make("conv1.0.kernel", {}, 0);
  ExpectBroken("c.model", state, "tensor conv1.0.kernel has shape (), not (64, 1, 3, 3)");
  state[0] = Make("conv1.0.kernel", {0, 1, 3, 3}, 0);
  ExpectBroken("c.model", state, "the number of channels is 0");
  state[0] = Make("conv1.0.kernel", {1025, 1}, 0);
  ExpectBroken("c.model", state, "the number of channels is 1025");
}

TEST_F(TorchImport, BadValues) {
  State state = DecoderState();
  state[4].storage[0] = -1;
  ExpectBroken("a.model", state, "tensor decoder.bn.running_var is negative");
}

TEST(TorchImportPublished, AllTensorsArrive) {
  AUIF_NEED_SHARED("golden/authors/weights");
  const std::filesystem::path folder = SharedDir() / "golden/authors/weights";
  const Model model = ImportTorch({folder});
  EXPECT_EQ(model.config, ModelConfig::Release());
  EXPECT_EQ(model.ParameterCount(), 11631);
  const TensorMap detail =
      ParseTorchFile(ReadFile(folder / "TCSVT_Encoder_Detail.model"), "detail");
  EXPECT_EQ(detail.size(), 90u);
  EXPECT_EQ(model.detail.layers[9].conv1, detail.at("conv2.9.kernel").values);
  EXPECT_EQ(model.detail.layers[9].prelu, detail.at("conv2.9.rest.1.weight").values[0]);

  const TemporaryFolder temp;
  SaveModel(model, temp / "model");
  EXPECT_EQ(LoadModel(temp / "model").metadata, model.metadata);
}

}  // namespace
}  // namespace auif

#include "methods/published_weights.h"

#include <gtest/gtest.h>
#include <hdf5.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "auif/error.h"
#include "auif/method.h"
#include "io/atomic_file.h"
#include "io/tensorflow_test_util.h"
#include "io/torch_test_util.h"
#include "methods/random_vgg19.h"
#include "tests/expect_error.h"
#include "tests/paths.h"
#include "tests/shared_data.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

TensorMap ReadTensors(const std::filesystem::path& path) {
  return ParseSafetensors(ReadFile(path), path.string()).tensors;
}

// Kernels as TensorFlow has them: out x in x row x column -> row x column x in x out.
Tensor ToTensorFlow(const Tensor& kernel) {
  if (kernel.shape.size() != 4) return kernel;
  const std::int64_t out = kernel.shape[0], in = kernel.shape[1], size = kernel.shape[2];
  Tensor turned{{size, size, in, out}, std::vector<float>(kernel.values.size())};
  std::size_t from = 0;
  for (std::int64_t o = 0; o < out; ++o) {
    for (std::int64_t i = 0; i < in; ++i) {
      for (std::int64_t yx = 0; yx < size * size; ++yx) {
        turned.values[static_cast<std::size_t>((yx * in + i) * out + o)] = kernel.values[from++];
      }
    }
  }
  return turned;
}

TestVariable Variable(const std::string& name, const Tensor& tensor) {
  return {name, tensor.shape, FloatBytes(tensor.values)};
}

// The variables of a checkpoint as tf.train.Saver leaves them, with Adam's state.
std::vector<TestVariable> WithAdam(const TensorMap& tensors, const std::string& prefix = {}) {
  std::vector<TestVariable> variables;
  for (const auto& [name, tensor] : tensors) {
    const Tensor turned = ToTensorFlow(tensor);
    Tensor zeros = turned;
    std::fill(zeros.values.begin(), zeros.values.end(), 0.0f);
    variables.push_back(Variable(prefix + name, turned));
    variables.push_back(Variable(prefix + name + "/Adam", zeros));
    variables.push_back(Variable(prefix + name + "/Adam_1", zeros));
  }
  variables.push_back(Variable("beta1_power", {{}, {0.9f}}));
  return variables;
}

Tensor Random(std::vector<std::int64_t> shape, unsigned seed) {
  std::mt19937 bits(seed);
  Tensor tensor{std::move(shape), {}};
  std::int64_t count = 1;
  for (const std::int64_t extent : tensor.shape) count *= extent;
  for (std::int64_t i = 0; i < count; ++i) {
    tensor.values.push_back(static_cast<float>(bits() % 65536) / 65536 - 0.5f);
  }
  return tensor;
}

TensorMap BuiltIn(const std::string& name) {
  return ReadTensors(SourceDir() + "/models/" + name + ".safetensors");
}

class PublishedWeights : public ::testing::Test {
 protected:
  // Writes a checkpoint and imports it.
  ImportedWeights Import(const std::string& name, const std::vector<TestVariable>& variables) {
    TestCheckpoint(variables).Write(folder_ / "model");
    return ImportWeights(name, folder_ / "model");
  }
  void ExpectBroken(const std::string& name, const std::vector<TestVariable>& variables,
                    const std::string& part) {
    ExpectError(ErrorKind::kInput, part, [&] { Import(name, variables); });
  }
  TemporaryFolder folder_;
};

TEST_F(PublishedWeights, CheckpointsGiveTheSameTensorsAndTheSameImages) {
  for (const std::string method : {"densefuse", "deepfuse"}) {
    const TensorMap tensors = BuiltIn(method);
    const ImportedWeights imported = Import(method, WithAdam(tensors));
    EXPECT_EQ(imported.content.tensors, tensors);
    EXPECT_FALSE(imported.by_shape);
    const std::string file = (folder_ / "imported.safetensors").string();
    WriteFileAtomically(file, SerializeSafetensors(imported.content));
    Plane<float> ir(Size{21, 17}), vis(Size{21, 17});
    std::mt19937 bits(5);
    for (Plane<float>* plane : {&ir, &vis}) {
      for (int y = 0; y < 17; ++y) {
        for (int x = 0; x < 21; ++x) plane->Row(y)[x] = static_cast<float>(bits() % 256) / 255;
      }
    }
    const Plane<float> a = OpenMethod(method)->Fuse(ir, vis);
    const Plane<float> b = OpenMethod(method, {{"weights", file}})->Fuse(ir, vis);
    for (int y = 0; y < 17; ++y) {
      EXPECT_TRUE(std::equal(a.Row(y), a.Row(y) + 21, b.Row(y))) << method;
    }
    // Below another scope.
    EXPECT_EQ(Import(method, WithAdam(tensors, "Generator/")).content.tensors, tensors);
  }
}

TEST_F(PublishedWeights, TheExposuresNetworkIsTurned) {
  constexpr int kLayers[6][3] = {{1, 32, 3},  {32, 64, 5}, {64, 64, 7},
                                 {64, 32, 5}, {32, 16, 5}, {16, 1, 7}};
  std::vector<std::pair<std::string, std::string>> entries;
  TensorMap tensors;
  for (int i = 0; i < 6; ++i) {
    const auto [in, out, size] = kLayers[i];
    const Tensor kernel = Random({out, in, size, size}, static_cast<unsigned>(i));
    std::string header =
        "{'descr': '<f4', 'fortran_order': False, 'shape': " + ShapeText(kernel.shape) + ", }\n";
    std::string npy("\x93NUMPY\x01\0", 8);
    AppendLittleEndian(static_cast<std::uint16_t>(header.size()), &npy);
    entries.emplace_back("arr_" + std::to_string(i) + ".npy",
                         npy + header + FloatBytes(kernel.values));
    tensors["layer" + std::to_string(i)] = kernel;
  }
  const std::filesystem::path path = folder_ / "DF_model_Epoch99.npz";
  WriteFileAtomically(path, Zip(entries));
  const ImportedWeights imported = ImportWeights("deepfuse", path);
  ASSERT_EQ(imported.content.tensors.size(), 6u);
  for (const auto& [name, tensor] : imported.content.tensors) {
    EXPECT_EQ(tensor.shape, tensors.at(name).shape);
    // A kernel is turned by 180 degrees: its numbers, backwards.
    const std::size_t area = static_cast<std::size_t>(tensor.shape[2] * tensor.shape[3]);
    for (std::size_t i = 0; i < tensor.values.size(); i += area) {
      EXPECT_TRUE(std::equal(&tensor.values[i], &tensor.values[i] + area,
                             std::make_reverse_iterator(&tensors.at(name).values[i] + area)));
    }
  }
  WriteFileAtomically(folder_ / "d.safetensors", SerializeSafetensors(imported.content));
  EXPECT_NO_THROW(OpenMethod("deepfuse", {{"weights", (folder_ / "d.safetensors").string()}}));
}

TEST_F(PublishedWeights, FusionGanWithoutItsBatchNormsAndDiscriminator) {
  constexpr int kLayers[5][3] = {{2, 256, 5}, {256, 128, 5}, {128, 64, 3}, {64, 32, 3}, {32, 1, 1}};
  TensorMap expected;
  std::vector<TestVariable> variables;
  for (int i = 0; i < 5; ++i) {
    const auto [in, out, size] = kLayers[i];
    const std::string number = std::to_string(i + 1), name = "layer" + number;
    const std::string scope = "fusion_model/" + name + "/";
    const Tensor kernel = Random({out, in, size, size}, static_cast<unsigned>(i));
    const Tensor bias = Random({out}, static_cast<unsigned>(i) + 10);
    expected[name + "/kernel"] = kernel;
    expected[name + "/bias"] = bias;
    variables.push_back(Variable(scope + "w" + number, ToTensorFlow(kernel)));
    variables.push_back(Variable(scope + "b" + number, bias));
    variables.push_back(Variable(scope + "u", Random({1, out}, 20)));
    for (const char* part : {"gamma", "beta", "moving_mean", "moving_variance"}) {
      variables.push_back(Variable(scope + "BatchNorm/" + part, Random({out}, 30)));
    }
    variables.push_back(
        Variable("discriminator/layer_" + number + "/w_" + number, Random({3, 3, 1, 32}, 40)));
  }
  EXPECT_EQ(Import("fusiongan", variables).content.tensors, expected);
}

// Writes tensors as Keras does; `name` makes the path of a dataset.
template <typename Name>
void WriteKeras(const std::filesystem::path& path, const TensorMap& tensors, const Name& name) {
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const hid_t links = H5Pcreate(H5P_LINK_CREATE);
  H5Pset_create_intermediate_group(links, 1);
  for (const auto& [key, tensor] : tensors) {
    const Tensor turned = ToTensorFlow(tensor);
    const std::vector<hsize_t> shape(turned.shape.begin(), turned.shape.end());
    const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
    const hid_t set =
        H5Dcreate2(file, name(key).c_str(), H5T_IEEE_F32LE, space, links, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, turned.values.data());
    H5Dclose(set);
    H5Sclose(space);
  }
  H5Pclose(links);
  H5Fclose(file);
}

TEST_F(PublishedWeights, Vgg19OfKeras) {
  const TensorMap tensors = RandomVgg19().tensors;
  const auto layer = [](const std::string& key) { return key.substr(0, key.find('/')); };
  const auto kernel = [](const std::string& key) { return key.ends_with("/kernel"); };
  const std::filesystem::path path = folder_ / "vgg19.h5";
  WriteKeras(path, tensors, [&](const std::string& key) {
    return layer(key) + "/" + layer(key) + (kernel(key) ? "_W_1:0" : "_b_1:0");
  });
  const ImportedWeights imported = ImportWeights("vgg19", path);
  EXPECT_EQ(imported.content.tensors, tensors);
  WriteFileAtomically(folder_ / "v.safetensors", SerializeSafetensors(imported.content));
  EXPECT_NO_THROW(OpenMethod("imagefuse", {{"weights", (folder_ / "v.safetensors").string()}}));

  WriteKeras(path, tensors, [&](const std::string& key) {
    return "model_weights/" + layer(key) + "/" + layer(key) +
           (kernel(key) ? "/kernel:0" : "/bias:0");
  });
  EXPECT_EQ(ImportWeights("vgg19", path).content.tensors, tensors);

  // Names of numbers alone, as Keras 3 has them; the order says which is which.
  int index = 0;
  std::map<std::string, std::string> folders;
  for (const auto& entry : tensors) {
    std::string& name = folders[layer(entry.first)];
    if (name.empty()) {
      name = "layers/conv2d" + (index == 0 ? "" : "_" + std::to_string(index)) + "/vars/";
      ++index;
    }
  }
  WriteKeras(path, tensors, [&](const std::string& key) {
    return folders.at(layer(key)) + (kernel(key) ? "0" : "1");
  });
  const ImportedWeights by_shape = ImportWeights("vgg19", path);
  EXPECT_TRUE(by_shape.by_shape);
  EXPECT_EQ(by_shape.content.tensors, tensors);
  EXPECT_EQ(by_shape.layers[8], "block4_conv1 = layers/conv2d_8/vars/0");
}

TEST_F(PublishedWeights, Vgg19OfPyTorch) {
  const TensorMap tensors = RandomVgg19().tensors;
  constexpr int kFeatures[] = {0, 2, 5, 7, 10, 12, 14, 16, 19};
  std::vector<TestTensor> state;
  int index = 0;
  for (const auto& [key, tensor] : tensors) {  // bias before kernel
    const bool kernel = key.ends_with("/kernel");
    TestTensor entry{
        "features." + std::to_string(kFeatures[index / 2]) + (kernel ? ".weight" : ".bias"),
        {tensor.shape.begin(), tensor.shape.end()},
        {},
        tensor.values};
    int stride = 1;
    entry.strides.resize(entry.shape.size());
    for (std::size_t i = entry.shape.size(); i-- > 0; stride *= entry.shape[i]) {
      entry.strides[i] = stride;
    }
    state.push_back(std::move(entry));
    ++index;
  }
  state.push_back({"classifier.0.weight", {4096, 25088}, {0, 0}, {1}});  // never read
  for (const std::string& bytes : {LegacyFile(state), ZipFile(state)}) {
    WriteFileAtomically(folder_ / "vgg19.pth", bytes);
    EXPECT_EQ(ImportWeights("vgg19", folder_ / "vgg19.pth").content.tensors, tensors);
  }
  state.erase(state.begin() + 2, state.begin() + 4);
  WriteFileAtomically(folder_ / "vgg16.pth", ZipFile(state));
  ExpectError(ErrorKind::kInput, "layer features/2 of shape (64, 64, 3, 3) is missing",
              [&] { ImportWeights("vgg19", folder_ / "vgg16.pth"); });
}

TEST_F(PublishedWeights, LayersByShape) {
  // DeepFuse's shapes are all different, whatever the names.
  const TensorMap tensors = BuiltIn("deepfuse");
  std::vector<TestVariable> variables;
  int number = 9;
  for (const auto& [name, tensor] : tensors) {
    const bool kernel = tensor.shape.size() == 4;
    if (!kernel) --number;
    variables.push_back(
        Variable((kernel ? "net/w" : "net/b") + std::to_string(number), ToTensorFlow(tensor)));
  }
  const ImportedWeights imported = Import("deepfuse", variables);
  EXPECT_TRUE(imported.by_shape);
  EXPECT_EQ(imported.content.tensors, tensors);
  EXPECT_EQ(imported.layers[4], "decoder/conv2_3 = net/w6");

  // DenseFuse has two layers of one shape: names in the network's order say which is which ...
  const TensorMap dense = BuiltIn("densefuse");
  const auto named = [&](const std::vector<int>& order) {
    const char* layers[] = {"encoder/conv1_1",           "encoder/dense_block_conv1",
                            "encoder/dense_block_conv2", "encoder/dense_block_conv3",
                            "decoder/conv2_1",           "decoder/conv2_2",
                            "decoder/conv2_3",           "decoder/conv2_4"};
    std::vector<TestVariable> result;
    for (int i = 0; i < 8; ++i) {
      const std::string scope = "conv" + std::to_string(order[static_cast<std::size_t>(i)]);
      result.push_back(
          Variable(scope + "/W", ToTensorFlow(dense.at(std::string(layers[i]) + "/kernel"))));
      result.push_back(Variable(scope + "/b", dense.at(std::string(layers[i]) + "/bias")));
    }
    return result;
  };
  EXPECT_EQ(Import("densefuse", named({5, 6, 7, 8, 9, 10, 11, 12})).content.tensors, dense);
  // ... and others don't.
  ExpectBroken("densefuse", named({7, 6, 5, 8, 9, 10, 11, 12}), "dense_block_conv2 is ambiguous");
}

TEST_F(PublishedWeights, MissingAndAmbiguousLayersAreNamed) {
  const TensorMap tensors = BuiltIn("densefuse");
  const std::vector<TestVariable> good = WithAdam(tensors);
  const auto without = [&](const std::string& name) {
    std::vector<TestVariable> rest = good;
    std::erase_if(rest, [&name](const TestVariable& v) { return v.name == name; });
    return rest;
  };
  ExpectBroken("densefuse", without("decoder/conv2_2/kernel"),
               "layer decoder/conv2_2 of shape (3, 3, 64, 32) is missing (the file holds "
               "beta1_power (), decoder/conv2_1/bias (64), ");
  ExpectBroken("densefuse", without("decoder/conv2_2/bias"),
               "the bias of layer decoder/conv2_2, beside decoder/conv2_2/kernel, is missing");
  std::vector<TestVariable> twice = good;
  for (const TestVariable& v : WithAdam(tensors, "copy/")) {
    if (v.name != "beta1_power") twice.push_back(v);
  }
  ExpectBroken("densefuse", twice, "layer encoder/conv1_1 is ambiguous (it could be ");
  ExpectBroken("densefuse", WithAdam(BuiltIn("deepfuse")),
               "layer encoder/dense_block_conv1 of shape (3, 3, 16, 16) is missing");
  TensorMap wide = tensors;
  wide.at("encoder/conv1_1/kernel") = Random({16, 1, 5, 5}, 1);
  ExpectBroken("densefuse", WithAdam(wide),
               "encoder/conv1_1/kernel has shape (5, 5, 1, 16), not (3, 3, 1, 16)");
  ExpectBroken("densefuse", {}, "the file holds no arrays");
  ExpectBroken("densefuse", {Variable("x/gamma", Random({3}, 1))}, "batch norms");

  TensorMap broken = tensors;
  broken.at("decoder/conv2_4/bias").values[0] = NAN;
  ExpectBroken("densefuse", WithAdam(broken), "not finite");
  std::vector<TestVariable> integers = good;
  for (TestVariable& v : integers) v.type = 3;
  ExpectBroken("densefuse", integers, "number type 3");
}

TEST_F(PublishedWeights, WrongKindsOfFiles) {
  WriteFileAtomically(folder_ / "net.pth", ZipFile({{"conv.weight", {1}, {1}, {1}}}));
  ExpectError(ErrorKind::kInput,
              "is a PyTorch file, but the weights of densefuse come as a TensorFlow checkpoint",
              [&] { ImportWeights("densefuse", folder_ / "net.pth"); });
  TestCheckpoint({}).Write(folder_ / "model");
  ExpectError(ErrorKind::kInput, "come as an HDF5 file or a PyTorch file (get vgg19/",
              [&] { ImportWeights("vgg19", folder_ / "model"); });
  ExpectError(ErrorKind::kUsage, "there are no weights of adf",
              [&] { ImportWeights("adf", folder_ / "model"); });
  // What a file is that was meant for import, and what to do.
  ExpectError(ErrorKind::kInput, "auif import --method makes such a file", [&] {
    OpenMethod("densefuse", {{"weights", (folder_ / "net.pth").string()}});
  });
  ExpectError(ErrorKind::kInput, "auif import --method vgg19 vgg19_weights_tf",
              [] { OpenMethod("imagefuse"); });
}

TEST_F(PublishedWeights, AsTheNetworkHasThem) {
  AUIF_NEED_SHARED("golden/comparators/densefuse/weights.safetensors");
  const std::filesystem::path golden = SharedDir() / "golden/comparators";
  const std::pair<const char*, const char*> all[] = {{"densefuse", "densefuse/weights"},
                                                     {"deepfuse", "deepfuse/weights-b"}};
  for (const auto& [method, file] : all) {
    const TensorMap tensors = ReadTensors(golden / (std::string(file) + ".safetensors"));
    EXPECT_EQ(Import(method, WithAdam(tensors)).content.tensors, tensors);
  }
}

}  // namespace
}  // namespace auif

#include "io/torch_file.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <limits>
#include <random>
#include <sstream>
#include <string>

#include "io/atomic_file.h"
#include "io/torch_test_util.h"
#include "tests/expect_error.h"
#include "tests/shared_data.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

TensorMap Parse(const std::string& bytes) { return ParseTorchFile(bytes, "file"); }

const std::vector<TestTensor>& Tensors() {
  static const auto* tensors = new std::vector<TestTensor>{
      {"plain", {2, 3}, {3, 1}, {1, 2, 3, 4, 5, 6}},
      {"transposed", {3, 2}, {1, 3}, {1, 2, 3, 4, 5, 6}, 0, "plain"},
      {"column", {2}, {3}, {1, 2, 3, 4, 5, 6}, 2, "plain"},
      {"number", {}, {}, {7}},
      {"empty", {0, 5}, {5, 1}, {}},
      {"repeated", {4}, {0}, {8}},
  };
  return *tensors;
}

using Writer = std::string (*)(const std::vector<TestTensor>&);
constexpr Writer kFormats[] = {LegacyFile, ZipFile};

TEST(TorchFile, StridesOffsetsAndSharedStorages) {
  for (const Writer write : kFormats) {
    const std::string bytes = write(Tensors());
    EXPECT_TRUE(IsTorchFile(bytes));
    const TensorMap tensors = Parse(bytes);
    EXPECT_EQ(tensors.size(), 6u);
    EXPECT_EQ(tensors.at("plain"), (Tensor{{2, 3}, {1, 2, 3, 4, 5, 6}}));
    EXPECT_EQ(tensors.at("transposed"), (Tensor{{3, 2}, {1, 4, 2, 5, 3, 6}}));
    EXPECT_EQ(tensors.at("column"), (Tensor{{2}, {3, 6}}));
    EXPECT_EQ(tensors.at("number"), (Tensor{{}, {7}}));
    EXPECT_EQ(tensors.at("empty"), (Tensor{{0, 5}, {}}));
    EXPECT_EQ(tensors.at("repeated"), (Tensor{{4}, {8, 8, 8, 8}}));
  }
}

TEST(TorchFile, PlacesOutsideTheStorage) {
  constexpr int kMax = std::numeric_limits<int>::max();
  const TestTensor bad[] = {
      {"t", {3}, {1}, {1, 2}},  {"t", {2}, {2}, {1, 2}},       {"t", {2}, {1}, {1, 2}, 1},
      {"t", {}, {}, {1, 2}, 2}, {"t", {2, 2}, {1, 1}, {1, 2}}, {"t", {2}, {kMax}, {1, 2}},
      {"t", {}, {}, {}},        {"t", {1}, {1}, {1}, kMax},    {"t", {3, 3}, {kMax, kMax}, {1}}};
  for (const Writer write : kFormats) {
    for (const TestTensor& tensor : bad) {
      ExpectError(ErrorKind::kInput, "tensor t lies outside its storage",
                  [&] { Parse(write({tensor})); });
    }
    ExpectError(ErrorKind::kInput, "tensor t is too large", [&] {
      Parse(write({{"t", {kMax, kMax, kMax}, {0, 0, 0}, {1}}}));
    });
    // Each fits, all together do not.
    const int large = 1 << 25;
    ExpectError(ErrorKind::kInput, "the tensors are too large", [&] {
      Parse(write({{"a", {large}, {0}, {1}}, {"b", {large}, {0}, {1}}, {"c", {large}, {0}, {1}}}));
    });
    // A stride that no step uses may be anything.
    EXPECT_EQ(Parse(write({{"t", {1, 2}, {kMax, 1}, {1, 2}}})).at("t").values,
              (std::vector<float>{1, 2}));
    EXPECT_THROW(Parse(write({{"t", {-1}, {1}, {1, 2}}})), Error);
    EXPECT_THROW(Parse(write({{"t", {1}, {-1}, {1, 2}}})), Error);
    EXPECT_THROW(Parse(write({{"t", {1, 1}, {1}, {1, 2}}})), Error);
    EXPECT_THROW(Parse(write({{"t", {1}, {1}, {1, 2}, -1}})), Error);
  }
}

TEST(TorchFile, KeysTwiceAndOtherThings) {
  const TestTensor tensor{"t", {1}, {1}, {1}};
  for (const Writer write : kFormats) {
    ExpectError(ErrorKind::kInput, "has the key t twice", [&] { Parse(write({tensor, tensor})); });
    ExpectError(ErrorKind::kInput, "two storages of the key s", [&] {
      Parse(write({{"a", {1}, {1}, {1}, 0, "s"}, {"b", {1}, {1}, {1, 2}, 0, "s"}}));
    });
    EXPECT_TRUE(Parse(write({})).empty());
  }
  const auto zip = [](const std::string& pickle) { return Zip({{"net/data.pkl", pickle}}); };
  ExpectError(ErrorKind::kInput, "holds no state dict",
              [&] { Parse(zip(PickleBuilder().Raw("]").Stop())); });
  ExpectError(ErrorKind::kInput, "holds no tensors; its entries are epoch", [&] {
    Parse(zip(PickleBuilder().Raw("}").String("epoch").Int(80).Raw("s").Stop()));
  });
  // Keys that are no strings, as in an optimizer's state.
  EXPECT_TRUE(Parse(zip(PickleBuilder().Raw("}").Int(1).Int(80).Raw("s").Stop())).empty());
}

TEST(TorchFile, Zip) {
  const std::vector<TestTensor> tensors = {{"t", {2}, {1}, {1, 2}}};
  const std::string pickle = StateDictPickle(tensors, true);
  const std::string data = StorageData(tensors[0]);
  EXPECT_EQ(Parse(Zip({{"any/data.pkl", pickle}, {"any/data/t", data}})).size(), 1u);
  ExpectError(ErrorKind::kInput, "lacks the entry any/data/t", [&] {
    Parse(Zip({{"any/data.pkl", pickle}}));
  });
  ExpectError(ErrorKind::kInput, "storage t has another length", [&] {
    Parse(Zip({{"any/data.pkl", pickle}, {"any/data/t", data + "x"}}));
  });
  ExpectError(ErrorKind::kInput, "big-endian", [&] {
    Parse(Zip({{"any/data.pkl", pickle}, {"any/data/t", data}, {"any/byteorder", "big"}}));
  });
  ExpectError(ErrorKind::kInput, "is not a file of torch.save", [&] {
    Parse(Zip({{"any/image.png", pickle}}));
  });
  // A damaged number is noticed by its checksum.
  std::string damaged = Zip({{"any/data.pkl", pickle}, {"any/data/t", data}});
  damaged[damaged.find(data)] ^= 1;
  ExpectError(ErrorKind::kInput, "entry any/data/t cannot be read", [&] { Parse(damaged); });
}

TEST(TorchFile, Legacy) {
  const std::string good = LegacyFile({{"t", {2}, {1}, {1, 2}}});
  ExpectError(ErrorKind::kInput, "1 bytes too many", [&] { Parse(good + "x"); });
  std::string other = good;
  other[good.size() - 16] = 3;  // the count before the two numbers
  ExpectError(ErrorKind::kInput, "storage t has another length", [&] { Parse(other); });
  other = good;
  other[18] = '\xea';  // 1001 -> 1002
  ExpectError(ErrorKind::kInput, "unknown version", [&] { Parse(other); });
  other = good;
  other[other.find('\x88')] = '\x89';  // little_endian
  ExpectError(ErrorKind::kInput, "big-endian", [&] { Parse(other); });
  other = good;
  other[other.rfind(
      "t"
      "e.")] = 'u';  // the key in the list of storages
  ExpectError(ErrorKind::kInput, "unexpected storage u", [&] { Parse(other); });
}

TEST(TorchFile, HarmfulPicklesAreRefusedByName) {
  const std::string pickle =
      PickleBuilder().Global("posix", "system").String("touch harm").Raw("\x85R").Stop();
  ExpectError(ErrorKind::kInput, "file: asks for posix.system", [&] {
    Parse(Zip({{"a/data.pkl", pickle}}));
  });
  const std::string good = LegacyFile({});
  ExpectError(ErrorKind::kInput, "file: asks for posix.system",
              [&] { Parse(good.substr(0, 21) + pickle); });
}

TEST(TorchFile, OtherFiles) {
  for (const char* bytes : {"", "\x80", "PK", "\x80\x02}.", "not a file of weights"}) {
    EXPECT_FALSE(IsTorchFile(bytes));
    ExpectError(ErrorKind::kInput, "is not a file of torch.save", [&] { Parse(bytes); });
  }
}

// Whatever becomes of a file, reading it gives tensors or an Error.
int CountReadable(const std::string& bytes, int trials, unsigned seed) {
  std::mt19937 random(seed);
  int readable = 0;
  for (int trial = 0; trial < trials; ++trial) {
    std::string changed = bytes;
    for (unsigned flips = 1 + random() % 4; flips != 0; --flips) {
      changed[random() % changed.size()] ^= static_cast<char>(1 << random() % 8);
    }
    try {
      Parse(changed);
      ++readable;
    } catch (const Error&) {
    }
  }
  return readable;
}

TEST(TorchFile, CutOffAnywhereAndDamagedAnywhere) {
  for (const Writer write : kFormats) {
    const std::string bytes = write(Tensors());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_THROW(Parse(bytes.substr(0, size)), Error) << size;
    }
    // Not all changes can be seen (a number's value in a legacy file), but most are.
    const int readable = CountReadable(bytes, 20'000, 1);
    EXPECT_GT(readable, 0);
    EXPECT_LT(readable, 10'000);
  }
}

TEST(TorchFile, PublishedFileCutOffAnywhere) {
  AUIF_NEED_SHARED("golden/authors/weights/TCSVT_Decoder.model");
  const std::filesystem::path path = SharedDir() / "golden/authors/weights/TCSVT_Decoder.model";
  const std::string bytes = ReadFile(path);
  EXPECT_EQ(Parse(bytes).size(), 6u);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THROW(Parse(bytes.substr(0, size)), Error) << size;
  }
  EXPECT_LT(CountReadable(bytes, 5'000, 2), 5'000);
}

// PyTorch itself writes files, and next to each what is in them: "key|shape|values" a line.
constexpr const char* kScript = R"(
import collections, os, sys, torch
folder, shared = sys.argv[1:3]

def dump(name, state):
    with open(os.path.join(folder, name + ".txt"), "w") as out:
        for key, value in state.items():
            numbers = [float.hex(v) for v in value.detach().float().flatten().tolist()]
            out.write("|".join([key, ",".join(map(str, value.shape)), " ".join(numbers)]) + "\n")

def save(name, state, **options):
    torch.save(state, os.path.join(folder, name + ".pt"), **options)
    dump(name, state)

torch.manual_seed(1)
net = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 3), torch.nn.BatchNorm2d(3), torch.nn.PReLU())
types = {str(t): (torch.rand(2, 3) * 100 - 20).to(t)
         for t in [torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32,
                   torch.int16, torch.int8, torch.bool]}
types["uint8"] = torch.arange(256, dtype=torch.uint8)
base = torch.arange(24.0).reshape(2, 3, 4)
views = {"whole": base, "turned": base.permute(2, 0, 1), "part": base[1, :, 1::2],
         "wide": base[:, :1, :].expand(2, 5, 4), "parameter": torch.nn.Parameter(torch.rand(3)),
         "empty": torch.zeros(0, 3), "number": torch.tensor(2.5)}
for zipped in [False, True]:
    for protocol in [2, 3, 4, 5]:
        options = {"_use_new_zipfile_serialization": zipped, "pickle_protocol": protocol}
        tag = "-%s-%d" % ("zip" if zipped else "legacy", protocol)
        save("net" + tag, net.state_dict(), **options)
        save("types" + tag, types, **options)
        save("views" + tag, views, **options)

class Harm:
    def __reduce__(self):
        return (os.system, ("touch " + os.path.join(folder, "harmed"),))
for zipped in [False, True]:
    torch.save({"a": torch.zeros(1), "b": Harm()}, os.path.join(folder, "harm%d" % zipped),
               _use_new_zipfile_serialization=zipped)
    torch.save(net, os.path.join(folder, "whole%d" % zipped), _use_new_zipfile_serialization=zipped)

if os.path.isdir(shared):
    for name in os.listdir(shared):
        state = torch.load(os.path.join(shared, name), map_location="cpu")
        save(name, state)
        torch.save(state, os.path.join(folder, name + ".pt"))
)";

TensorMap ReadDump(const std::filesystem::path& path) {
  TensorMap tensors;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string key, shape, values, item;
    std::getline(fields, key, '|');
    std::getline(fields, shape, '|');
    std::getline(fields, values);
    Tensor& tensor = tensors[key];
    std::istringstream extents(shape), numbers(values);
    while (std::getline(extents, item, ',')) tensor.shape.push_back(std::stoll(item));
    while (numbers >> item) tensor.values.push_back(std::strtof(item.c_str(), nullptr));
  }
  return tensors;
}

TEST(TorchFile, SameValuesAsPyTorch) {
  const char* chosen = std::getenv("AUIF_PYTHON");
  const std::string python = chosen != nullptr ? chosen : "/usr/bin/python3";
  if (std::system((python + " -c 'import torch' >/dev/null 2>&1").c_str()) != 0) {
    GTEST_SKIP() << python << " has no PyTorch; AUIF_PYTHON names one that has";
  }
  const TemporaryFolder folder;
  const std::filesystem::path weights = SharedDir() / "golden/authors/weights";
  WriteFileAtomically(folder / "script.py", kScript);
  ASSERT_EQ(std::system((python + " '" + (folder / "script.py").string() + "' '" +
                         folder.path().string() + "' '" + weights.string() + "'")
                            .c_str()),
            0);
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    if (entry.path().extension() != ".pt") continue;
    ++files;
    std::filesystem::path dump = entry.path();
    const TensorMap expected = ReadDump(dump.replace_extension(".txt"));
    EXPECT_FALSE(expected.empty());
    EXPECT_EQ(Parse(ReadFile(entry.path())), expected) << entry.path();
    const std::filesystem::path original = weights / dump.stem();
    if (std::filesystem::is_regular_file(original)) {
      EXPECT_EQ(Parse(ReadFile(original)), expected) << original;
    }
  }
  EXPECT_EQ(files, std::filesystem::is_directory(weights) ? 27 : 24);

  for (const char* suffix : {"0", "1"}) {
    ExpectError(ErrorKind::kInput, "asks for posix.system",
                [&] { Parse(ReadFile(folder / (std::string("harm") + suffix))); });
    ExpectError(ErrorKind::kInput, "asks for torch.nn.modules.container.Sequential",
                [&] { Parse(ReadFile(folder / (std::string("whole") + suffix))); });
  }
  EXPECT_FALSE(std::filesystem::exists(folder / "harmed"));
}

}  // namespace
}  // namespace auif

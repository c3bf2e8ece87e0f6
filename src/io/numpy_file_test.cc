#include "io/numpy_file.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "auif/error.h"
#include "io/tensorflow_test_util.h"
#include "io/torch_test_util.h"
#include "tests/expect_error.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

std::string Npy(const std::string& header, const std::string& data, int version = 1) {
  std::string bytes = "\x93NUMPY";
  bytes += static_cast<char>(version);
  bytes += '\0';
  if (version == 1) {
    AppendLittleEndian(static_cast<std::uint16_t>(header.size()), &bytes);
  } else {
    AppendLittleEndian(static_cast<std::uint32_t>(header.size()), &bytes);
  }
  return bytes + header + data;
}

std::string Header(const std::string& shape, const std::string& type = "<f4",
                   const std::string& fortran = "False") {
  return "{'descr': '" + type + "', 'fortran_order': " + fortran + ", 'shape': " + shape +
         ", }  \n";
}

void ExpectBroken(const std::string& bytes, const std::string& part) {
  ExpectError(ErrorKind::kInput, part, [&] { ParseNpy(bytes, "file"); });
}

TEST(NumpyFile, ShapesTypesAndVersions) {
  const std::string three = FloatBytes({1, 2, 3});
  for (const int version : {1, 2, 3}) {
    EXPECT_EQ(ParseNpy(Npy(Header("(3,)"), three, version), "f"), (Tensor{{3}, {1, 2, 3}}));
  }
  EXPECT_EQ(ParseNpy(Npy(Header("(1, 3)"), three), "f"), (Tensor{{1, 3}, {1, 2, 3}}));
  EXPECT_EQ(ParseNpy(Npy(Header("(3L, 1L)"), three), "f"), (Tensor{{3, 1}, {1, 2, 3}}));
  EXPECT_EQ(ParseNpy(Npy(Header("()"), FloatBytes({4})), "f"), (Tensor{{}, {4}}));
  EXPECT_EQ(ParseNpy(Npy(Header("(0, 7)"), ""), "f"), (Tensor{{0, 7}, {}}));
  EXPECT_EQ(ParseNpy(Npy(Header("(1,)", "<f8"), std::string("\0\0\0\0\0\0\xe0\x3f", 8)), "f"),
            (Tensor{{1}, {0.5f}}));
  EXPECT_EQ(ParseNpy(Npy(Header("(1,)", "<f2"), std::string("\0\x38", 2)), "f"),
            (Tensor{{1}, {0.5f}}));
  EXPECT_EQ(ParseNpy(Npy(Header("(3,)", "<f4", "True"), three), "f").shape,
            (std::vector<std::int64_t>{3}));
}

TEST(NumpyFile, Broken) {
  const std::string three = FloatBytes({1, 2, 3});
  ExpectBroken("", "is not an array");
  ExpectBroken(Npy(Header("(3,)"), three, 9), "unknown version");
  ExpectBroken(Npy(Header("(3,)"), three + "x"), "13 bytes of numbers, but (3) needs 12");
  ExpectBroken(Npy(Header("(4,)"), three), "needs 16");
  ExpectBroken(Npy(Header("(3,)", ">f4"), three), "number type >f4");
  ExpectBroken(Npy(Header("(3,)", "|O"), three), "number type |O");
  ExpectBroken(Npy(Header("(3, 1)", "<f4", "True"), three), "Fortran");
  ExpectBroken(Npy(Header("(9223372036854775807, 4)"), three), "too large");
  for (const char* header :
       {"", "{", "{}", "{'descr': '<f4'}", "{'descr': '<f4', 'fortran_order': False, 'shape': (3",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-3,)}",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (3,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)} x",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3 3)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
        "{'descr': '<f4', 'descr': '<f4', 'shape': (3,)}",
        "{'descr': __import__('os'), 'fortran_order': False, 'shape': (3,)}"}) {
    ExpectBroken(Npy(header, three), "header is broken");
  }
  const std::string good = Npy(Header("(3,)"), three);
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_THROW(ParseNpy(good.substr(0, size), "f"), Error) << size;
  }
  std::mt19937 random(1);
  for (int trial = 0; trial < 20'000; ++trial) {
    std::string changed = good;
    changed[random() % changed.size()] ^= static_cast<char>(1 << random() % 8);
    try {
      ParseNpy(changed, "f");
    } catch (const Error&) {
    }
  }
}

TEST(NumpyFile, Archive) {
  const TemporaryFolder folder;
  const std::string array = Npy(Header("(3,)"), FloatBytes({1, 2, 3}));
  WriteFileAtomically(folder / "a.npz", Zip({{"arr_0.npy", array}, {"notes.txt", "x"}}));
  const auto file = OpenNpz(folder / "a.npz");
  EXPECT_EQ(file->format(), TensorFormat::kNumpy);
  EXPECT_EQ(file->shapes().size(), 1u);
  EXPECT_EQ(file->Read("arr_0").values, (std::vector<float>{1, 2, 3}));
  WriteFileAtomically(folder / "b.npz", Zip({{"arr_0.npy", "x"}}));
  ExpectError(ErrorKind::kInput, "b.npz: arr_0.npy: is not an array",
              [&] { OpenNpz(folder / "b.npz"); });
  WriteFileAtomically(folder / "c.npz", Zip({{"arr_0.npy", array}}).substr(0, 40));
  ExpectError(ErrorKind::kInput, "broken zip file", [&] { OpenNpz(folder / "c.npz"); });
}

}  // namespace
}  // namespace auif

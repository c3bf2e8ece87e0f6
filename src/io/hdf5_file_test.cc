#include "io/hdf5_file.h"

#include <gtest/gtest.h>
#include <hdf5.h>

#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "auif/error.h"
#include "io/atomic_file.h"
#include "tests/captured_output.h"
#include "tests/expect_error.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

// Before anything else of the library: what damaged files leave open in it is not to be reported.
const bool kQuietExit = H5dont_atexit() >= 0;

// A file that the C library writes.
class Writer {
 public:
  explicit Writer(const std::filesystem::path& path)
      : file_(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)) {}
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() { H5Fclose(file_); }
  hid_t file() const { return file_; }

  void Group(const std::string& path) {
    H5Gclose(H5Gcreate2(file_, path.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  }
  // plist: a dataset creation property list, which this closes.
  void Dataset(const std::string& path, const std::vector<hsize_t>& shape,
               const std::vector<float>& values, hid_t plist = H5P_DEFAULT,
               hid_t type = H5T_IEEE_F32LE) {
    const hid_t space =
        shape.empty() ? H5Screate(H5S_SCALAR)
                      : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
    const hid_t set = H5Dcreate2(file_, path.c_str(), type, space, H5P_DEFAULT, plist, H5P_DEFAULT);
    ASSERT_GE(set, 0);
    if (!values.empty()) {
      ASSERT_GE(H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), 0);
    }
    H5Dclose(set);
    H5Sclose(space);
    if (plist != H5P_DEFAULT) H5Pclose(plist);
  }

 private:
  hid_t file_;
};

hid_t Chunked(std::vector<hsize_t> chunk) {
  const hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_chunk(plist, static_cast<int>(chunk.size()), chunk.data());
  return plist;
}

TEST(Hdf5File, DatasetsInGroups) {
  const TemporaryFolder folder;
  {
    Writer writer(folder / "a.h5");
    writer.Group("block1");
    writer.Group("block1/block1");
    writer.Group("empty");
    writer.Dataset("block1/block1/kernel:0", {2, 1, 3}, {1, 2, 3, 4, 5, 6});
    writer.Dataset("double", {2}, {7, 8}, H5P_DEFAULT, H5T_IEEE_F64LE);
    // Chunks that do not fill the array, gzip or not.
    std::vector<float> grid;
    for (int i = 0; i < 35; ++i) grid.push_back(static_cast<float>(i));
    writer.Dataset("grid", {5, 7}, grid, Chunked({2, 3}));
    writer.Dataset("scalar", {}, {9});
    writer.Dataset("none", {0, 3}, {});
    const hid_t gzip = Chunked({2});
    H5Pset_deflate(gzip, 9);
    writer.Dataset("gzip", {5}, {1, 2, 3, 4, 5}, gzip);
  }
  const auto file = OpenHdf5File(folder / "a.h5");
  EXPECT_EQ(file->format(), TensorFormat::kHdf5);
  EXPECT_EQ(file->shapes().size(), 6u);
  EXPECT_EQ(file->shapes().at("block1/block1/kernel:0"), (TensorFile::Shape{2, 1, 3}));
  EXPECT_EQ(file->Read("block1/block1/kernel:0"), (Tensor{{2, 1, 3}, {1, 2, 3, 4, 5, 6}}));
  EXPECT_EQ(file->Read("double"), (Tensor{{2}, {7, 8}}));
  const Tensor grid = file->Read("grid");
  EXPECT_EQ(grid.shape, (std::vector<std::int64_t>{5, 7}));
  for (std::size_t i = 0; i < 35; ++i) EXPECT_EQ(grid.values[i], static_cast<float>(i));
  EXPECT_EQ(file->Read("scalar"), (Tensor{{}, {9}}));
  EXPECT_EQ(file->Read("none"), (Tensor{{0, 3}, {}}));
  EXPECT_EQ(file->Read("gzip"), (Tensor{{5}, {1, 2, 3, 4, 5}}));
}

TEST(Hdf5File, WhatIsRefused) {
  const TemporaryFolder folder;
  const auto expect = [&](const std::string& part, auto&& write) {
    std::filesystem::remove(folder / "b.h5");
    {
      Writer writer(folder / "b.h5");
      write(writer);
    }
    ExpectError(ErrorKind::kInput, part, [&] { OpenHdf5File(folder / "b.h5")->Read("t"); });
  };
  { Writer(folder / "other.h5").Dataset("t", {1}, {1}); }
  expect("entry t is a link", [](Writer& w) {
    H5Lcreate_external("other.h5", "/t", w.file(), "t", H5P_DEFAULT, H5P_DEFAULT);
  });
  expect("entry t is a link",
         [](Writer& w) { H5Lcreate_soft("/etc", w.file(), "t", H5P_DEFAULT, H5P_DEFAULT); });
  WriteFileAtomically(folder / "raw", "12345678");
  expect("lies in another file", [&](Writer& w) {
    const hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_external(plist, (folder / "raw").c_str(), 0, 8);
    w.Dataset("t", {2}, {}, plist);
  });
  expect("a filter other than gzip", [](Writer& w) {
    const hid_t plist = Chunked({2});
    H5Pset_shuffle(plist);
    w.Dataset("t", {2}, {1, 2}, plist);
  });
  expect("stored in a way that is not supported", [](Writer& w) {
    const hsize_t two = 2;
    const hid_t space = H5Screate_simple(1, &two, nullptr);
    const hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_virtual(plist, space, "other.h5", "/t", space);
    H5Sclose(space);
    w.Dataset("t", {2}, {}, plist);
  });
  expect("t lacks its numbers", [](Writer& w) { w.Dataset("t", {2}, {}); });
  expect("t lacks some of its numbers", [](Writer& w) { w.Dataset("t", {2}, {}, Chunked({1})); });
  for (const hid_t type : {H5T_STD_I32LE, H5T_IEEE_F32BE}) {
    expect("no numbers of type float32", [&](Writer& w) {
      w.Dataset("t", {2}, {1, 2}, H5P_DEFAULT, type);
    });
  }
  expect("t is stored in too many parts", [](Writer& w) {
    w.Dataset("t", {20'000}, std::vector<float>(20'000, 1.0f), Chunked({1}));
  });
  expect("t is too large", [](Writer& w) {
    w.Dataset("t", {1u << 20, 1u << 20}, {}, Chunked({16, 16}));
  });
  expect("t is too large",
         [](Writer& w) { w.Dataset("t", {hsize_t{1} << 40}, {}, Chunked({16})); });
  expect("nested too deeply", [](Writer& w) {
    w.Group("a");
    H5Lcreate_hard(w.file(), "/a", w.file(), "/a/again", H5P_DEFAULT, H5P_DEFAULT);
  });
}

TEST(Hdf5File, CutOffAnywhereAndNothingIsPrinted) {
  const TemporaryFolder folder;
  {
    Writer writer(folder / "a.h5");
    writer.Group("g");
    writer.Dataset("g/t", {3}, {1, 2, 3});
    const hid_t gzip = Chunked({2});
    H5Pset_deflate(gzip, 1);
    writer.Dataset("g/u", {3}, {1, 2, 3}, gzip);
  }
  const std::string bytes = ReadFile(folder / "a.h5");
  const auto read = [&](const std::string& content) {
    WriteFileAtomically(folder / "b.h5", content);
    const auto file = OpenHdf5File(folder / "b.h5");
    for (const auto& entry : file->shapes()) file->Read(entry.first);
    return file->shapes().size();
  };
  EXPECT_EQ(read(bytes), 2u);
  EXPECT_TRUE(kQuietExit);
  const CapturedOutput output;
  int readable = 0;
  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    try {
      read(bytes.substr(0, size));
      ++readable;
    } catch (const Error&) {
    }
  }
  EXPECT_EQ(readable, 0);
  // Damaged anywhere: arrays or an Error.
  std::mt19937 random(1);
  for (int trial = 0; trial < 500; ++trial) {
    std::string changed = bytes;
    for (unsigned flips = 1 + random() % 4; flips != 0; --flips) {
      changed[random() % changed.size()] ^= static_cast<char>(1 << random() % 8);
    }
    try {
      read(changed);
      ++readable;
    } catch (const Error&) {
    }
  }
  EXPECT_GT(readable, 0);  // most bytes are numbers or not used
  EXPECT_LT(readable, 500);
  EXPECT_THROW(OpenHdf5File(folder / "absent.h5"), Error);
  EXPECT_TRUE(output.Empty());
}

}  // namespace
}  // namespace auif

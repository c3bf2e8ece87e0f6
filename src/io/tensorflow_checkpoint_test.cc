#include "io/tensorflow_checkpoint.h"

#include <gtest/gtest.h>

#include <bit>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "auif/error.h"
#include "io/tensorflow_test_util.h"
#include "tests/expect_error.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

std::vector<TestVariable> Variables() {
  std::string doubles;
  for (const double value : {0.5, -3.0}) {
    AppendLittleEndian(std::bit_cast<std::uint64_t>(value), &doubles);
  }
  return {{"encoder/conv1/bias", {2}, FloatBytes({1, 2})},
          {"encoder/conv1/bias/Adam", {2}, FloatBytes({8, 9})},
          {"encoder/conv1/kernel", {1, 3}, FloatBytes({3, 4, 5})},
          {"encoder/conv2/kernel", {2}, doubles, 2},
          {"global_step", {}, std::string(8, '\x01'), 9},
          {"half", {1}, std::string(2, '\0'), 19},
          {"none", {0, 4}, ""},
          {"scale", {}, FloatBytes({7})}};
}

TensorFlowIndex Parse(const std::string& bytes) { return ParseTensorFlowIndex(bytes, "file"); }

void ExpectBroken(const std::string& bytes, const std::string& part) {
  ExpectError(ErrorKind::kInput, part, [&] { Parse(bytes); });
}

TEST(TensorFlowCheckpoint, Checksum) {
  EXPECT_EQ(Crc32c("123456789"), 0xe3069283u);            // the catalogue's check value
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aau);  // RFC 3720, appendix B.4
}

TEST(TensorFlowCheckpoint, NamesShapesAndValues) {
  const TemporaryFolder folder;
  TestCheckpoint(Variables()).Write(folder / "model.ckpt-3");
  const auto file = OpenTensorFlowCheckpoint(folder / "model.ckpt-3");
  EXPECT_EQ(file->format(), TensorFormat::kTensorFlow);
  EXPECT_EQ(file->shapes().size(), 8u);
  EXPECT_EQ(file->shapes().at("encoder/conv1/kernel"), (TensorFile::Shape{1, 3}));
  EXPECT_EQ(file->Read("encoder/conv1/bias"), (Tensor{{2}, {1, 2}}));
  EXPECT_EQ(file->Read("encoder/conv1/bias/Adam"), (Tensor{{2}, {8, 9}}));
  EXPECT_EQ(file->Read("encoder/conv1/kernel"), (Tensor{{1, 3}, {3, 4, 5}}));
  EXPECT_EQ(file->Read("encoder/conv2/kernel"), (Tensor{{2}, {0.5f, -3}}));
  EXPECT_EQ(file->Read("none"), (Tensor{{0, 4}, {}}));
  EXPECT_EQ(file->Read("scale"), (Tensor{{}, {7}}));
  ExpectError(ErrorKind::kInput, "global_step has TensorFlow's number type 9",
              [&] { file->Read("global_step"); });
  ExpectError(ErrorKind::kInput, "number type 19", [&] { file->Read("half"); });
}

TEST(TensorFlowCheckpoint, BlocksOfAnySize) {
  const TestCheckpoint checkpoint(Variables());
  for (const std::size_t per_block : {1, 2, 3, 4, 9, 100}) {
    const TensorFlowIndex index = Parse(Table(checkpoint.entries, per_block));
    EXPECT_EQ(index.shards, 1u);
    EXPECT_EQ(index.variables.size(), 8u);
    EXPECT_EQ(index.variables.at("encoder/conv1/kernel").size, 12u);
  }
}

// A table that LevelDB's own TableBuilder wrote (blocks of 64 bytes, every third key whole): the
// header and five variables of shape (3) at 0, 12, ..., all with the checksum 0x04030201.
constexpr std::string_view kLevelDbTable =
    "00000608011a020801001411656e636f6465722f636f6e76315f312f6269617308011204120208032000280c"
    "35010203041405112f4164616d0801120412020803200c280c3501020304000000000100000000840a4ced00"
    "1611656e636f6465722f636f6e76315f312f6b65726e656c08011204120208032018280c35010203040e0611"
    "322f6269617308011204120208032024280c3501020304000000000100000000839f4727000b11676c6f6261"
    "6c5f7374657008011204120208032030280c3501020304000000000100000000435173b60000000001000000"
    "00c0f2a1b0001102656e636f6465722f636f6e76315f312f63005200010266574c00010368a8012700000000"
    "160000001c00000003000000002eb57b41d40108e10133000000000000000000000000000000000000000000"
    "0000000000000000000000000057fb808b247547db";

TEST(TensorFlowCheckpoint, TableOfLevelDb) {
  std::string bytes;
  for (std::size_t i = 0; i < kLevelDbTable.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(kLevelDbTable.substr(i, 2)), nullptr, 16));
  }
  const TensorFlowIndex index = Parse(bytes);
  EXPECT_EQ(index.shards, 1u);
  std::uint64_t offset = 0;
  for (const char* name : {"encoder/conv1_1/bias", "encoder/conv1_1/bias/Adam",
                           "encoder/conv1_1/kernel", "encoder/conv1_2/bias", "global_step"}) {
    const TensorFlowVariable& variable = index.variables.at(name);
    EXPECT_EQ(variable.type, 1u);
    EXPECT_EQ(variable.shape, (std::vector<std::int64_t>{3}));
    EXPECT_EQ(variable.offset, offset);
    EXPECT_EQ(variable.size, 12u);
    EXPECT_EQ(variable.checksum, 0x04030201u);
    offset += 12;
  }
  EXPECT_EQ(index.variables.size(), 5u);
}

TEST(TensorFlowCheckpoint, DataThatDoesNotFit) {
  const TemporaryFolder folder;
  const TestCheckpoint good(Variables());
  const std::string data = (folder / "m.data-00000-of-00001").string();
  good.Write(folder / "m");
  const auto file = OpenTensorFlowCheckpoint(folder / "m");

  std::string damaged = good.data;
  damaged[0] ^= 1;
  WriteFileAtomically(data, damaged);
  ExpectError(ErrorKind::kInput, "checksum of variable encoder/conv1/bias is wrong",
              [&] { file->Read("encoder/conv1/bias"); });
  EXPECT_EQ(file->Read("scale").values[0], 7);
  WriteFileAtomically(data, good.data.substr(0, good.data.size() - 1));
  ExpectError(ErrorKind::kInput, "scale ends outside the file", [&] { file->Read("scale"); });
  WriteFileAtomically(data, "");
  std::filesystem::remove(data);
  EXPECT_THROW(file->Read("scale"), Error);
}

// One variable, by its entry.
std::unique_ptr<TensorFile> OpenEntry(const TemporaryFolder& folder, const std::string& entry,
                                      int shards = 1) {
  const std::string index = Table({{"", CheckpointHeader(shards)}, {"v", entry}});
  WriteFileAtomically(folder / "m.index", index);
  WriteFileAtomically(folder / "m.data-00000-of-00001", FloatBytes({1, 2, 3}));
  return OpenTensorFlowCheckpoint(folder / "m");
}

TEST(TensorFlowCheckpoint, SizesAndPlaces) {
  const TemporaryFolder folder;
  const auto expect = [&](const std::string& entry, const std::string& part) {
    ExpectError(ErrorKind::kInput, part,
                [&] { OpenEntry(folder, IntegerField(1, 1) + entry)->Read("v"); });
  };
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  constexpr std::int64_t kLarge = std::int64_t{1} << 62;
  const std::string sum = FixedField(6, MaskedCrc32c(FloatBytes({1, 2, 3})));
  EXPECT_EQ(OpenEntry(folder, IntegerField(1, 1) + ShapeField({3}) + IntegerField(5, 12) + sum)
                ->Read("v")
                .values[2],
            3);
  expect(ShapeField({3}) + IntegerField(5, 8) + sum, "takes 8 bytes, but (3) needs 12");
  expect(ShapeField({4}) + IntegerField(5, 16) + sum, "ends outside the file");
  expect(ShapeField({3}) + IntegerField(4, 1) + IntegerField(5, 12) + sum, "ends outside");
  expect(ShapeField({3}) + IntegerField(4, kMax) + IntegerField(5, 12) + sum, "ends outside");
  expect(ShapeField({kLarge}) + IntegerField(5, 0), "v is too large");
  expect(ShapeField({kLarge, 4}) + IntegerField(5, 0), "v is too large");
  expect(ShapeField({-1}) + IntegerField(5, 12), "table of variables is broken");
  expect(ShapeField({3}) + IntegerField(5, kMax) + sum, "bytes, but (3) needs 12");
  expect(ShapeField({3}) + IntegerField(3, 1) + IntegerField(5, 12), "is broken");  // of 1 shard
  expect(ShapeField({3}) + IntegerField(5, 12) + sum + BytesField(7, ""), "stored in parts");
  expect(ShapeField(std::vector<std::int64_t>(255, 1)), "is broken");
  expect(IntegerField(2, 3), "is broken");                 // a shape that is a number
  expect(BytesField(2, IntegerField(3, 1)), "is broken");  // of unknown rank
  // Two data files, and the variable in the one that is missing.
  ExpectError(ErrorKind::kInput, "m.data-00001-of-00002", [&] {
    OpenEntry(folder,
              IntegerField(1, 1) + ShapeField({3}) + IntegerField(3, 1) + IntegerField(5, 12) + sum,
              2)
        ->Read("v");
  });
}

TEST(TensorFlowCheckpoint, HeadersAndTables) {
  const std::string entry = IntegerField(1, 1) + ShapeField({});
  const std::pair<std::string, std::string> header("", CheckpointHeader());
  EXPECT_EQ(Parse(Table({header, {"a", entry}, {"b", entry}})).variables.size(), 2u);
  EXPECT_TRUE(Parse(Table({header})).variables.empty());
  ExpectBroken("", "is not the index");
  ExpectBroken(Table({}), "lacks the header");
  ExpectBroken(Table({{"a", entry}}), "lacks the header");
  ExpectBroken(Table({{"", CheckpointHeader(0)}}), "is broken");
  ExpectBroken(Table({{"", CheckpointHeader() + IntegerField(2, 1)}}), "big-endian");
  ExpectBroken(Table({header, {"b", entry}, {"a", entry}}), "is broken");
  ExpectBroken(Table({header, {"a", entry}, {"a", entry}}), "is broken");
  ExpectBroken(Table({header, {"a", entry}, header}), "is broken");
  ExpectBroken(Table({header, {std::string(2000, 'a'), entry}}), "too long");
  ExpectBroken(Table({header}, 1, 1), "compressed with Snappy");
  ExpectBroken(Table({header}, 1, 2), "unknown compression");

  // Places of blocks.
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  std::string table;
  const std::string block = AddBlock(TableBlock({header}), &table);
  for (const auto& [offset, size] : {std::pair<std::uint64_t, std::uint64_t>(0, kMax),
                                     {kMax, 0},
                                     {kMax, kMax},
                                     {1, table.size() - 5},
                                     {table.size() + 1, 0}}) {
    ExpectBroken(table + TableFooter(block, Varint(offset) + Varint(size)), "outside the file");
  }
  // A table whose index is its only block: the header's value is then a place, at 8 of 1 byte.
  ExpectBroken(table + TableFooter(block, block), "checksum of the table of variables is wrong");
  // Many more restarts than bytes.
  std::string short_table;
  const std::string many = AddBlock("\xff\xff\xff\xff", &short_table);
  ExpectBroken(short_table + TableFooter(many, many), "is broken");
  std::string no_table;
  const std::string tiny = AddBlock("abc", &no_table);
  ExpectBroken(no_table + TableFooter(tiny, tiny), "is broken");
}

TEST(TensorFlowCheckpoint, CutOffAnywhereAndDamagedAnywhere) {
  const std::string bytes = Table(TestCheckpoint(Variables()).entries);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THROW(Parse(bytes.substr(0, size)), Error) << size;
    EXPECT_THROW(Parse(bytes.substr(bytes.size() - size)), Error) << size;
  }
  // Every change of a byte outside the footer's padding and the meta index is noticed.
  int unnoticed = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] ^= 4;
    try {
      Parse(changed);
      ++unnoticed;
    } catch (const Error&) {
    }
  }
  EXPECT_LT(unnoticed, 60);
  // Without checksums: whatever becomes of it, an index or an Error.
  std::mt19937 random(1);
  int readable = 0;
  for (int trial = 0; trial < 20'000; ++trial) {
    std::string changed = bytes;
    for (unsigned flips = 1 + random() % 4; flips != 0; --flips) {
      changed[random() % changed.size()] ^= static_cast<char>(1 << random() % 8);
    }
    try {
      ParseTensorFlowIndex(changed, "file", false);
      ++readable;
    } catch (const Error&) {
    }
  }
  EXPECT_GT(readable, 100);
  EXPECT_LT(readable, 19'000);
}

TEST(TensorFlowCheckpoint, Prefix) {
  const TemporaryFolder folder;
  const std::string prefix = (folder / "CGAN.model-9").string();
  for (const char* suffix : {".index", ".meta", ".data-00000-of-00001", ".data-00003-of-00017"}) {
    EXPECT_EQ(TensorFlowPrefix(prefix + suffix), prefix) << suffix;
  }
  EXPECT_TRUE(TensorFlowPrefix(prefix).empty());
  WriteFileAtomically(prefix + ".index", "");
  EXPECT_EQ(TensorFlowPrefix(prefix), prefix);
  EXPECT_TRUE(TensorFlowPrefix(folder / "x.data-0000-of-00001").empty());
}

}  // namespace
}  // namespace auif

#include "io/safetensors.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "io/tensor.h"
#include "tests/expect_error.h"

namespace auif {
namespace {

// A file of this header and this many bytes of data, with the true length in front.
std::string File(const std::string& header, std::size_t data_bytes) {
  std::string bytes;
  AppendLittleEndian<std::uint64_t>(header.size(), &bytes);
  return bytes + header + std::string(data_bytes, '\0');
}

Safetensors Parse(const std::string& bytes) { return ParseSafetensors(bytes, "file"); }

void ExpectBroken(const std::string& bytes, const std::string& part) {
  ExpectError(ErrorKind::kInput, part, [&] { Parse(bytes); });
}

TEST(Safetensors, RoundTrip) {
  Safetensors content;
  content.tensors["matrix"] = {{2, 3}, {1, -2, 3.5f, 0, 1e-40f, 6}};
  content.tensors["number"] = {{}, {7}};
  content.tensors["empty"] = {{3, 0}, {}};
  content.metadata = {{"a", "\"quoted\"\nline"}, {"b", "\xc3\xa9"}};
  const std::string bytes = SerializeSafetensors(content);
  const Safetensors again = Parse(bytes);
  EXPECT_EQ(again.tensors, content.tensors);
  EXPECT_EQ(again.metadata, content.metadata);
  EXPECT_EQ(SerializeSafetensors(again), bytes);
}

TEST(Safetensors, ExactBytes) {
  Safetensors content;
  content.tensors["b"] = {{1}, {1}};
  content.tensors["a"] = {{2}, {-2, 0.5f}};
  std::string expected = File(R"({"a":{"data_offsets":[0,8],"dtype":"F32","shape":[2]},)"
                              R"("b":{"data_offsets":[8,12],"dtype":"F32","shape":[1]}}    )",
                              0);
  expected += std::string("\0\0\0\xc0\0\0\0\x3f\0\0\x80\x3f", 12);
  EXPECT_EQ(SerializeSafetensors(content), expected);
  EXPECT_EQ(expected[0], 112);  // four spaces make it a multiple of 8
}

TEST(Safetensors, NoTensors) {
  EXPECT_TRUE(Parse(File("{}", 0)).tensors.empty());
  EXPECT_EQ(SerializeSafetensors({}), File("{}      ", 0));
}

TEST(Safetensors, MetadataThatIsNotUtf8IsStillWritten) {
  Safetensors content;
  content.metadata["source"] = "caf\xe9.model";
  EXPECT_EQ(Parse(SerializeSafetensors(content)).metadata.at("source"), "caf\xef\xbf\xbd.model");
}

TEST(Safetensors, OtherFloats) {
  std::string bytes = File(R"({"d":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},)"
                           R"("h":{"dtype":"F16","shape":[1],"data_offsets":[8,10]},)"
                           R"("b":{"dtype":"BF16","shape":[1],"data_offsets":[10,12]}})",
                           0);
  bytes += std::string("\0\0\0\0\0\0\x04\x40\x00\x3e\xc0\xbf", 12);
  const TensorMap tensors = Parse(bytes).tensors;
  EXPECT_EQ(tensors.at("d").values[0], 2.5f);
  EXPECT_EQ(tensors.at("h").values[0], 1.5f);
  EXPECT_EQ(tensors.at("b").values[0], -1.5f);
}

TEST(Safetensors, BrokenFrame) {
  ExpectBroken("", "too short");
  ExpectBroken(std::string(7, '\0'), "too short");
  ExpectBroken(std::string(8, '\0'), "is not a safetensors file");
  ExpectBroken("\x89PNG\r\n\x1a\n 123456789", "is not a safetensors file");
  ExpectBroken(File("[]", 0), "is not a safetensors file");
  ExpectBroken(File(" {}", 0), "is not a safetensors file");
  // The format's limit on the header, and a length that would overflow.
  std::string bytes = File("{}", 100);
  bytes.replace(0, 8, std::string("\x01\xe1\xf5\x05\0\0\0\0", 8));  // 100,000,001
  ExpectBroken(bytes, "is not a safetensors file");
  bytes.replace(0, 8, std::string(8, '\xff'));
  ExpectBroken(bytes, "is not a safetensors file");
  bytes.replace(0, 8, std::string("\x67\0\0\0\0\0\0\0", 8));  // one byte more than there is
  ExpectBroken(bytes, "the header ends outside the file");
}

TEST(Safetensors, BrokenHeader) {
  ExpectBroken(File("{", 0), "is not a safetensors file");  // shorter than "{}"
  ExpectBroken(File("{]", 0), "not valid JSON");
  ExpectBroken(File("{}{}", 0), "not valid JSON");
  ExpectBroken(File("{\"\xff\":{}}", 0), "not valid JSON");
  ExpectBroken(File(R"({"a":[[[[]]]]})", 0), "nested too deeply");
  ExpectBroken(File("{\"a\":" + std::string(1'000'000, '['), 0), "nested too deeply");
  ExpectBroken(File(R"({"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},)"
                    R"("a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}})",
                    0),
               "has a twice");
  ExpectBroken(File(R"({"__metadata__":[]})", 0), "not a map of strings");
  ExpectBroken(File(R"({"__metadata__":{"k":1}})", 0), "metadata k is not a string");
}

TEST(Safetensors, BrokenTensors) {
  const struct {
    const char* entry;
    const char* message;
  } cases[] = {
      {R"(7)", "tensor t has no description"},
      {R"({"shape":[1],"data_offsets":[0,4]})", "has no dtype"},
      {R"({"dtype":3,"shape":[1],"data_offsets":[0,4]})", "has no dtype"},
      {R"({"dtype":"U64","shape":[1],"data_offsets":[0,8]})", "the number type U64"},
      {R"({"dtype":"F32","data_offsets":[0,8]})", "has no list shape"},
      {R"({"dtype":"F32","shape":2,"data_offsets":[0,8]})", "has no list shape"},
      {R"({"dtype":"F32","shape":[-2],"data_offsets":[0,8]})", "shape is not a list of whole"},
      {R"({"dtype":"F32","shape":[2.0],"data_offsets":[0,8]})", "shape is not a list of whole"},
      {R"({"dtype":"F32","shape":[2]})", "has no list data_offsets"},
      {R"({"dtype":"F32","shape":[2],"data_offsets":["0",8]})", "data_offsets is not a list"},
      {R"({"dtype":"F32","shape":[2],"data_offsets":[0]})", "not a begin and an end"},
      {R"({"dtype":"F32","shape":[2],"data_offsets":[0,4,8]})", "not a begin and an end"},
      {R"({"dtype":"F32","shape":[0],"data_offsets":[8,0]})", "not a begin and an end"},
      {R"({"dtype":"F32","shape":[3],"data_offsets":[0,12]})", "ends outside the file"},
      {R"({"dtype":"F32","shape":[3],"data_offsets":[0,8]})",
       "takes 8 bytes, but F32 (3) needs 12"},
      {R"({"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":0})", "has more than"},
      {R"({"dtype":"F32","shape":[1],"data_offsets":[0,4]})", "4 bytes after the last tensor"},
      {R"({"dtype":"F32","shape":[1],"data_offsets":[4,8]})", "leaves unused bytes before it"},
      // Products that overflow 64 bits, also to exactly 8 bytes.
      {R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]})", "too large"},
      {R"({"dtype":"F32","shape":[4611686018427387906],"data_offsets":[0,8]})", "too large"},
      {R"({"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,8]})", "too large"},
      {R"({"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,8]})", "whole numbers"},
  };
  for (const auto& c : cases) {
    ExpectBroken(File(std::string("{\"t\":") + c.entry + "}", 8), c.message);
  }
  ExpectBroken(File(R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                    R"("u":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})",
                    12),
               "tensor u overlaps");
}

// The time must grow with the header's length, not with its square, which the tests' time limit
// would not allow.
TEST(Safetensors, ManyTensors) {
  constexpr int kTensors = 100'000;
  Safetensors content;
  for (int i = 0; i < kTensors; ++i) {
    content.tensors["a.rather.long.name.of.a.tensor." + std::to_string(i)] = {{1}, {1}};
  }
  EXPECT_EQ(Parse(SerializeSafetensors(content)).tensors.size(), std::size_t{kTensors});
}

TEST(Safetensors, AbsurdHeaders) {
  std::string header = "{\"a\":[0";
  for (int i = 0; i < 2'000'000; ++i) header += ",0";
  ExpectBroken(File(header + "]}", 0), "the header describes too many tensors");
  header = "{\"a\":{}";
  for (int i = 0; i < 2'000'000; ++i) header += ",\"" + std::to_string(i) + "\":{}";
  ExpectBroken(File(header + "}", 0), "the header describes too many tensors");
}

TEST(Safetensors, NamesCannotSpoilTheTerminal) {
  ExpectBroken(File(R"({"\u001b[2J":7})", 0), "tensor ?[2J has");
}

// Every cut and every change of a byte gives an Error or another valid file, never anything else.
TEST(Safetensors, CutOffAnywhere) {
  Safetensors content;
  content.metadata["key"] = "value";
  content.tensors["a"] = {{2, 2}, {1, 2, 3, 4}};
  content.tensors["b"] = {{1}, {5}};
  const std::string bytes = SerializeSafetensors(content);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THROW(Parse(bytes.substr(0, size)), Error) << size;
  }
  EXPECT_THROW(Parse(bytes + " "), Error);

  int read = 0;
  for (std::size_t place = 0; place < bytes.size(); ++place) {
    for (int change = 1; change < 256; ++change) {
      std::string changed = bytes;
      changed[place] = static_cast<char>(changed[place] ^ change);
      try {
        Parse(changed);
        ++read;
      } catch (const Error&) {
      }
    }
  }
  // At least the data's 20 bytes may be anything.
  EXPECT_GE(read, 20 * 255);
}

}  // namespace
}  // namespace auif

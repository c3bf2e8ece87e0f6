// Reading image files in tests: whole with all that is known of them, and broken ones.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "auif/io.h"
#include "io/codecs/codec.h"

namespace auif {

struct Read {
  ImageShape shape;
  Range range;
  std::vector<float> values;  // interleaved, from the top
  std::vector<std::string> notes;
};

inline Read ReadWhole(const std::filesystem::path& path, const ReadOptions& options = {}) {
  const auto reader = OpenImage(path, options);
  Read read = {reader->shape(), reader->range(), {}, {}};
  for (int y = 0; y < read.shape.height; ++y) {
    // A row past the buffer's end would be seen by the sanitizer.
    std::vector<char> row(read.shape.RowBytes());
    reader->ReadRow(row.data());
    for (std::size_t i = 0; i < read.shape.RowValues(); ++i) {
      if (read.shape.type == SampleType::kUint8) {
        read.values.push_back(reinterpret_cast<const std::uint8_t*>(row.data())[i]);
      } else if (read.shape.type == SampleType::kUint16) {
        read.values.push_back(reinterpret_cast<const std::uint16_t*>(row.data())[i]);
      } else {
        read.values.push_back(reinterpret_cast<const float*>(row.data())[i]);
      }
    }
  }
  read.notes = reader->notes();
  return read;
}

// For thousands of files: a new one each time, for which no disk is waited for.
inline void WriteQuickly(const std::filesystem::path& path, const std::string& bytes) {
  std::filesystem::remove(path);
  std::FILE* file = std::fopen(path.c_str(), "wb");
  std::fwrite(bytes.data(), 1, bytes.size(), file);
  std::fclose(file);
}

// What reading a file with these bytes says; nothing where it is read. Any other exception or an
// empty image fails the test.
inline std::optional<std::string> Complaint(const std::filesystem::path& path,
                                            const std::string& bytes) {
  WriteQuickly(path, bytes);
  try {
    EXPECT_FALSE(ReadImage(path).Grey().empty());
    return {};
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInput);
    EXPECT_EQ(error.where(), path.string()) << error.what();
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    return error.what();
  }
}

}  // namespace auif

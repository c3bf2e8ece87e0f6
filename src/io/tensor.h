// Arrays of numbers as model files hold them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "auif/model.h"

namespace auif {

// Row-major; shape () is one number. Files may hold other number types: values are rounded to
// float when they are read.
struct Tensor {
  std::vector<std::int64_t> shape;
  std::vector<float> values;
  bool operator==(const Tensor&) const = default;
};

using TensorMap = std::map<std::string, Tensor>;

// "(64, 1, 3, 3)".
template <typename Int>
std::string ShapeText(const std::vector<Int>& shape) {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (i != 0) text += ", ";
    text += std::to_string(shape[i]);
  }
  return text + ")";
}

enum class NumberType { kF64, kF32, kF16, kBF16, kI64, kI32, kI16, kI8, kU32, kU16, kU8, kBool };

// Bytes of one number.
std::size_t ByteSize(NumberType type);
// The little-endian number at `bytes`, which holds at least ByteSize(type) bytes.
float ReadNumber(NumberType type, const char* bytes);

// Little-endian unsigned integers, on machines of any byte order.
template <typename UInt>
UInt LoadLittleEndian(const char* bytes) {
  static_assert(std::is_unsigned_v<UInt>);
  UInt value = 0;
  for (std::size_t i = 0; i < sizeof(UInt); ++i) {
    value = static_cast<UInt>(value | static_cast<UInt>(static_cast<unsigned char>(bytes[i]))
                                          << (8 * i));
  }
  return value;
}
template <typename UInt>
void AppendLittleEndian(UInt value, std::string* bytes) {
  static_assert(std::is_unsigned_v<UInt>);
  for (std::size_t i = 0; i < sizeof(UInt); ++i) {
    bytes->push_back(static_cast<char>(static_cast<unsigned char>(value >> (8 * i))));
  }
}

// Takes the tensor `name` out of `tensors` and copies it to where it belongs in a model. Throws
// Error (kInput) with `where` if it is missing or of another shape.
void TakeTensor(TensorMap* tensors, const std::string& name, const TensorView<float>& to,
                const std::string& where);

}  // namespace auif

#include "io/tensor.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "auif/error.h"

namespace auif {
namespace {

// IEEE 754 binary16: 1 sign, 5 exponent (bias 15) and 10 mantissa bits. Every value is a float.
float HalfToFloat(std::uint16_t half) {
  const int exponent = (half >> 10) & 31;
  const int mantissa = half & 1023;
  float value;
  if (exponent == 31) {
    value = mantissa == 0 ? HUGE_VALF : NAN;
  } else if (exponent == 0) {
    value = std::ldexp(static_cast<float>(mantissa), -24);
  } else {
    value = std::ldexp(static_cast<float>(mantissa + 1024), exponent - 25);
  }
  return (half & 0x8000) != 0 ? -value : value;
}

}  // namespace

std::size_t ByteSize(NumberType type) {
  switch (type) {
    case NumberType::kF64:
    case NumberType::kI64:
      return 8;
    case NumberType::kF32:
    case NumberType::kI32:
    case NumberType::kU32:
      return 4;
    case NumberType::kF16:
    case NumberType::kBF16:
    case NumberType::kI16:
    case NumberType::kU16:
      return 2;
    case NumberType::kI8:
    case NumberType::kU8:
    case NumberType::kBool:
      return 1;
  }
  return 0;
}

float ReadNumber(NumberType type, const char* bytes) {
  switch (type) {
    case NumberType::kF64:
      return static_cast<float>(std::bit_cast<double>(LoadLittleEndian<std::uint64_t>(bytes)));
    case NumberType::kF32:
      return std::bit_cast<float>(LoadLittleEndian<std::uint32_t>(bytes));
    case NumberType::kF16:
      return HalfToFloat(LoadLittleEndian<std::uint16_t>(bytes));
    case NumberType::kBF16:  // the upper half of a float
      return std::bit_cast<float>(std::uint32_t{LoadLittleEndian<std::uint16_t>(bytes)} << 16);
    case NumberType::kI64:
      return static_cast<float>(static_cast<std::int64_t>(LoadLittleEndian<std::uint64_t>(bytes)));
    case NumberType::kI32:
      return static_cast<float>(static_cast<std::int32_t>(LoadLittleEndian<std::uint32_t>(bytes)));
    case NumberType::kI16:
      return static_cast<std::int16_t>(LoadLittleEndian<std::uint16_t>(bytes));
    case NumberType::kI8:
      return static_cast<signed char>(bytes[0]);
    case NumberType::kU32:
      return static_cast<float>(LoadLittleEndian<std::uint32_t>(bytes));
    case NumberType::kU16:
      return LoadLittleEndian<std::uint16_t>(bytes);
    case NumberType::kU8:
      return static_cast<unsigned char>(bytes[0]);
    case NumberType::kBool:
      return bytes[0] != 0 ? 1.0f : 0.0f;
  }
  return 0;
}

void TakeTensor(TensorMap* tensors, const std::string& name, const TensorView<float>& to,
                const std::string& where) {
  const auto node = tensors->extract(name);
  if (node.empty()) throw Error(ErrorKind::kInput, "tensor " + name + " is missing", where);
  const Tensor& tensor = node.mapped();
  if (!std::ranges::equal(tensor.shape, to.shape)) {
    throw Error(
        ErrorKind::kInput,
        "tensor " + name + " has shape " + ShapeText(tensor.shape) + ", not " + ShapeText(to.shape),
        where);
  }
  std::ranges::copy(tensor.values, to.values.begin());
}

}  // namespace auif

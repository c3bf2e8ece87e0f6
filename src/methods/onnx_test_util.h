// Writes small networks in the format of ONNX, for tests.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace auif::onnx {

// Protobuf: a varint, and fields of a message.
inline std::string Varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}
inline std::string Field(int number, std::uint64_t value) {
  return Varint(static_cast<std::uint64_t>(number) << 3) + Varint(value);
}
inline std::string Field(int number, const std::string& bytes) {
  return Varint(static_cast<std::uint64_t>(number) << 3 | 2) + Varint(bytes.size()) + bytes;
}

using Dims = std::vector<std::int64_t>;

// AttributeProto of whole numbers.
inline std::string Ints(const std::string& name, const Dims& values) {
  std::string bytes = Field(1, name);
  for (const std::int64_t v : values) bytes += Field(8, static_cast<std::uint64_t>(v));
  return bytes + Field(20, 7);
}
inline std::string Text(const std::string& name, const std::string& text) {
  return Field(1, name) + Field(4, text) + Field(20, 3);
}
inline std::string Int(const std::string& name, int value) {
  return Field(1, name) + Field(3, static_cast<std::uint64_t>(value)) + Field(20, 2);
}

// NodeProto.
inline std::string Node(const std::string& operation, const std::vector<std::string>& inputs,
                        const std::string& output,
                        const std::vector<std::string>& attributes = {}) {
  std::string bytes;
  for (const std::string& input : inputs) bytes += Field(1, input);
  bytes += Field(2, output) + Field(4, operation);
  for (const std::string& attribute : attributes) bytes += Field(5, attribute);
  return bytes;
}
// A kernel whose output has the input's size, where the stride is 1.
inline std::string Conv(const std::string& input, const std::string& kernel,
                        const std::string& output, int pad, int stride = 1) {
  return Node("Conv", {input, kernel}, output,
              {Ints("kernel_shape", {2 * pad + 1, 2 * pad + 1}), Ints("pads", {pad, pad, pad, pad}),
               Ints("strides", {stride, stride})});
}

// TensorProto of float.
inline std::string Tensor(const std::string& name, const Dims& dims,
                          const std::vector<float>& values) {
  std::string bytes, raw(sizeof(float) * values.size(), '\0');
  if (!values.empty()) std::memcpy(raw.data(), values.data(), raw.size());
  for (const std::int64_t d : dims) bytes += Field(1, static_cast<std::uint64_t>(d));
  return bytes + Field(2, 1) + Field(8, name) + Field(9, raw);
}

// ValueInfoProto of float; a dimension of 0 is left open.
inline std::string Value(const std::string& name, const Dims& dims, int type = 1) {
  std::string shape;
  for (const std::int64_t d : dims) {
    shape += Field(1, d > 0 ? Field(1, static_cast<std::uint64_t>(d)) : Field(2, "any"));
  }
  const std::string tensor = Field(1, static_cast<std::uint64_t>(type)) + Field(2, shape);
  return Field(1, name) + Field(2, Field(1, tensor));
}

struct Network {
  std::vector<std::string> inputs;   // Value
  std::vector<std::string> nodes;    // Node
  std::vector<std::string> tensors;  // Tensor
  std::vector<std::string> outputs = {Value("fused", {1, 1, 0, 0})};

  // ModelProto.
  std::string Bytes() const {
    std::string graph;
    for (const std::string& node : nodes) graph += Field(1, node);
    graph += Field(2, "network");
    for (const std::string& tensor : tensors) graph += Field(5, tensor);
    for (const std::string& input : inputs) graph += Field(11, input);
    for (const std::string& output : outputs) graph += Field(12, output);
    return Field(1, 4) + Field(7, graph) + Field(8, Field(1, "") + Field(2, 9));
  }
};

// What most tests start from: grey sources of any size.
inline const Dims kAny = {1, 1, 0, 0};

// fused = a ir + b vis, each by a convolution of one pixel.
inline Network WeightedSum(float a, float b, const Dims& size = kAny) {
  return {{Value("ir", size), Value("vis", size)},
          {Conv("ir", "a", "x", 0), Conv("vis", "b", "y", 0), Node("Add", {"x", "y"}, "fused")},
          {Tensor("a", {1, 1, 1, 1}, {a}), Tensor("b", {1, 1, 1, 1}, {b})}};
}

}  // namespace auif::onnx

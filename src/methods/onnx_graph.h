// What an ONNX file declares, and a check of what OpenCV's reader trusts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace auif {

// An input or output of the network.
struct OnnxValue {
  std::string name;
  int type = 0;                    // of its elements: kOnnxFloat or another of the format's
  std::vector<std::int64_t> dims;  // N, C, H, W; 0 where the file leaves it open
};

inline constexpr int kOnnxFloat = 1;

// What a file or OpenCV says, for messages: on one line that a terminal can show, of bounded
// length.
std::string OneLine(const std::string& text);

struct OnnxGraph {
  std::vector<OnnxValue> inputs, outputs;  // inputs without those that have values in the file
};

// bytes: a file in the format of ONNX, a protobuf message ModelProto. Throws Error (kInput;
// `where`:
// the file's name) for what is cut short or no such message, for tensors whose values are not as
// many as their shapes say (OpenCV copies as many as the shape says), for nodes that read what
// nothing before them gives, and for values that are kept in other files.
OnnxGraph ReadOnnxGraph(std::string_view bytes, const std::string& where);

// The file, which ReadOnnxGraph has read, with float inputs of these shapes: OpenCV computes only
// with shapes that it knows when it reads.
std::string WithInputs(std::string_view bytes, const std::vector<OnnxValue>& inputs);

}  // namespace auif

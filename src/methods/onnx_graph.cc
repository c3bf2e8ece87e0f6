#include "methods/onnx_graph.h"

#include <algorithm>
#include <array>
#include <limits>
#include <set>

#include "auif/error.h"

namespace auif {

std::string OneLine(const std::string& text) {
  constexpr std::size_t kLongest = 300;
  std::string line;
  for (const char c : text) {
    const bool space = static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
    if (line.empty() && c == '>') continue;  // how it begins further lines
    if (!space) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  if (line.size() > kLongest) line = line.substr(0, kLongest) + "...";
  return line;
}

namespace {

// How a protobuf field is stored.
enum Wire { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

[[noreturn]] void Broken(const std::string& where) {
  throw Error(ErrorKind::kInput, "not an ONNX file, or a broken one", where);
}

// The fields of a message, one after the other.
class Fields {
 public:
  Fields(std::string_view bytes, const std::string& where) : rest_(bytes), where_(where) {}

  // Goes to the next one; false behind the last.
  bool Next() {
    if (rest_.empty()) return false;
    const std::string_view before = rest_;
    const std::uint64_t tag = Varint();
    number_ = tag >> 3;
    wire_ = static_cast<int>(tag & 7);
    if (number_ == 0 || tag > std::numeric_limits<std::uint32_t>::max()) Broken(where_);
    bytes_ = {};
    if (wire_ == kVarint) {
      value_ = Varint();
    } else if (wire_ == kBytes) {
      bytes_ = Take(Varint());
    } else if (wire_ == kFixed32 || wire_ == kFixed64) {
      bytes_ = Take(wire_ == kFixed32 ? 4 : 8);
    } else {
      Broken(where_);  // groups, which ONNX has none of
    }
    whole_ = before.substr(0, before.size() - rest_.size());
    return true;
  }
  // A field of another wire than its number asks for is an unknown one, as protobuf has it.
  bool Is(std::uint64_t number, int wire) const { return number_ == number && wire_ == wire; }
  std::uint64_t number() const { return number_; }
  int wire() const { return wire_; }
  std::uint64_t value() const { return value_; }     // of a varint
  std::string_view whole() const { return whole_; }  // with tag and length
  std::string_view bytes() const { return bytes_; }  // of the others
  std::string text() const { return std::string(bytes_); }

  // All of a repeated varint, whose values come one by one or packed.
  static std::vector<std::uint64_t> Varints(const Fields& field) {
    if (field.wire_ == kVarint) return {field.value_};
    Fields packed(field.bytes_, field.where_);
    std::vector<std::uint64_t> values;
    while (!packed.rest_.empty()) values.push_back(packed.Varint());
    return values;
  }

 private:
  std::uint64_t Varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(Take(1)[0]);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    Broken(where_);
  }
  std::string_view Take(std::uint64_t count) {
    if (count > rest_.size()) Broken(where_);
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  std::string_view rest_, whole_, bytes_;
  const std::string& where_;
  std::uint64_t number_ = 0, value_ = 0;
  int wire_ = kVarint;
};

std::string Varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}
std::string Field(int number, std::uint64_t value) {
  return Varint(number * 8 + kVarint) + Varint(value);
}
std::string Field(int number, const std::string& bytes) {
  return Varint(number * 8 + kBytes) + Varint(bytes.size()) + bytes;
}

// ValueInfoProto of a tensor of floats.
std::string Encoded(const OnnxValue& value) {
  std::string shape;
  for (const std::int64_t dim : value.dims)
    shape += Field(1, Field(1, static_cast<std::uint64_t>(dim)));
  return Field(1, value.name) +
         Field(2, Field(1, Field(1, std::uint64_t{kOnnxFloat}) + Field(2, shape)));
}

// A type of TensorProto: the bytes of an element in raw_data, and the field that may hold the
// values instead.
struct ElementType {
  int type;
  std::size_t bytes;
  std::uint64_t field;
};
constexpr ElementType kElementTypes[] = {
    {kOnnxFloat, 4, 4}, {2, 1, 5},   // uint8
    {3, 1, 5},          {4, 2, 5},   // int8, uint16
    {5, 2, 5},          {6, 4, 5},   // int16, int32
    {7, 8, 7},          {9, 1, 5},   // int64, bool
    {10, 2, 5},         {11, 8, 10}  // float16, double
};

class Reader {
 public:
  explicit Reader(const std::string& where) : where_(where) {}

  OnnxGraph Model(std::string_view bytes) {
    bool found = false;
    for (Fields f(bytes, where_); f.Next();) {
      if (!f.Is(7, kBytes)) continue;
      if (found) Broken(where_);
      found = true;
      Graph(f.bytes(), 0);
    }
    if (!found) Broken(where_);
    std::erase_if(graph_.inputs, [&](const OnnxValue& v) { return known_.contains(v.name); });
    CheckNodes();
    return std::move(graph_);
  }

 private:
  static constexpr int kDeepest = 16;  // graphs in graphs

  void Graph(std::string_view bytes, int depth) {
    if (depth > kDeepest) Broken(where_);
    for (Fields f(bytes, where_); f.Next();) {
      if (f.Is(1, kBytes)) Node(f.bytes(), depth);
      if (f.Is(5, kBytes)) {
        const std::string name = CheckTensor(f.bytes());
        if (depth == 0) known_.insert(name);
      }
      if (f.Is(11, kBytes) && depth == 0) graph_.inputs.push_back(Value(f.bytes()));
      if (f.Is(12, kBytes) && depth == 0) graph_.outputs.push_back(Value(f.bytes()));
    }
  }

  struct NodeNames {
    std::vector<std::string> inputs, outputs;
    std::string operation;
  };

  void Node(std::string_view bytes, int depth) {
    NodeNames node;
    for (Fields f(bytes, where_); f.Next();) {
      if (f.Is(1, kBytes)) node.inputs.push_back(f.text());
      if (f.Is(2, kBytes)) node.outputs.push_back(f.text());
      if (f.Is(4, kBytes)) node.operation = f.text();
      if (f.Is(5, kBytes)) Attribute(f.bytes(), depth);
    }
    if (depth == 0) nodes_.push_back(std::move(node));
  }

  // Nodes stand in an order in which they can be computed.
  void CheckNodes() {
    static const std::set<std::string> kOfTwo = {
        "Add",           "Sub",  "Mul",    "Div",    "Pow",    "Max",   "Min",  "Conv",
        "ConvTranspose", "Gemm", "MatMul", "Gather", "Expand", "Equal", "Less", "Greater"};
    std::set<std::string> given = known_;
    for (const OnnxValue& input : graph_.inputs) given.insert(input.name);
    const auto check = [&](const std::string& name) {
      if (given.contains(name)) return;
      throw Error(ErrorKind::kInput,
                  "nothing gives what the network reads as '" + OneLine(name) + "'", where_);
    };
    for (const NodeNames& node : nodes_) {
      const std::size_t least = node.operation == "Constant"      ? 0
                                : kOfTwo.contains(node.operation) ? 2
                                                                  : 1;
      std::size_t inputs = 0;
      for (const std::string& input : node.inputs) {
        if (input.empty()) continue;  // an optional one that is left out
        check(input);
        ++inputs;
      }
      if (node.operation.empty() || inputs < least || node.outputs.empty()) Broken(where_);
      for (const std::string& output : node.outputs) {
        if (!output.empty() && !given.insert(output).second) Broken(where_);
      }
    }
    for (const OnnxValue& output : graph_.outputs) check(output.name);
  }

  void Attribute(std::string_view bytes, int depth) {
    bool tensor = false;
    for (Fields f(bytes, where_); f.Next();) {
      if (f.Is(5, kBytes)) {
        if (tensor) Broken(where_);  // protobuf would make one of both
        tensor = true;
        CheckTensor(f.bytes());
      }
      if (f.Is(10, kBytes)) CheckTensor(f.bytes());
      if (f.Is(6, kBytes) || f.Is(11, kBytes)) Graph(f.bytes(), depth + 1);
    }
  }

  // Returns its name.
  std::string CheckTensor(std::string_view bytes) {
    std::string name;
    std::uint64_t type = 0, raw = 0, count = 1;
    std::array<std::uint64_t, 12> stored{};  // values in each of the fields
    bool has_raw = false, external = false;
    for (Fields f(bytes, where_); f.Next();) {
      const bool packed = f.wire() == kBytes;
      if (f.number() == 1 && (packed || f.wire() == kVarint)) {
        for (const std::uint64_t dim : Fields::Varints(f)) {
          // Also refuses what is negative.
          constexpr std::uint64_t kMost = std::numeric_limits<std::int32_t>::max();
          if (dim > kMost || (count *= dim) > kMost) Broken(where_);
        }
      }
      if (f.Is(2, kVarint)) type = f.value();
      if (f.Is(8, kBytes)) name = f.text();
      if (f.Is(9, kBytes)) {
        if (has_raw) Broken(where_);
        has_raw = true;
        raw = f.bytes().size();
      }
      if (f.Is(13, kBytes) || (f.Is(14, kVarint) && f.value() != 0)) external = true;
      if (f.Is(4, kFixed32)) ++stored[4];
      if (f.Is(4, kBytes)) stored[4] += f.bytes().size() / 4;
      if (f.Is(10, kFixed64)) ++stored[10];
      if (f.Is(10, kBytes)) stored[10] += f.bytes().size() / 8;
      if (f.Is(5, kVarint) || f.Is(7, kVarint)) ++stored[f.number()];
      if (f.Is(5, kBytes) || f.Is(7, kBytes)) stored[f.number()] += Fields::Varints(f).size();
    }
    if (external) {
      throw Error(ErrorKind::kInput,
                  "keeps the values of tensor '" + OneLine(name) + "' in another file", where_,
                  "save the network as one file");
    }
    const auto* element = std::find_if(
        std::begin(kElementTypes), std::end(kElementTypes),
        [&](const ElementType& e) { return static_cast<std::uint64_t>(e.type) == type; });
    if (element == std::end(kElementTypes)) {
      throw Error(ErrorKind::kInput,
                  "tensor '" + OneLine(name) + "' has values of an unsupported type", where_);
    }
    std::uint64_t in_fields = 0;
    for (const std::uint64_t n : stored) in_fields += n;
    const std::uint64_t typed = stored[element->field];
    const bool fits = in_fields == typed &&
                      (typed > 0 ? typed == count && raw == 0 : raw == count * element->bytes);
    if (!fits) {
      throw Error(ErrorKind::kInput,
                  "tensor '" + OneLine(name) + "' does not have as many values as its shape says",
                  where_);
    }
    return name;
  }

  OnnxValue Value(std::string_view bytes) {
    OnnxValue value;
    for (Fields f(bytes, where_); f.Next();) {
      if (f.Is(1, kBytes)) value.name = f.text();
      if (!f.Is(2, kBytes)) continue;
      for (Fields type(f.bytes(), where_); type.Next();) {
        if (type.Is(1, kBytes)) Tensor(type.bytes(), value);
      }
    }
    return value;
  }

  void Tensor(std::string_view bytes, OnnxValue& value) {
    for (Fields f(bytes, where_); f.Next();) {
      if (f.Is(1, kVarint)) {
        value.type = static_cast<int>(std::min<std::uint64_t>(f.value(), 1000));
      }
      if (!f.Is(2, kBytes)) continue;
      for (Fields shape(f.bytes(), where_); shape.Next();) {
        if (shape.Is(1, kBytes)) value.dims.push_back(Dim(shape.bytes()));
      }
    }
  }

  std::int64_t Dim(std::string_view bytes) {
    std::int64_t dim = 0;
    for (Fields f(bytes, where_); f.Next();) {
      // Some exporters write -1 for what is open.
      if (f.Is(1, kVarint)) dim = std::max<std::int64_t>(0, static_cast<std::int64_t>(f.value()));
    }
    return dim;
  }

  const std::string& where_;
  OnnxGraph graph_;
  std::set<std::string> known_;  // tensors with values
  std::vector<NodeNames> nodes_;
};

}  // namespace

OnnxGraph ReadOnnxGraph(std::string_view bytes, const std::string& where) {
  return Reader(where).Model(bytes);
}

std::string WithInputs(std::string_view bytes, const std::vector<OnnxValue>& inputs) {
  const std::string nowhere;
  std::string model, graph;
  for (Fields f(bytes, nowhere); f.Next();) {
    if (!f.Is(7, kBytes)) {
      model += f.whole();
      continue;
    }
    for (Fields g(f.bytes(), nowhere); g.Next();) {
      if (!g.Is(11, kBytes)) graph += g.whole();
    }
  }
  for (const OnnxValue& input : inputs) graph += Field(11, Encoded(input));
  return model + Field(7, graph);
}

}  // namespace auif

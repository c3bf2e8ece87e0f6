#include "io/safetensors.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <vector>

#include "auif/error.h"
#include "base/text.h"

namespace auif {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLengthBytes = 8;
constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;  // the format's own limit
constexpr int kMaxDepth = 3;                            // header, tensor, shape
// A tensor's description is some ten values. A model has a few hundred tensors; a million would
// take gigabytes.
constexpr long kMaxValues = 2'000'000;
constexpr const char* kMetadataKey = "__metadata__";

// nlohmann::json silently keeps the last of two equal keys, nests as deep as memory allows, and
// takes time that grows with the square of the tensors where a callback looks at them. So this
// looks at the header first, in one pass and without building anything.
class HeaderCheck : public nlohmann::json_sax<Json> {
 public:
  std::string message;  // what is wrong with valid JSON

  bool null() override { return Count(); }
  bool boolean(bool) override { return Count(); }
  bool number_integer(number_integer_t) override { return Count(); }
  bool number_unsigned(number_unsigned_t) override { return Count(); }
  bool number_float(number_float_t, const string_t&) override { return Count(); }
  bool string(string_t&) override { return Count(); }
  bool binary(binary_t&) override { return Count(); }
  bool start_object(std::size_t) override {
    keys_.emplace_back();
    return Enter();
  }
  bool key(string_t& key) override {
    if (keys_.back().insert(key).second) return true;
    message = "the header has " + Printable(key) + " twice";
    return false;
  }
  bool end_object() override {
    keys_.pop_back();
    --depth_;
    return true;
  }
  bool start_array(std::size_t) override { return Enter(); }
  bool end_array() override {
    --depth_;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  bool Enter() {
    if (++depth_ > kMaxDepth) message = "the header is nested too deeply";
    return message.empty() && Count();
  }
  bool Count() {
    if (++values_ > kMaxValues) message = "the header describes too many tensors";
    return message.empty();
  }

  std::vector<std::set<std::string>> keys_;  // of the objects that are open
  int depth_ = 0;
  long values_ = 0;
};

class Parser {
 public:
  Parser(std::string_view bytes, const std::string& where) : bytes_(bytes), where_(where) {}

  Safetensors Parse() {
    const Json header = ParseHeader();
    Safetensors content;
    std::vector<Entry> entries;
    for (const auto& [name, entry] : header.items()) {
      if (name == kMetadataKey) {
        content.metadata = ParseMetadata(entry);
      } else {
        entries.push_back(ParseEntry(name, entry));
      }
    }
    // Before memory is taken: tensors that overlap could ask for far more than the file's size.
    CheckPlaces(&entries);
    for (const Entry& entry : entries) content.tensors[entry.name] = ReadTensor(entry);
    return content;
  }

 private:
  struct Entry {
    std::string name;
    NumberType type;
    std::vector<std::int64_t> shape;
    std::uint64_t begin, end;  // within data_
  };

  [[noreturn]] void Fail(const std::string& message, const std::string& hint = {}) const {
    throw Error(ErrorKind::kInput, message, where_, hint);
  }
  [[noreturn]] void FailTensor(const std::string& name, const std::string& message) const {
    Fail("tensor " + Printable(name) + " " + message);
  }

  Json ParseHeader() {
    if (bytes_.size() < kLengthBytes) Fail("is too short for a safetensors file");
    const std::uint64_t length = LoadLittleEndian<std::uint64_t>(bytes_.data());
    if (length > kMaxHeaderBytes || length < 2 || bytes_.substr(kLengthBytes, 1) != "{") {
      Fail("is not a safetensors file");
    }
    if (length > bytes_.size() - kLengthBytes) {
      Fail("the header ends outside the file", "the file may be cut off");
    }
    const std::string_view text = bytes_.substr(kLengthBytes, length);
    data_ = bytes_.substr(kLengthBytes + length);

    HeaderCheck check;
    const bool valid = Json::sax_parse(text, &check);
    if (!check.message.empty()) Fail(check.message);
    if (!valid) Fail("the header is not valid JSON", "the file may be damaged");
    return Json::parse(text);
  }

  std::map<std::string, std::string> ParseMetadata(const Json& entry) const {
    if (!entry.is_object()) Fail("the metadata is not a map of strings");
    std::map<std::string, std::string> metadata;
    for (const auto& [key, value] : entry.items()) {
      if (!value.is_string()) Fail("metadata " + Printable(key) + " is not a string");
      metadata[key] = value.get<std::string>();
    }
    return metadata;
  }

  static std::optional<NumberType> TypeOf(const std::string& name) {
    static const std::map<std::string_view, NumberType> kTypes = {
        {"F32", NumberType::kF32},  {"F64", NumberType::kF64},   {"F16", NumberType::kF16},
        {"I64", NumberType::kI64},  {"BF16", NumberType::kBF16}, {"I32", NumberType::kI32},
        {"I16", NumberType::kI16},  {"I8", NumberType::kI8},     {"U8", NumberType::kU8},
        {"BOOL", NumberType::kBool}};
    const auto found = kTypes.find(name);
    return found == kTypes.end() ? std::nullopt : std::optional(found->second);
  }

  // A list of non-negative integers.
  std::vector<std::uint64_t> ParseNumbers(const std::string& name, const Json& entry,
                                          const char* key) const {
    const auto list = entry.find(key);
    std::vector<std::uint64_t> numbers;
    if (list == entry.end() || !list->is_array()) {
      FailTensor(name, std::string("has no list ") + key);
    }
    for (const Json& number : *list) {
      if (!number.is_number_unsigned()) {
        FailTensor(name, std::string(key) + " is not a list of whole numbers");
      }
      numbers.push_back(number.get<std::uint64_t>());
    }
    return numbers;
  }

  Entry ParseEntry(const std::string& name, const Json& json) const {
    if (!json.is_object()) FailTensor(name, "has no description");
    const auto dtype = json.find("dtype");
    if (dtype == json.end() || !dtype->is_string()) FailTensor(name, "has no dtype");
    const std::string type_name = dtype->get<std::string>();
    const std::optional<NumberType> type = TypeOf(type_name);
    if (!type) {
      FailTensor(name, "has the number type " + Printable(type_name) + ", which is not read");
    }
    const std::vector<std::uint64_t> shape = ParseNumbers(name, json, "shape");
    const std::vector<std::uint64_t> offsets = ParseNumbers(name, json, "data_offsets");
    if (json.size() != 3) FailTensor(name, "has more than dtype, shape and data_offsets");
    if (offsets.size() != 2 || offsets[0] > offsets[1]) {
      FailTensor(name, "data_offsets is not a begin and an end");
    }
    if (offsets[1] > data_.size()) FailTensor(name, "ends outside the file");

    Entry entry{name, *type, {}, offsets[0], offsets[1]};
    std::uint64_t bytes = ByteSize(*type);
    for (const std::uint64_t extent : shape) {
      constexpr std::uint64_t kLargest = std::numeric_limits<std::int64_t>::max();
      if (extent > kLargest || (extent != 0 && bytes > kLargest / extent)) {
        FailTensor(name, "has a shape that is too large");
      }
      bytes *= extent;
      entry.shape.push_back(static_cast<std::int64_t>(extent));
    }
    if (bytes != entry.end - entry.begin) {
      FailTensor(name, "takes " + std::to_string(entry.end - entry.begin) + " bytes, but " +
                           type_name + " " + ShapeText(entry.shape) + " needs " +
                           std::to_string(bytes));
    }
    return entry;
  }

  // The tensors must fill the data exactly. Sorts them by place.
  void CheckPlaces(std::vector<Entry>* entries) const {
    std::sort(entries->begin(), entries->end(), [](const Entry& a, const Entry& b) {
      return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    std::uint64_t end = 0;
    for (const Entry& entry : *entries) {
      if (entry.begin < end) FailTensor(entry.name, "overlaps with another tensor");
      if (entry.begin > end) FailTensor(entry.name, "leaves unused bytes before it");
      end = entry.end;
    }
    if (end != data_.size()) {
      Fail("has " + std::to_string(data_.size() - end) + " bytes after the last tensor");
    }
  }

  Tensor ReadTensor(const Entry& entry) const {
    const std::size_t step = ByteSize(entry.type);
    Tensor tensor{entry.shape, std::vector<float>((entry.end - entry.begin) / step)};
    const char* source = data_.data() + entry.begin;
    for (float& value : tensor.values) {
      value = ReadNumber(entry.type, source);
      source += step;
    }
    return tensor;
  }

  std::string_view bytes_, data_;
  const std::string& where_;
};

}  // namespace

Safetensors ParseSafetensors(std::string_view bytes, const std::string& where) {
  return Parser(bytes, where).Parse();
}

std::string SerializeSafetensors(const Safetensors& content) {
  Json header = Json::object();
  if (!content.metadata.empty()) header[kMetadataKey] = content.metadata;
  std::uint64_t offset = 0;
  for (const auto& [name, tensor] : content.tensors) {
    const std::uint64_t end = offset + tensor.values.size() * sizeof(float);
    header[name] = {{"dtype", "F32"},
                    {"shape", tensor.shape},
                    {"data_offsets", std::vector<std::uint64_t>{offset, end}}};
    offset = end;
  }
  std::string text = header.dump(-1, ' ', false, Json::error_handler_t::replace);
  text.resize((text.size() + 7) / 8 * 8, ' ');

  std::string bytes;
  bytes.reserve(kLengthBytes + text.size() + offset);
  AppendLittleEndian<std::uint64_t>(text.size(), &bytes);
  bytes += text;
  for (const auto& [name, tensor] : content.tensors) {
    for (const float value : tensor.values) {
      AppendLittleEndian(std::bit_cast<std::uint32_t>(value), &bytes);
    }
  }
  return bytes;
}

}  // namespace auif

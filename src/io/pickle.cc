#include "io/pickle.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <unordered_map>
#include <utility>

#include "auif/error.h"
#include "base/text.h"

namespace auif {
namespace {

using Kind = PickleValue::Kind;

// A tensor takes about 30 operations. Each operation makes at most one value, one memo entry and
// one item, so this bounds the memory too.
constexpr std::size_t kMaxOperations = std::size_t{1} << 20;
constexpr std::size_t kMaxDimensions = 64;  // PyTorch's own limit

enum Opcode : unsigned char {
  kMark = '(',
  kStop = '.',
  kFloat = 'G',
  kBinInt = 'J',
  kBinInt1 = 'K',
  kBinInt2 = 'M',
  kNone = 'N',
  kPersistentId = 'Q',
  kReduce = 'R',
  kBinString = 'T',
  kShortBinString = 'U',
  kBinUnicode = 'X',
  kEmptyList = ']',
  kAppend = 'a',
  kBuild = 'b',
  kGlobal = 'c',
  kAppends = 'e',
  kBinGet = 'h',
  kLongBinGet = 'j',
  kBinPut = 'q',
  kLongBinPut = 'r',
  kSetItem = 's',
  kTuple = 't',
  kSetItems = 'u',
  kEmptyDict = '}',
  kEmptyTuple = ')',
  kProtocol = 0x80,
  kTuple1 = 0x85,
  kTuple2 = 0x86,
  kTuple3 = 0x87,
  kNewTrue = 0x88,
  kNewFalse = 0x89,
  kLong1 = 0x8a,
  kShortBinUnicode = 0x8c,
  kBinUnicode8 = 0x8d,
  kStackGlobal = 0x93,
  kNewObject = 0x81,
  kBinBytes = 'B',
  kShortBinBytes = 'C',
  kMemoize = 0x94,
  kFrame = 0x95,
};

// Those that are refused, by the names of Python's pickletools.
constexpr std::pair<unsigned char, const char*> kRefusedOpcodes[] = {
    {'0', "POP"},         {'1', "POP_MARK"},     {'2', "DUP"},
    {'F', "FLOAT"},       {'I', "INT"},          {'L', "LONG"},
    {'P', "PERSID"},      {'S', "STRING"},       {'V', "UNICODE"},
    {'d', "DICT"},        {'g', "GET"},          {'i', "INST"},
    {'l', "LIST"},        {'o', "OBJ"},          {'p', "PUT"},
    {0x82, "EXT1"},       {0x83, "EXT2"},        {0x84, "EXT4"},
    {0x8b, "LONG4"},      {0x8e, "BINBYTES8"},   {0x8f, "EMPTY_SET"},
    {0x90, "ADDITEMS"},   {0x91, "FROZENSET"},   {0x92, "NEWOBJ_EX"},
    {0x96, "BYTEARRAY8"}, {0x97, "NEXT_BUFFER"}, {0x98, "READONLY_BUFFER"},
};

// The globals that are understood; a value of Kind::kGlobal holds the place in this table.
enum class Global { kOrderedDict, kOldTensor, kTensor, kParameter, kStorage, kOther };
struct GlobalEntry {
  const char* name;
  Global meaning;
  NumberType type = NumberType::kF32;  // of a storage
};
constexpr GlobalEntry kGlobals[] = {
    {"collections.OrderedDict", Global::kOrderedDict},
    {"torch._utils._rebuild_tensor", Global::kOldTensor},  // before PyTorch 0.4
    {"torch._utils._rebuild_tensor_v2", Global::kTensor},
    {"torch._utils._rebuild_parameter", Global::kParameter},
    {"torch.nn.parameter.Parameter", Global::kParameter},  // before PyTorch 0.4
    {"torch.DoubleStorage", Global::kStorage, NumberType::kF64},
    {"torch.FloatStorage", Global::kStorage, NumberType::kF32},
    {"torch.HalfStorage", Global::kStorage, NumberType::kF16},
    {"torch.BFloat16Storage", Global::kStorage, NumberType::kBF16},
    {"torch.LongStorage", Global::kStorage, NumberType::kI64},
    {"torch.IntStorage", Global::kStorage, NumberType::kI32},
    {"torch.ShortStorage", Global::kStorage, NumberType::kI16},
    {"torch.CharStorage", Global::kStorage, NumberType::kI8},
    {"torch.ByteStorage", Global::kStorage, NumberType::kU8},
    {"torch.BoolStorage", Global::kStorage, NumberType::kBool},
    // Beside the tensors: a score as NumPy's number, the options of the training, an optimizer's.
    {"numpy.core.multiarray.scalar", Global::kOther},
    {"numpy._core.multiarray.scalar", Global::kOther},
    {"numpy.dtype", Global::kOther},
    {"_codecs.encode", Global::kOther},
    {"argparse.Namespace", Global::kOther},
    {"collections.defaultdict", Global::kOther},
    {"collections.Counter", Global::kOther},
    {"__builtin__.dict", Global::kOther},
    {"__builtin__.list", Global::kOther},
    {"builtins.dict", Global::kOther},
    {"builtins.list", Global::kOther},
    {"torch.Size", Global::kOther},
    {"torch.device", Global::kOther},
    {"torch.float32", Global::kOther},
    {"torch.torch_version.TorchVersion", Global::kOther},
};

class Machine {
 public:
  Machine(std::string_view bytes, const std::string& where) : bytes_(bytes), where_(where) {}

  Pickle Run() {
    for (std::size_t count = 0; count < kMaxOperations; ++count) {
      const auto opcode = static_cast<unsigned char>(Take(1)[0]);
      if (opcode == kStop) {
        pickle_.root = Pop();
        pickle_.size = position_;
        return std::move(pickle_);
      }
      Execute(opcode);
    }
    Fail("the pickle is too long for a state dict");
  }

 private:
  [[noreturn]] void Fail(const std::string& message, const std::string& hint = {}) const {
    throw Error(ErrorKind::kInput, message, where_, hint);
  }
  [[noreturn]] void FailBroken() const {
    Fail("the pickle is broken near byte " + std::to_string(position_), "the file may be damaged");
  }
  [[noreturn]] void FailRefused(const std::string& name) const {
    Fail("asks for " + name + ", which a state dict of tensors does not need; nothing was executed",
         "save the weights with torch.save(model.state_dict(), path)");
  }

  // The input.
  std::string_view Take(std::uint64_t count) {
    if (count > bytes_.size() - position_) Fail("the pickle is cut off");
    const std::string_view taken = bytes_.substr(position_, count);
    position_ += count;
    return taken;
  }
  template <typename UInt>
  UInt TakeInteger() {
    return LoadLittleEndian<UInt>(Take(sizeof(UInt)).data());
  }
  std::string_view TakeLine() {
    const std::size_t end = bytes_.find('\n', position_);
    if (end == std::string_view::npos) Fail("the pickle is cut off");
    const std::string_view line = Take(end - position_);
    Take(1);
    return line;
  }

  // The stack. A mark stands for the stack's height at its time.
  void Push(PickleValue value) {
    stack_.push_back(static_cast<std::uint32_t>(pickle_.values.size()));
    pickle_.values.push_back(std::move(value));
  }
  void PushInt(std::int64_t value) { Push({.kind = Kind::kInt, .integer = value}); }
  void PushString(std::uint64_t length) { Push({.kind = Kind::kString, .text = Take(length)}); }
  std::size_t Floor() const { return marks_.empty() ? 0 : marks_.back(); }
  std::uint32_t Pop() {
    if (stack_.size() <= Floor()) FailBroken();
    const std::uint32_t top = stack_.back();
    stack_.pop_back();
    return top;
  }
  PickleValue& Top() {
    if (stack_.size() <= Floor()) FailBroken();
    return pickle_.values[stack_.back()];
  }
  std::vector<std::uint32_t> PopCount(std::size_t count) {
    if (stack_.size() < Floor() + count) FailBroken();
    const auto first = stack_.end() - static_cast<std::ptrdiff_t>(count);
    std::vector<std::uint32_t> items(first, stack_.end());
    stack_.erase(first, stack_.end());
    return items;
  }
  std::vector<std::uint32_t> PopToMark() {
    if (marks_.empty()) FailBroken();
    std::vector<std::uint32_t> items = PopCount(stack_.size() - marks_.back());
    marks_.pop_back();
    return items;
  }

  void MemoPut(std::uint32_t key) {
    Top();
    memo_[key] = stack_.back();
  }
  void MemoGet(std::uint32_t key) {
    const auto entry = memo_.find(key);
    if (entry == memo_.end()) FailBroken();
    stack_.push_back(entry->second);
  }

  void Extend(Kind kind, const std::vector<std::uint32_t>& items) {
    PickleValue& target = Top();
    if (target.kind == Kind::kOther) return;
    if (target.kind != kind || (kind == Kind::kDict && items.size() % 2 != 0)) FailBroken();
    target.items.insert(target.items.end(), items.begin(), items.end());
  }

  void PushTuple(std::vector<std::uint32_t> items) {
    Push({.kind = Kind::kTuple, .items = std::move(items)});
  }

  void PushGlobal(std::string_view module, std::string_view name) {
    const std::string full = std::string(module) + "." + std::string(name);
    const auto* entry = std::find_if(std::begin(kGlobals), std::end(kGlobals),
                                     [&](const GlobalEntry& known) { return full == known.name; });
    if (entry == std::end(kGlobals)) FailRefused(Printable(full));
    Push({.kind = Kind::kGlobal, .integer = entry - kGlobals});
  }

  void PushStackGlobal() {
    const std::vector<std::uint32_t> names = PopCount(2);
    const PickleValue& module = pickle_.values[names[0]];
    const PickleValue& name = pickle_.values[names[1]];
    if (module.kind != Kind::kString || name.kind != Kind::kString) FailBroken();
    PushGlobal(module.text, name.text);
  }

  void PushLong(std::size_t length) {
    const std::string_view digits = Take(length);
    if (length > 8) return Push({.kind = Kind::kBigInt, .text = digits});
    std::array<char, 8> extended;
    extended.fill(length != 0 && (digits.back() & 0x80) != 0 ? '\xff' : '\0');
    std::copy(digits.begin(), digits.end(), extended.begin());
    PushInt(static_cast<std::int64_t>(LoadLittleEndian<std::uint64_t>(extended.data())));
  }

  // Whether the tuple's items have these kinds; it may go on after them.
  bool Fits(const PickleValue& tuple, std::initializer_list<Kind> kinds) const {
    if (tuple.kind != Kind::kTuple || tuple.items.size() < kinds.size()) return false;
    std::size_t i = 0;
    for (const Kind kind : kinds) {
      if (pickle_.Item(tuple, i++).kind != kind) return false;
    }
    return true;
  }

  // ("storage", storage class, key, device, count[, None])
  void PushStorage() {
    const PickleValue id = pickle_.values[Pop()];
    if (!Fits(id, {Kind::kString, Kind::kGlobal, Kind::kString, Kind::kString, Kind::kInt}) ||
        pickle_.Item(id, 0).text != "storage") {
      FailBroken();
    }
    if (id.items.size() > 5 && pickle_.Item(id, 5).kind != Kind::kNone) {
      FailRefused("a view of a storage");
    }
    const GlobalEntry& global = kGlobals[pickle_.Item(id, 1).integer];
    const std::int64_t count = pickle_.Item(id, 4).integer;
    if (global.meaning != Global::kStorage || count < 0) FailBroken();
    Push({.kind = Kind::kStorage,
          .integer = count,
          .text = pickle_.Item(id, 2).text,
          .type = global.type});
  }

  std::vector<std::int64_t> Extents(const PickleValue& tuple) const {
    if (tuple.items.size() > kMaxDimensions) FailBroken();
    std::vector<std::int64_t> extents;
    for (std::size_t i = 0; i < tuple.items.size(); ++i) {
      const PickleValue& item = pickle_.Item(tuple, i);
      if (item.kind != Kind::kInt || item.integer < 0) FailBroken();
      extents.push_back(item.integer);
    }
    return extents;
  }

  // (storage, offset, shape, strides[, requires_grad, hooks[, metadata]])
  void PushTensor(const PickleValue& arguments) {
    if (!Fits(arguments, {Kind::kStorage, Kind::kInt, Kind::kTuple, Kind::kTuple})) FailBroken();
    PickleValue tensor{.kind = Kind::kTensor,
                       .integer = pickle_.Item(arguments, 1).integer,
                       .items = {arguments.items[0]},
                       .shape = Extents(pickle_.Item(arguments, 2)),
                       .strides = Extents(pickle_.Item(arguments, 3))};
    if (tensor.integer < 0 || tensor.shape.size() != tensor.strides.size()) FailBroken();
    Push(std::move(tensor));
  }

  void Reduce() {
    const std::vector<std::uint32_t> call = PopCount(2);
    // A copy: pushing the result may move the values.
    const PickleValue arguments = pickle_.values[call[1]];
    const PickleValue& callee = pickle_.values[call[0]];
    if (callee.kind != Kind::kGlobal || arguments.kind != Kind::kTuple) FailBroken();
    const GlobalEntry& global = kGlobals[callee.integer];
    switch (global.meaning) {
      case Global::kOrderedDict:
        if (!arguments.items.empty()) FailRefused("an OrderedDict with arguments");
        return Push({.kind = Kind::kDict});
      case Global::kOldTensor:
        return PushTensor(arguments);
      case Global::kTensor:
        if (arguments.items.size() < 5 || pickle_.Item(arguments, 4).kind != Kind::kInt) {
          FailBroken();
        }
        return PushTensor(arguments);
      case Global::kParameter:  // (tensor, requires_grad, hooks)
        if (!Fits(arguments, {Kind::kTensor})) FailBroken();
        return stack_.push_back(arguments.items[0]);
      case Global::kStorage:
        FailRefused(std::string("a call of ") + global.name);
      case Global::kOther:
        return Push({.kind = Kind::kOther});
    }
  }

  void MakeObject() {
    const std::vector<std::uint32_t> call = PopCount(2);
    const PickleValue& callee = pickle_.values[call[0]];
    if (callee.kind != Kind::kGlobal || pickle_.values[call[1]].kind != Kind::kTuple) FailBroken();
    if (kGlobals[callee.integer].meaning != Global::kOther) {
      FailRefused("the pickle operation NEWOBJ");
    }
    Push({.kind = Kind::kOther});
  }

  void SkipBytes(std::uint64_t length) {
    Take(length);
    Push({.kind = Kind::kOther});
  }

  // Modules hang their versions on the OrderedDict as an attribute, and parameters before PyTorch
  // 0.4 a tuple of flags on themselves: neither is needed.
  void Build() {
    const PickleValue& state = pickle_.values[Pop()];
    const Kind kind = Top().kind;
    if (kind == Kind::kOther) return;
    if (!(kind == Kind::kDict && state.kind == Kind::kDict) &&
        !(kind == Kind::kTensor && state.kind == Kind::kTuple)) {
      FailRefused("BUILD on something other than an OrderedDict");
    }
  }

  void Execute(unsigned char opcode) {
    switch (opcode) {
      case kProtocol: {
        const int protocol = TakeInteger<std::uint8_t>();
        if (protocol < 2 || protocol > 5) {
          Fail("has pickle protocol " + std::to_string(protocol) + ", not 2 to 5");
        }
        return;
      }
      case kFrame:
        if (TakeInteger<std::uint64_t>() > bytes_.size() - position_) Fail("the pickle is cut off");
        return;
      case kMark:
        return marks_.push_back(stack_.size());
      case kNone:
        return Push({});
      case kNewTrue:
      case kNewFalse:
        return PushInt(opcode == kNewTrue ? 1 : 0);
      case kBinInt:
        return PushInt(static_cast<std::int32_t>(TakeInteger<std::uint32_t>()));
      case kBinInt1:
        return PushInt(TakeInteger<std::uint8_t>());
      case kBinInt2:
        return PushInt(TakeInteger<std::uint16_t>());
      case kLong1:
        return PushLong(TakeInteger<std::uint8_t>());
      case kFloat:
        Take(8);
        return Push({.kind = Kind::kFloat});
      case kShortBinString:
      case kShortBinUnicode:
        return PushString(TakeInteger<std::uint8_t>());
      case kBinString:
      case kBinUnicode:
        return PushString(TakeInteger<std::uint32_t>());
      case kBinUnicode8:
        return PushString(TakeInteger<std::uint64_t>());
      case kEmptyTuple:
        return PushTuple({});
      case kTuple1:
      case kTuple2:
      case kTuple3:
        return PushTuple(PopCount(opcode - kTuple1 + 1u));
      case kTuple:
        return PushTuple(PopToMark());
      case kEmptyList:
        return Push({.kind = Kind::kList});
      case kEmptyDict:
        return Push({.kind = Kind::kDict});
      case kAppend:
        return Extend(Kind::kList, PopCount(1));
      case kAppends:
        return Extend(Kind::kList, PopToMark());
      case kSetItem:
        return Extend(Kind::kDict, PopCount(2));
      case kSetItems:
        return Extend(Kind::kDict, PopToMark());
      case kBinPut:
        return MemoPut(TakeInteger<std::uint8_t>());
      case kLongBinPut:
        return MemoPut(TakeInteger<std::uint32_t>());
      case kMemoize:
        return MemoPut(static_cast<std::uint32_t>(memo_.size()));
      case kBinGet:
        return MemoGet(TakeInteger<std::uint8_t>());
      case kLongBinGet:
        return MemoGet(TakeInteger<std::uint32_t>());
      case kGlobal: {
        const std::string_view module = TakeLine();
        return PushGlobal(module, TakeLine());
      }
      case kStackGlobal:
        return PushStackGlobal();
      case kPersistentId:
        return PushStorage();
      case kReduce:
        return Reduce();
      case kNewObject:
        return MakeObject();
      case kShortBinBytes:
        return SkipBytes(TakeInteger<std::uint8_t>());
      case kBinBytes:
        return SkipBytes(TakeInteger<std::uint32_t>());
      case kBuild:
        return Build();
      default:
        break;
    }
    for (const auto& [refused, name] : kRefusedOpcodes) {
      if (opcode == refused) FailRefused(std::string("the pickle operation ") + name);
    }
    FailBroken();
  }

  std::string_view bytes_;
  const std::string& where_;
  std::size_t position_ = 0;
  Pickle pickle_;
  std::vector<std::uint32_t> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint32_t, std::uint32_t> memo_;
};

}  // namespace

Pickle ParsePickle(std::string_view bytes, const std::string& where) {
  return Machine(bytes, where).Run();
}

}  // namespace auif

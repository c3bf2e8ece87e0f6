// A reader for the Python pickles inside the files of torch.save. A pickle is a program for a stack
// machine that may name and call any function. This machine knows only what state dicts of tensors,
// and the options and numbers beside them in a checkpoint, are made of; it refuses every other
// operation and every other name, calls nothing, and costs time and memory in proportion to the
// pickle's length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/tensor.h"

namespace auif {

struct PickleValue {
  enum class Kind {
    kNone,
    kInt,     // also True and False
    kBigInt,  // more than 8 bytes: `text` is the little-endian two's complement
    kFloat,   // the value is not kept
    kString,
    kTuple,
    kList,
    kDict,  // `items` holds key, value, key, value, ...; also for OrderedDict
    kGlobal,
    kStorage,  // numbers beside the pickle: `text` is their key, `integer` their count
    kTensor,   // items[0] is the storage, `integer` the place of the first number in it
    kOther,    // what checkpoints hold beside tensors, such as a NumPy number; nothing is kept
  };
  Kind kind = Kind::kNone;
  std::int64_t integer = 0;
  std::string_view text = {};             // points into the pickle
  std::vector<std::uint32_t> items = {};  // places in Pickle::values
  std::vector<std::int64_t> shape = {}, strides = {};
  NumberType type = NumberType::kF32;
};

// Values refer to each other by their place, so a pickle that nests deeply or contains itself is as
// harmless as any other.
struct Pickle {
  std::vector<PickleValue> values;
  std::uint32_t root = 0;
  std::size_t size = 0;  // bytes read, the last of them STOP

  const PickleValue& Root() const { return values[root]; }
  const PickleValue& Item(const PickleValue& of, std::size_t index) const {
    return values[of.items[index]];
  }
};

// Runs the pickle at the start of `bytes`, which must outlive the result. `where` is the file in
// messages. Throws Error (kInput) where the pickle is broken, cut off or asks for anything that a
// state dict does not need; the message then names it ("posix.system", "NEWOBJ").
Pickle ParsePickle(std::string_view bytes, const std::string& where);

}  // namespace auif

#include "io/pickle.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "io/torch_test_util.h"
#include "tests/expect_error.h"

namespace auif {
namespace {

using Kind = PickleValue::Kind;
using std::string_view_literals::operator""sv;

Pickle Parse(const std::string& bytes) { return ParsePickle(bytes, "file"); }

void ExpectRefused(PickleBuilder pickle, const std::string& name) {
  const std::string bytes = pickle.Stop();
  ExpectError(ErrorKind::kInput, "file: asks for " + name, [&] { Parse(bytes); });
}

void ExpectBroken(std::string_view operations, const std::string& part) {
  const std::string bytes = PickleBuilder().Raw(operations).Stop();
  ExpectError(ErrorKind::kInput, part, [&] { Parse(bytes); });
}

TEST(Pickle, Integers) {
  const std::pair<std::string_view, std::int64_t> cases[] = {
      {"K\xff"sv, 255},
      {"M\xff\xff"sv, 65535},
      {"J\xff\xff\xff\xff"sv, -1},
      {"\x8a\x00"sv, 0},
      {"\x8a\x01\x80"sv, -128},
      {"\x8a\x02\x80\x00"sv, 128},
      {"\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f"sv, INT64_MAX},
      {"\x88"sv, 1},
      {"\x89"sv, 0},
  };
  for (const auto& [operation, value] : cases) {
    const std::string bytes = PickleBuilder().Raw(operation).Stop();
    const Pickle pickle = Parse(bytes + "rest");
    EXPECT_EQ(pickle.Root().kind, Kind::kInt);
    EXPECT_EQ(pickle.Root().integer, value);
    EXPECT_EQ(pickle.size, bytes.size());
  }
  const std::string bytes = PickleBuilder().Raw("\x8a\x09"sv).Raw("123456789").Stop();
  EXPECT_EQ(Parse(bytes).Root().kind, Kind::kBigInt);
  EXPECT_EQ(Parse(bytes).Root().text, "123456789");
}

TEST(Pickle, StringsOfEveryLengthField) {
  for (const std::string_view operation : {"U\x02hi"sv, "T\x02\0\0\0hi"sv, "X\x02\0\0\0hi"sv,
                                           "\x8c\x02hi"sv, "\x8d\x02\0\0\0\0\0\0\0hi"sv}) {
    const std::string bytes = PickleBuilder().Raw(operation).Stop();
    EXPECT_EQ(Parse(bytes).Root().text, "hi");
  }
}

TEST(Pickle, ContainersAndMemo) {
  // {"a": [1, (2, None)], "b": the same list}, the list memoized by each operation for it.
  const std::pair<std::string_view, std::string_view> memo[] = {
      {"q\x07"sv, "h\x07"sv},
      {"r\x00\x01\x00\x00"sv, "j\x00\x01\x00\x00"sv},
      {"\x94"sv, "h\x00"sv},
  };
  for (const auto& [put, get] : memo) {
    PickleBuilder builder;
    builder.Raw("}(").String("a").Raw("]").Raw(put).Raw("(K\x01K\x02N\x86"sv).Raw("e");
    const std::string bytes = builder.String("b").Raw(get).Raw("u").Stop();
    const Pickle pickle = Parse(bytes);
    const PickleValue& dict = pickle.Root();
    ASSERT_EQ(dict.kind, Kind::kDict);
    ASSERT_EQ(dict.items.size(), 4u);
    EXPECT_EQ(dict.items[1], dict.items[3]);
    const PickleValue& list = pickle.Item(dict, 1);
    ASSERT_EQ(list.items.size(), 2u);
    EXPECT_EQ(pickle.Item(list, 0).integer, 1);
    EXPECT_EQ(pickle.Item(list, 1).kind, Kind::kTuple);
    EXPECT_EQ(pickle.Item(pickle.Item(list, 1), 1).kind, Kind::kNone);
  }
}

TEST(Pickle, NestingAndCyclesAreHarmless) {
  std::string deep;
  for (int i = 0; i < 500'000; ++i) deep += '\x85';
  EXPECT_EQ(Parse(PickleBuilder().Raw("N").Raw(deep).Stop()).Root().kind, Kind::kTuple);
  // A list inside itself.
  EXPECT_EQ(Parse(PickleBuilder().Raw("]q\x01h\x01"sv).Raw("a").Stop()).Root().kind, Kind::kList);
}

TEST(Pickle, EveryForeignNameIsRefused) {
  for (const bool modern : {false, true}) {
    const std::pair<const char*, const char*> names[] = {
        {"posix", "system"},     {"os", "system"},
        {"__builtin__", "eval"}, {"builtins", "exec"},
        {"subprocess", "Popen"}, {"numpy.core.multiarray", "_reconstruct"},
        {"torch", "load"},       {"torch._utils", "_rebuild_tensor_v2.__globals__"},
        {"__main__", "Net"},
    };
    for (const auto& [module, name] : names) {
      PickleBuilder pickle(modern);
      pickle.Global(module, name).String("touch /tmp/harm").Raw("\x85R");
      ExpectRefused(pickle, std::string(module) + "." + name + ", which a state dict");
    }
  }
}

TEST(Pickle, OtherOperationsAreRefusedByName) {
  const std::pair<std::string_view, const char*> operations[] = {
      {"(iposix\nsystem\n", "INST"},
      {"ccollections\nOrderedDict\n)\x81", "NEWOBJ"},
      {"\x92", "NEWOBJ_EX"},
      {"(ccollections\nOrderedDict\no", "OBJ"},
      {"\x82\x01", "EXT1"},
      {"0", "POP"},
      {"2", "DUP"},
      {"S'a'\n", "STRING"},
      {"P1\n", "PERSID"},
      {"\x8f", "EMPTY_SET"},
      {"\x97", "NEXT_BUFFER"},
  };
  for (const auto& [bytes, name] : operations) {
    ExpectRefused(PickleBuilder().Raw(bytes), std::string("the pickle operation ") + name);
  }
  ExpectBroken("\xfe", "broken near byte 3");
}

TEST(Pickle, WhatStandsBesideTensorsIsSkipped) {
  // numpy.float64(1.5), as protocol 2 and 4 have it.
  PickleBuilder old;
  old.Global("numpy.core.multiarray", "scalar").Global("numpy", "dtype").String("f8");
  old.Raw("\x89\x88\x87R(K\x03").String("<").Raw("NNNtb");
  old.Global("_codecs", "encode").String("12345678").String("latin1").Raw("\x86R\x86R");
  EXPECT_EQ(Parse(old.Stop()).Root().kind, Kind::kOther);
  EXPECT_EQ(Parse(PickleBuilder(true).Raw("C\x02xyB\x03\0\0\0abc\x86"sv).Stop()).Root().kind,
            Kind::kTuple);
  // argparse.Namespace(lr=1), defaultdict(dict, {'a': 1}).
  EXPECT_EQ(Parse(PickleBuilder()
                      .Global("argparse", "Namespace")
                      .Raw(")\x81}")
                      .String("lr")
                      .Raw("K\x01sb")
                      .Stop())
                .Root()
                .kind,
            Kind::kOther);
  EXPECT_EQ(Parse(PickleBuilder()
                      .Global("collections", "defaultdict")
                      .Global("__builtin__", "dict")
                      .Raw("\x85R")
                      .String("a")
                      .Raw("K\x01s")
                      .Stop())
                .Root()
                .kind,
            Kind::kOther);
}

TEST(Pickle, CallsOfKnownNamesInUnknownWays) {
  ExpectRefused(PickleBuilder().Global("collections", "OrderedDict").Raw("]\x85R"),
                "an OrderedDict with arguments");
  ExpectRefused(PickleBuilder().Global("torch", "FloatStorage").Raw("K\x09\x85R"),
                "a call of torch.FloatStorage");
  ExpectRefused(PickleBuilder().Raw("]}b"), "BUILD on something other");
  ExpectRefused(PickleBuilder().OrderedDict().Raw("]b"), "BUILD on something other");
  ExpectBroken("K\x01)R", "broken");                        // a call of a number
  ExpectBroken("ccollections\nOrderedDict\nNR", "broken");  // arguments that are no tuple
  ExpectBroken("ctorch._utils\n_rebuild_tensor_v2\n)R", "broken");
  ExpectBroken("ctorch._utils\n_rebuild_parameter\n)R", "broken");
  ExpectBroken("K\x01K\x02\x93", "broken");  // names that are no strings
  ExpectBroken("NQ", "broken");
}

// As PyTorch wrote tensors and parameters before 0.4: torchvision's older files have these.
TEST(Pickle, TensorsOfOldPyTorch) {
  const auto tensor = [](const char* global) {
    PickleBuilder pickle;
    pickle.Global("torch._utils", global).Raw("((");
    pickle.String("storage").Global("torch", "FloatStorage").String("0").String("cpu").Int(6);
    return pickle.Raw("NtQ").Int(1).Tuple({2}).Tuple({1}).Raw("tR").Stop();
  };
  const std::string old = tensor("_rebuild_tensor");
  EXPECT_EQ(Parse(old).Root().kind, Kind::kTensor);
  EXPECT_EQ(Parse(old).Root().shape, (std::vector<std::int64_t>{2}));
  ExpectError(ErrorKind::kInput, "broken", [&] { Parse(tensor("_rebuild_tensor_v2")); });

  // Parameter(tensor), then its state: requires_grad, volatile, hooks.
  const std::string body = old.substr(2, old.size() - 3);  // without protocol and STOP
  const auto parameter = [&](std::string_view state) {
    return PickleBuilder()
        .Global("torch.nn.parameter", "Parameter")
        .Raw(body)
        .Raw("\x85R")
        .Raw(state)
        .Stop();
  };
  EXPECT_EQ(Parse(parameter("\x88\x89N\x87"
                            "b"))
                .Root()
                .kind,
            Kind::kTensor);
  EXPECT_EQ(Parse(parameter("")).Root().kind, Kind::kTensor);
  ExpectError(ErrorKind::kInput, "BUILD on something other", [&] { Parse(parameter("}b")); });
}

TEST(Pickle, StorageNeedsItsFiveItems) {
  const auto storage = [](const char* global, int count, std::string_view end) {
    PickleBuilder pickle;
    pickle.Raw("(").String("storage").Global("torch", global).String("0").String("cpu");
    return pickle.Int(count).Raw(end).Raw("tQ");
  };
  const std::string good = storage("HalfStorage", 3, "").Stop();
  EXPECT_EQ(Parse(good).Root().kind, Kind::kStorage);
  EXPECT_EQ(Parse(good).Root().integer, 3);
  EXPECT_EQ(Parse(good).Root().type, NumberType::kF16);
  EXPECT_THROW(Parse(storage("FloatStorage", -1, "").Stop()), Error);
  ExpectRefused(storage("FloatStorage", 3, ")"), "a view of a storage");
}

TEST(Pickle, BrokenStacks) {
  for (const std::string_view operations :
       {""sv, "t"sv, "\x85"sv, "K\x01\x86"sv, "e"sv,
        "K\x01K\x02"sv
        "a"sv,
        "}K\x01s"sv, "}(K\x01u"sv, "](K\x01u"sv, "](a"sv, "q\x01"sv, "h\x01"sv, "R"sv, "b"sv, "Q"sv,
        "("sv, "K\x01("sv, "N(R"sv}) {
    ExpectBroken(operations, "broken");
  }
}

TEST(Pickle, LengthsBeyondTheEnd) {
  for (const std::string_view operations :
       {"X\xff\xff\xff\xff"sv, "\x8d\xff\xff\xff\xff\xff\xff\xff\xff"sv, "U\xff"sv, "\x8a\xff"sv,
        "\x95\xff\xff\xff\xff\xff\xff\xff\xffN"sv, "cmodule"sv, "cmodule\nname"sv}) {
    ExpectBroken(operations, "cut off");
  }
}

TEST(Pickle, ProtocolsAndLength) {
  for (const std::string_view start : {"\x80\x00N."sv, "\x80\x01N."sv, "\x80\x06N."sv}) {
    ExpectError(ErrorKind::kInput, "has pickle protocol", [&] { Parse(std::string(start)); });
  }
  ExpectError(ErrorKind::kInput, "too long for a state dict",
              [] { Parse(std::string((1 << 20) + 1, 'N')); });
}

}  // namespace
}  // namespace auif

#pragma once

#include <gtest/gtest.h>

#include <string>

#include "auif/error.h"

namespace auif {

// Expects that `action` throws an Error of this kind whose one line contains `part`.
template <typename Action>
void ExpectError(ErrorKind kind, const std::string& part, Action&& action) {
  try {
    action();
    ADD_FAILURE() << "no error, expected one with: " << part;
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos)
        << "the error is \"" << error.what() << "\", expected one with: " << part;
  }
}

}  // namespace auif

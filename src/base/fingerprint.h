// A short text that stands for the content of something.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace auif {

// FNV-1a, 64 bits. Tells changes by accident, not by malice.
class Fingerprint {
 public:
  Fingerprint& Add(std::string_view bytes) {
    for (const char c : bytes) {
      hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001B3;
    }
    // So that ("ab", "c") and ("a", "bc") differ.
    hash_ = (hash_ ^ bytes.size()) * 0x100000001B3;
    return *this;
  }
  Fingerprint& AddNumber(std::uint64_t value) {
    hash_ = (hash_ ^ value) * 0x100000001B3;
    return *this;
  }
  std::string Text() const {
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash_));
    return text;
  }

 private:
  std::uint64_t hash_ = 0xCBF29CE484222325;
};

}  // namespace auif

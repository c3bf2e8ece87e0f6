// Block letters of 5x7 cells.
#include <array>

#include "scene/world.h"

namespace auif::scene {
namespace {

// One row of five bits from the top down; the highest of the five is the left cell.
struct Letter {
  char name;
  std::array<std::uint8_t, 7> rows;
};
constexpr Letter kLetters[] = {
    {'A', {0b01110, 0b10001, 0b10001, 0b11111, 0b10001, 0b10001, 0b10001}},
    {'C', {0b01111, 0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b01111}},
    {'E', {0b11111, 0b10000, 0b10000, 0b11110, 0b10000, 0b10000, 0b11111}},
    {'F', {0b11111, 0b10000, 0b10000, 0b11110, 0b10000, 0b10000, 0b10000}},
    {'I', {0b11111, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b11111}},
    {'U', {0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b01110}},
};

}  // namespace

float LetterAt(char letter, float u, float v) {
  if (u < 0 || u >= 1 || v < 0 || v >= 1) return 0;
  const int column = static_cast<int>(u * 5), row = 6 - static_cast<int>(v * 7);
  for (const Letter& l : kLetters) {
    if (l.name == letter) return (l.rows[row] >> (4 - column)) & 1 ? 1.0f : 0.0f;
  }
  return 0;
}

}  // namespace auif::scene

// Continuing an image beyond its border.
#pragma once

namespace auif {

// The index in [0, n) that stands for index i outside: reflection that never repeats the edge
// (-1 -> 1, n -> n - 2). Needs -n < i < 2 * n - 1.
constexpr int Reflect(int i, int n) {
  if (i < 0) i = -i;
  return i < n ? i : 2 * (n - 1) - i;
}

}  // namespace auif

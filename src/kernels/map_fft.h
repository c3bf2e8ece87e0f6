// Fourier transforms of many maps at once, a map to a lane of the vectors: no step moves values
// between lanes, and any length takes the same few plain loops.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace auif {

// Maps of one transform: 16 complex ones, as which 32 real ones are taken, map m the real part and
// map m + 16 the imaginary part. An element is 32 values, the real parts before the imaginary ones.
inline constexpr int kFftLanes = 16;
inline constexpr int kFftElement = 2 * kFftLanes;

// Elements that lie `step` elements apart, aligned to 64 bytes.
struct MapLine {
  float* at;
  std::ptrdiff_t step = 1;
};

// y[k] = sum over n of x[n] exp(-2 pi i k n / size), for each lane by itself; the inverse has +i
// and no factor. Lengths of small prime factors are the fastest; the others cost a few times as
// much for an element, whatever they are.
class MapFft {
 public:
  explicit MapFft(int size);  // at least 1

  int size() const { return size_; }
  // Values that `a` and `b` must hold, each, aligned to 64 bytes: room to work in.
  std::size_t space() const { return static_cast<std::size_t>(kFftElement) * longest_; }
  // `in` and `out` may be the same; one of them may be `a` or `b`, without gaps.
  void Forward(MapLine in, MapLine out, float* a, float* b) const { Run(false, in, out, a, b); }
  void Inverse(MapLine in, MapLine out, float* a, float* b) const { Run(true, in, out, a, b); }

  // One pass through all elements (Stockham's order): `count` transforms of length `radix` in each
  // of `stride` interleaved parts; radix * count * stride = size.
  struct Stage {
    int radix, count, stride;
    std::vector<float> twiddles;  // exp(-2 pi i p k / (radix count)), [p < count][0 < k < radix]
    std::vector<float> roots;     // cos, sin of 2 pi j k / radix, [0 < k <= radix / 2][0 < j ...]
  };
  // Bluestein's way for lengths with a large prime factor: a convolution, by a smooth length.
  struct Chirp {
    std::unique_ptr<const MapFft> fft;
    std::vector<float> chirp;   // exp(-pi i n n / size), [n < size]
    std::vector<float> filter;  // transform of its conjugate over the length of `fft`, over that
  };

 private:
  void Run(bool inverse, MapLine in, MapLine out, float* a, float* b) const;
  // From `a` to `a` or `b`, which it returns.
  float* RunWithin(bool inverse, float* a, float* b) const;

  int size_, longest_;
  std::vector<Stage> stages_;
  Chirp chirp_;
};

}  // namespace auif

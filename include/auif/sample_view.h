// A window on a grey image whose samples are of any of three types.
#pragma once

#include <cstddef>
#include <type_traits>

#include "auif/image.h"
#include "auif/plane.h"

namespace auif {

constexpr std::size_t BytesPerSample(SampleType type) {
  return type == SampleType::kUint8 ? 1 : type == SampleType::kUint16 ? 2 : 4;
}

// A PlaneView that knows its samples' type at run time, so that one function takes them all. It
// comes from a Plane, a PlaneView or {data, width, height, stride} of a Sample type and owns
// nothing. Void: const void for pixels that are read, void for those that are written.
template <typename Void>
class SampleView {
  template <typename T>
  static constexpr bool kTakes = Sample<std::remove_const_t<T>> &&
                                 (std::is_const_v<Void> || !std::is_const_v<T>);

 public:
  SampleView() = default;
  template <typename T>
  requires kTakes<T> SampleView(T* data, int width, int height, std::ptrdiff_t stride)
      : SampleView(kSampleType<std::remove_const_t<T>>, data, {width, height}, stride) {}
  template <typename T>
  requires kTakes<T> SampleView(PlaneView<T> view)
      : SampleView(view.data, view.width, view.height, view.stride) {}
  template <typename T>
  requires kTakes<const T> SampleView(const Plane<T>& plane) : SampleView(plane.View()) {}
  // stride: in pixels, as for PlaneView.
  SampleView(SampleType type, Void* data, Size size, std::ptrdiff_t stride)
      : data_(data), size_(size), stride_(stride), type_(type) {}

  SampleType type() const { return type_; }
  Void* data() const { return data_; }
  int width() const { return size_.width; }
  int height() const { return size_.height; }
  Size size() const { return size_; }
  std::ptrdiff_t stride() const { return stride_; }
  std::ptrdiff_t stride_bytes() const {
    return stride_ * static_cast<std::ptrdiff_t>(BytesPerSample(type_));
  }

  // The pixel in row y and column x, whatever its type.
  Void* At(int y, int x = 0) const {
    const auto pixel = static_cast<std::ptrdiff_t>(BytesPerSample(type_));
    return static_cast<Byte*>(data_) + y * stride_bytes() + x * pixel;
  }
  // Rows begin ... begin + count - 1.
  SampleView Rows(int begin, int count) const {
    return {type_, At(begin), {size_.width, count}, stride_};
  }
  // T: the pixels' type.
  template <Sample T>
  auto* Row(int y) const {
    return static_cast<std::conditional_t<std::is_const_v<Void>, const T, T>*>(At(y));
  }

 private:
  using Byte = std::conditional_t<std::is_const_v<Void>, const std::byte, std::byte>;

  Void* data_ = nullptr;
  Size size_;
  std::ptrdiff_t stride_ = 0;
  SampleType type_ = SampleType::kFloat;
};

using SourceView = SampleView<const void>;  // an image to read
using ResultView = SampleView<void>;        // an image to write

}  // namespace auif

// One channel of an image in memory: rows from top to bottom, pixels from left to right.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

#include "auif/error.h"
#include "auif/export.h"

namespace auif {

struct Size {
  int width = 0, height = 0;

  bool operator==(const Size&) const = default;
};
AUIF_API std::string ToString(Size size);  // "640x512"

// A window on another owner's pixels: `height` rows of `width` values, `stride` values apart.
// Does not own anything; the pixels must outlive it.
template <typename T>
struct PlaneView {
  T* data = nullptr;
  int width = 0;
  int height = 0;
  std::ptrdiff_t stride = 0;  // in values, not bytes

  Size size() const { return {width, height}; }
  T* Row(int y) const { return data + y * stride; }
  operator PlaneView<const T>() const { return {data, width, height, stride}; }
};

// An image plane that owns its pixels. Rows start at multiples of 64 bytes; a new plane is all
// zeros. Copying copies the pixels. Throws Error (kInput) where the memory is not available.
template <typename T>
class Plane {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  static constexpr std::size_t kAlignment = 64;

  Plane() = default;
  explicit Plane(Size size) : Plane(size.width, size.height) {}
  Plane(int width, int height) : width_(width), height_(height) {
    constexpr std::size_t per_line = kAlignment / sizeof(T);
    stride_ = static_cast<std::ptrdiff_t>((width + per_line - 1) / per_line * per_line);
    const std::size_t bytes = Bytes();
    if (bytes == 0) return;
    void* memory = ::operator new (bytes, std::align_val_t{kAlignment}, std::nothrow);
    if (memory == nullptr) {
      throw Error(ErrorKind::kInput, "not enough memory for an image of " + ToString(size()));
    }
    data_.reset(static_cast<T*>(memory));
    std::memset(memory, 0, bytes);
  }

  Plane(const Plane& other) : Plane(other.width_, other.height_) {
    if (Bytes() != 0) std::memcpy(data_.get(), other.data_.get(), Bytes());
  }
  Plane(Plane&&) noexcept = default;
  Plane& operator=(Plane other) noexcept {
    std::swap(width_, other.width_);
    std::swap(height_, other.height_);
    std::swap(stride_, other.stride_);
    data_.swap(other.data_);
    return *this;
  }

  int width() const { return width_; }
  int height() const { return height_; }
  Size size() const { return {width_, height_}; }
  std::ptrdiff_t stride() const { return stride_; }
  bool empty() const { return width_ == 0 || height_ == 0; }

  T* Row(int y) { return data_.get() + y * stride_; }
  const T* Row(int y) const { return data_.get() + y * stride_; }

  PlaneView<T> View() { return {data_.get(), width_, height_, stride_}; }
  PlaneView<const T> View() const { return {data_.get(), width_, height_, stride_}; }
  operator PlaneView<const T>() const { return View(); }

 private:
  struct Free {
    void operator()(T* p) const { ::operator delete (p, std::align_val_t{kAlignment}); }
  };
  std::size_t Bytes() const {
    return static_cast<std::size_t>(stride_) * static_cast<std::size_t>(height_) * sizeof(T);
  }

  int width_ = 0;
  int height_ = 0;
  std::ptrdiff_t stride_ = 0;
  std::unique_ptr<T, Free> data_;
};

}  // namespace auif

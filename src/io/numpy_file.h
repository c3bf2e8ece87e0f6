// Arrays that NumPy's save and savez wrote, without NumPy.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/tensor_file.h"

namespace auif {

struct NpyHeader {
  std::string descr;  // of the number type: "<f4"
  bool fortran = false;
  std::vector<std::int64_t> shape;
  std::uint64_t size = 0;  // of the header: where the numbers begin
};
// The header of a .npy file, which must be among its first bytes. Throws Error (kInput).
NpyHeader ParseNpyHeader(std::string_view bytes, const std::string& where);
// The header of an array in C order.
std::string WriteNpyHeader(const std::string& descr, const std::vector<std::int64_t>& shape);

// The bytes of a .npy file with floating-point numbers in C order. Throws Error (kInput).
Tensor ParseNpy(std::string_view bytes, const std::string& where);

// A .npz file, a zip archive of .npy files: arrays by their names without ".npy". All are read at
// once, at most 256 MiB.
std::unique_ptr<TensorFile> OpenNpz(const std::filesystem::path& path);

}  // namespace auif

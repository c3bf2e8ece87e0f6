#include "io/hdf5_file.h"

#include <hdf5.h>
#include <zlib.h>

#include <array>
#include <cstdint>
#include <exception>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "auif/error.h"
#include "auif/export.h"
#include "base/text.h"
#include "io/atomic_file.h"

namespace auif {
namespace {

constexpr int kMaxDepth = 16;
constexpr std::size_t kMaxObjects = 10'000;
// The library keeps some hundred bytes of each part of a dataset.
constexpr std::uint64_t kMaxChunks = 1 << 14;

[[noreturn]] void Fail(const std::string& where, const std::string& message,
                       const std::string& hint = {}) {
  throw Error(ErrorKind::kInput, message, where, hint);
}

// The library is one for the whole process, prints its errors unless told otherwise, and is not
// built for threads everywhere.
class Session {
 public:
  Session() : lock_(Mutex()) {
    // Only reads, so there is nothing to finish at exit, where it would complain of what a damaged
    // file left open in it.
    H5dont_atexit();
    H5open();
    H5Eget_auto2(H5E_DEFAULT, &print_, &print_data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { H5Eset_auto2(H5E_DEFAULT, print_, print_data_); }

 private:
  static std::mutex& Mutex() {
    static std::mutex mutex;
    return mutex;
  }
  std::lock_guard<std::mutex> lock_;
  H5E_auto2_t print_ = nullptr;
  void* print_data_ = nullptr;
};

class Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Handle() = default;
  Handle(hid_t id, Close close) : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept
      : id_(std::exchange(other.id_, H5I_INVALID_HID)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  hid_t get() const { return id_; }
  bool valid() const { return id_ >= 0; }

 private:
  hid_t id_ = H5I_INVALID_HID;
  Close close_ = nullptr;
};

class Hdf5File : public TensorFile {
 public:
  explicit Hdf5File(const std::filesystem::path& path) : where_(path.string()), input_(path) {
    const Session session;
    const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    // Plain reading of this file, whatever the environment says; without a lock, which a folder
    // that is read only does not allow.
    if (H5Pset_fapl_sec2(access.get()) < 0 || H5Pset_file_locking(access.get(), false, true) < 0 ||
        H5Pset_fclose_degree(access.get(), H5F_CLOSE_STRONG) < 0) {
      FailBroken();
    }
    Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get()), H5Fclose);
    if (!file.valid()) Fail(where_, "cannot be read as HDF5", "the file may be cut off");
    const Handle root(H5Gopen2(file.get(), "/", H5P_DEFAULT), H5Gclose);
    if (!root.valid()) FailBroken();
    ReadGroup(root.get(), "", 0);
    file_ = std::move(file);
  }
  Hdf5File(const Hdf5File&) = delete;
  Hdf5File& operator=(const Hdf5File&) = delete;
  ~Hdf5File() override {
    const Session session;
    file_ = Handle();
  }

  TensorFormat format() const override { return TensorFormat::kHdf5; }

  Tensor Read(const std::string& name) const override {
    const Session session;
    const std::string title = "dataset " + Printable(name);
    const Handle dataset(H5Dopen2(file_.get(), name.c_str(), H5P_DEFAULT), H5Dclose);
    if (!dataset.valid()) Fail(where_, title + " cannot be read");
    const NumberType type = Type(dataset.get(), title);
    Tensor tensor{Extents(dataset.get(), title), {}};
    const std::uint64_t count = CountNumbers(tensor.shape, name, where_);
    const Handle plist(H5Dget_create_plist(dataset.get()), H5Pclose);
    if (!plist.valid()) FailBroken();
    if (H5Pget_external_count(plist.get()) != 0) {
      Fail(where_, title + " lies in another file, which is not read");
    }
    const H5D_layout_t layout = H5Pget_layout(plist.get());
    if (layout != H5D_CONTIGUOUS && layout != H5D_CHUNKED) {
      Fail(where_, title + " is stored in a way that is not supported",
           "datasets in one piece or in chunks are");
    }
    tensor.values.resize(count);
    if (count == 0) return tensor;
    if (layout == H5D_CONTIGUOUS) {
      ReadPiece(dataset.get(), type, title, tensor);
    } else {
      ReadChunks(dataset.get(), plist.get(), type, title, tensor);
    }
    return tensor;
  }

 private:
  [[noreturn]] void FailBroken() const {
    Fail(where_, "is a broken HDF5 file", "the file may be damaged");
  }

  static herr_t AddName(hid_t, const char* name, const H5L_info_t* info, void* names) {
    try {
      static_cast<std::vector<std::pair<std::string, H5L_type_t>>*>(names)->emplace_back(
          name, info->type);
      return 0;
    } catch (const std::exception&) {  // must not pass through C
      return -1;
    }
  }

  void ReadGroup(hid_t group, const std::string& prefix, int depth) {
    if (depth > kMaxDepth) Fail(where_, "has folders nested too deeply");
    std::vector<std::pair<std::string, H5L_type_t>> links;
    hsize_t next = 0;
    if (H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, &next, &AddName, &links) < 0) FailBroken();
    for (const auto& [name, type] : links) {
      const std::string path = prefix + name;
      if (++objects_ > kMaxObjects) Fail(where_, "has too many entries");
      if (type != H5L_TYPE_HARD) {
        Fail(where_, "entry " + Printable(path) + " is a link, which weights do not need");
      }
      const Handle object(H5Oopen(group, name.c_str(), H5P_DEFAULT), H5Oclose);
      if (!object.valid()) FailBroken();
      const H5I_type_t kind = H5Iget_type(object.get());
      if (kind == H5I_GROUP) ReadGroup(object.get(), path + "/", depth + 1);
      if (kind == H5I_DATASET) {
        shapes_[path] = Extents(object.get(), "dataset " + Printable(path));
      }
    }
  }

  Shape Extents(hid_t dataset, const std::string& title) const {
    const Handle space(H5Dget_space(dataset), H5Sclose);
    std::array<hsize_t, H5S_MAX_RANK> extents;
    if (!space.valid()) FailBroken();
    const int rank = H5Sget_simple_extent_ndims(space.get());
    if (rank < 0 || rank > H5S_MAX_RANK ||
        H5Sget_simple_extent_dims(space.get(), extents.data(), nullptr) < 0) {
      FailBroken();
    }
    Shape shape;
    if (H5Sget_simple_extent_type(space.get()) == H5S_NULL) return {0};
    for (int i = 0; i < rank; ++i) {
      if (extents[i] > kMaxNumbers) Fail(where_, title + " is too large");
      shape.push_back(static_cast<std::int64_t>(extents[i]));
    }
    return shape;
  }

  NumberType Type(hid_t dataset, const std::string& title) const {
    const Handle type(H5Dget_type(dataset), H5Tclose);
    if (!type.valid()) FailBroken();
    if (H5Tequal(type.get(), H5T_IEEE_F32LE) > 0) return NumberType::kF32;
    if (H5Tequal(type.get(), H5T_IEEE_F64LE) > 0) return NumberType::kF64;
    Fail(where_, title + " holds no numbers of type float32 or float64, little-endian");
  }

  // The library finds the numbers, but does not read them: H5Dread of libhdf5 1.10 trusts what
  // damaged files say of their chunks.
  void ReadPiece(hid_t dataset, NumberType type, const std::string& title, Tensor& tensor) const {
    const std::uint64_t size = tensor.values.size() * ByteSize(type);
    const haddr_t place = H5Dget_offset(dataset);
    if (place == HADDR_UNDEF || H5Dget_storage_size(dataset) != size) {
      Fail(where_, title + " lacks its numbers");
    }
    std::string bytes(size, '\0');
    if (input_.ReadAt(place, bytes.data(), size) != size) {
      Fail(where_, title + " ends outside the file", "the file may be cut off");
    }
    const char* source = bytes.data();
    for (float& value : tensor.values) {
      value = ReadNumber(type, source);
      source += ByteSize(type);
    }
  }

  // Returns whether the chunks are compressed.
  bool Compressed(hid_t plist, const std::string& title) const {
    const int filters = H5Pget_nfilters(plist);
    if (filters < 0) FailBroken();
    if (filters == 0) return false;
    unsigned flags = 0, config = 0;
    std::size_t values = 0;
    if (filters > 1 || H5Pget_filter2(plist, 0, &flags, &values, nullptr, 0, nullptr, &config) !=
                           H5Z_FILTER_DEFLATE) {
      Fail(where_, title + " is stored by a filter other than gzip, which is not supported");
    }
    return true;
  }

  void ReadChunks(hid_t dataset, hid_t plist, NumberType type, const std::string& title,
                  Tensor& tensor) const {
    const bool compressed = Compressed(plist, title);
    const std::size_t rank = tensor.shape.size();
    std::array<hsize_t, H5S_MAX_RANK> chunk;
    if (H5Pget_chunk(plist, H5S_MAX_RANK, chunk.data()) != static_cast<int>(rank) || rank == 0) {
      FailBroken();
    }
    std::uint64_t numbers = 1, chunks = 1;
    for (std::size_t d = 0; d < rank; ++d) {
      if (chunk[d] == 0 || chunk[d] > kMaxNumbers / numbers) {
        Fail(where_, title + " is stored in parts that are too large");
      }
      numbers *= chunk[d];
      chunks *= (static_cast<std::uint64_t>(tensor.shape[d]) + chunk[d] - 1) / chunk[d];
    }
    if (chunks > kMaxChunks) Fail(where_, title + " is stored in too many parts");

    std::array<hsize_t, H5S_MAX_RANK> first{};  // of the chunk
    do {
      const std::string bytes =
          ReadChunk(dataset, first.data(), numbers * ByteSize(type), compressed, title);
      CopyChunk(bytes, type, first.data(), chunk.data(), tensor);
    } while (Advance(first.data(), chunk.data(), tensor.shape));
  }

  std::string ReadChunk(hid_t dataset, const hsize_t* first, std::uint64_t size, bool compressed,
                        const std::string& title) const {
    hsize_t stored = 0;
    if (H5Dget_chunk_storage_size(dataset, first, &stored) < 0 || stored == 0) {
      Fail(where_, title + " lacks some of its numbers");
    }
    if (stored > (compressed ? compressBound(size) : size)) {
      Fail(where_, title + " is stored in parts of a wrong size");
    }
    // A chunk that is shorter than it should be leaves zeros, not what is beyond it.
    std::string raw(compressBound(size), '\0');
    std::uint32_t skipped = 0;
    if (H5Dread_chunk(dataset, H5P_DEFAULT, first, &skipped, raw.data()) < 0) {
      Fail(where_, title + " cannot be read", "the file may be damaged");
    }
    raw.resize(stored);
    if (!compressed || (skipped & 1) != 0) {
      if (raw.size() != size) Fail(where_, title + " is stored in parts of a wrong size");
      return raw;
    }
    std::string bytes(size, '\0');
    uLongf length = size;
    if (uncompress(reinterpret_cast<Bytef*>(bytes.data()), &length,
                   reinterpret_cast<const Bytef*>(raw.data()), raw.size()) != Z_OK ||
        length != size) {
      Fail(where_, title + " cannot be decompressed", "the file may be damaged");
    }
    return bytes;
  }

  // A chunk's part that lies within the array; both are row-major.
  static void CopyChunk(const std::string& bytes, NumberType type, const hsize_t* first,
                        const hsize_t* chunk, Tensor& tensor) {
    const std::size_t rank = tensor.shape.size();
    std::array<hsize_t, H5S_MAX_RANK> index{};  // within the chunk
    const std::size_t count = bytes.size() / ByteSize(type);
    for (std::size_t i = 0; i < count; ++i) {
      std::uint64_t place = 0;
      bool inside = true;
      for (std::size_t d = 0; d < rank; ++d) {
        const auto extent = static_cast<std::uint64_t>(tensor.shape[d]);
        inside = inside && first[d] + index[d] < extent;
        place = place * extent + first[d] + index[d];
      }
      if (inside) tensor.values[place] = ReadNumber(type, bytes.data() + i * ByteSize(type));
      for (std::size_t d = rank; d-- > 0;) {
        if (++index[d] < chunk[d]) break;
        index[d] = 0;
      }
    }
  }

  // The next chunk in row-major order; false behind the last.
  static bool Advance(hsize_t* first, const hsize_t* chunk, const Shape& shape) {
    for (std::size_t d = shape.size(); d-- > 0;) {
      first[d] += chunk[d];
      if (first[d] < static_cast<hsize_t>(shape[d])) return true;
      first[d] = 0;
    }
    return false;
  }

  std::string where_;
  InputFile input_;
  Handle file_;
  std::size_t objects_ = 0;
};

}  // namespace

}  // namespace auif

extern "C" AUIF_API auif::TensorFile* auif_open_hdf5_file(const std::filesystem::path* path);
auif::TensorFile* auif_open_hdf5_file(const std::filesystem::path* path) {
  return new auif::Hdf5File(*path);
}

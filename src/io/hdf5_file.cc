#include "io/hdf5_file.h"

#include <hdf5.h>

#include <array>
#include <exception>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "auif/error.h"

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
  explicit Hdf5File(const std::filesystem::path& path) : where_(path.string()) {
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
    const std::size_t number_size = CheckType(dataset.get(), title);
    Tensor tensor{Extents(dataset.get(), title), {}};
    const std::uint64_t count = CountNumbers(tensor.shape, name, where_);
    CheckStorage(dataset.get(), tensor.shape, count * number_size, title);
    tensor.values.resize(count);
    if (count != 0 && H5Dread(dataset.get(), H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                              tensor.values.data()) < 0) {
      Fail(where_, title + " cannot be read", "the file may be damaged");
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

  // Returns the bytes of a number.
  std::size_t CheckType(hid_t dataset, const std::string& title) const {
    const Handle type(H5Dget_type(dataset), H5Tclose);
    if (!type.valid()) FailBroken();
    const std::size_t size = H5Tget_size(type.get());
    if (H5Tget_class(type.get()) != H5T_FLOAT || (size != 4 && size != 8)) {
      Fail(where_, title + " holds no numbers of type float32 or float64");
    }
    return size;
  }

  // How the numbers, `bytes` in all, lie in the file.
  void CheckStorage(hid_t dataset, const Shape& shape, std::uint64_t bytes,
                    const std::string& title) const {
    const Handle plist(H5Dget_create_plist(dataset), H5Pclose);
    if (!plist.valid()) FailBroken();
    if (H5Pget_external_count(plist.get()) != 0) {
      Fail(where_, title + " lies in another file, which is not read");
    }
    const int filters = H5Pget_nfilters(plist.get());
    if (filters < 0) FailBroken();
    for (int i = 0; i < filters; ++i) {
      unsigned flags = 0, config = 0;
      std::size_t values = 0;
      const H5Z_filter_t filter = H5Pget_filter2(plist.get(), static_cast<unsigned>(i), &flags,
                                                 &values, nullptr, 0, nullptr, &config);
      if (filter != H5Z_FILTER_DEFLATE) {
        Fail(where_, title + " is stored by a filter other than gzip, which is not supported");
      }
    }
    const std::uint64_t stored = H5Dget_storage_size(dataset);
    switch (H5Pget_layout(plist.get())) {
      case H5D_COMPACT:
      case H5D_CONTIGUOUS:
        if (stored != bytes) Fail(where_, title + " lacks its numbers");
        return;
      case H5D_CHUNKED: {
        if (stored == 0 && bytes != 0) Fail(where_, title + " lacks its numbers");
        std::array<hsize_t, H5S_MAX_RANK> extents;
        const int rank = H5Pget_chunk(plist.get(), H5S_MAX_RANK, extents.data());
        if (rank < 1 || rank > H5S_MAX_RANK) FailBroken();
        if (static_cast<std::size_t>(rank) != shape.size()) FailBroken();
        std::uint64_t numbers = 1, chunks = 1;
        for (int i = 0; i < rank; ++i) {
          if (extents[i] == 0 || extents[i] > kMaxNumbers / numbers) {
            Fail(where_, title + " is stored in parts that are too large");
          }
          numbers *= extents[i];
          chunks *= (static_cast<std::uint64_t>(shape[i]) + extents[i] - 1) / extents[i];
        }
        if (chunks > kMaxChunks) Fail(where_, title + " is stored in too many parts");
        return;
      }
      default:
        Fail(where_, title + " is put together of others, which is not supported");
    }
  }

  std::string where_;
  Handle file_;
  std::size_t objects_ = 0;
};

}  // namespace

std::unique_ptr<TensorFile> OpenHdf5File(const std::filesystem::path& path) {
  return std::make_unique<Hdf5File>(path);
}

}  // namespace auif

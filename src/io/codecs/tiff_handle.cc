#include "io/codecs/tiff_handle.h"

#include <cstdarg>
#include <cstdio>
#include <set>

#include "io/bytes.h"

namespace auif {
namespace {

constexpr std::size_t kMostPages = 65535;

// Walks along the directories of classic TIFF and BigTIFF:
//   the header: "II" or "MM" for the byte order, 42 or 43, where the first directory is
//   a directory: the number of entries, the entries, where the next directory is or 0
//   an entry: tag (2 bytes), type (2), count (4 or 8), value or where it is (4 or 8)
class Walk {
 public:
  explicit Walk(const InputFile& file) : file_(file) {
    std::uint64_t version = 0;
    std::uint8_t order = 0;
    if (file.ReadAt(0, &order, 1) != 1) ThrowCutShort(file.path());
    big_endian_ = order == 'M';
    if (!Number(2, 2, &version)) ThrowCutShort(file.path());
    big_ = version == 43;
    if (!Number(big_ ? 8 : 4, Word(), &next_)) ThrowCutShort(file.path());
  }

  // False at the end; broken() then tells whether it is one.
  bool Next(TiffPage* page, bool* further) {
    if (next_ == 0) return false;
    std::uint64_t count = 0;
    const std::uint64_t entries = next_ + (big_ ? 8 : 2);
    broken_ = !seen_.insert(next_).second || seen_.size() > kMostPages || next_ > file_.size() ||
              !Number(next_, big_ ? 8 : 2, &count) || count > file_.size();
    if (broken_) return false;
    *page = {next_, false, {}};
    *further = true;
    // Entries are sorted, so those that matter come early.
    for (std::uint64_t i = 0; i < count && i < 32; ++i) {
      ReadEntry(entries + i * (big_ ? 20 : 12), page, further);
    }
    page->complete = Number(entries + count * (big_ ? 20 : 12), Word(), &next_);
    if (!page->complete) next_ = 0;
    return true;
  }
  bool broken() const { return broken_; }

 private:
  int Word() const { return big_ ? 8 : 4; }
  bool Number(std::uint64_t at, int bytes, std::uint64_t* value) const {
    std::uint8_t found[8];
    const auto count = static_cast<std::size_t>(bytes);
    if (file_.ReadAt(at, found, count) != count) return false;
    *value = UintOf(found, count, big_endian_);
    return true;
  }
  void ReadEntry(std::uint64_t at, TiffPage* page, bool* further) const {
    std::uint64_t tag = 0, type = 0, value = 0;
    if (!Number(at, 2, &tag) || !Number(at + 2, 2, &type)) return;
    if (tag != TIFFTAG_SUBFILETYPE && tag != TIFFTAG_OSUBFILETYPE && tag != TIFFTAG_PHOTOMETRIC) {
      return;
    }
    if (!Number(at + (big_ ? 12 : 8), type == TIFF_SHORT ? 2 : 4, &value)) return;
    if (tag == TIFFTAG_PHOTOMETRIC) page->photometric = value;
    if (tag == TIFFTAG_SUBFILETYPE && (value & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK)) != 0) {
      *further = false;
    }
    if (tag == TIFFTAG_OSUBFILETYPE && value == OFILETYPE_REDUCEDIMAGE) *further = false;
  }

  const InputFile& file_;
  bool big_endian_ = false, big_ = false, broken_ = false;
  std::uint64_t next_ = 0;
  std::set<std::uint64_t> seen_;
};

}  // namespace

int OnTiffError(TIFF*, void* errors, const char*, const char* format, va_list arguments) {
  char message[300];
  std::vsnprintf(message, sizeof(message), format, arguments);
  static_cast<CodecErrors*>(errors)->Note(message);
  return 1;  // not to the process's own handler, which prints
}

// The options are the handle's own: other users of the library in the process are left alone.
Tiff OpenTiffHandle(const char* mode, void* client, TIFFReadWriteProc read, TIFFReadWriteProc write,
                    TIFFSeekProc seek, TIFFSizeProc size, TIFFErrorHandlerExtR warn,
                    void* warn_data, CodecErrors* errors, tmsize_t most_memory) {
  const std::unique_ptr<TIFFOpenOptions, decltype(&TIFFOpenOptionsFree)> options(
      TIFFOpenOptionsAlloc(), TIFFOpenOptionsFree);
  if (options == nullptr) throw std::bad_alloc();
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), OnTiffError, errors);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), warn, warn_data);
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), most_memory);
  Tiff tiff(TIFFClientOpenExt(
      "", mode, client, read, write, seek, [](thandle_t) { return 0; }, size, nullptr, nullptr,
      options.get()));
  if (tiff == nullptr) {
    errors->Note("it cannot be opened");
    errors->Throw();
  }
  return tiff;
}

TiffPages ListTiffPages(const InputFile& file) {
  Walk walk(file);
  TiffPages list;
  std::optional<TiffPage> first;
  TiffPage page;
  for (bool counts = true; walk.Next(&page, &counts);) {
    if (!first) first = page;
    if (counts) list.pages.push_back(page);
  }
  if (!first) ThrowCutShort(file.path());
  if (list.pages.empty()) list.pages.push_back(*first);
  list.broken = walk.broken();
  return list;
}

}  // namespace auif

// What the reader and the writer of TIFF files share: handles of libtiff, and the list of a file's
// pages, which is read without it.
#pragma once

#include <tiffio.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "io/codecs/codec.h"

namespace auif {

struct CloseTiff {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};
using Tiff = std::unique_ptr<TIFF, CloseTiff>;

// Notes the message of an error in a CodecErrors; returns 1.
int OnTiffError(TIFF*, void* errors, const char*, const char* format, va_list arguments);

// The options are the handle's own: other users of the library in the process are left alone.
Tiff OpenTiffHandle(const char* mode, void* client, TIFFReadWriteProc read, TIFFReadWriteProc write,
                    TIFFSeekProc seek, TIFFSizeProc size, TIFFErrorHandlerExtR warn,
                    void* warn_data, CodecErrors* errors, tmsize_t most_memory);

struct TiffPage {
  std::uint64_t offset = 0;  // of its directory
  bool complete = false;     // whether the directory is whole
  std::optional<std::uint64_t> photometric;
};
struct TiffPages {
  std::vector<TiffPage> pages;  // at least one
  bool broken = false;          // whether the list ends at a page that is not there
};
// The file's images but for thumbnails and masks, where there is anything else. Throws Error
// (kInput) for a file without a directory.
TiffPages ListTiffPages(const InputFile& file);

}  // namespace auif

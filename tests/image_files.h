// Image files for tests of the readers that OpenCV does not write, by the codec libraries.
#pragma once

#include <cstdio>  // jpeglib.h needs it

#include <jpeglib.h>
#include <png.h>
#include <tiffio.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <opencv2/core.hpp>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

namespace auif {

// Smooth shapes with noise, so that codecs have something to pack; grey (channels 1) or in colours.
inline cv::Mat TestMat(int width, int height, int channels, int bits, unsigned seed = 1) {
  std::mt19937 random(seed);
  cv::Mat image(height, width, CV_MAKETYPE(bits == 8 ? CV_8U : CV_16U, channels));
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width * channels; ++x) {
      const int value = (7 * y + 5 * (x / channels) + 60 * (x % channels)) % 230 + random() % 20;
      if (bits == 8) {
        image.ptr<std::uint8_t>(y)[x] = static_cast<std::uint8_t>(value);
      } else {
        image.ptr<std::uint16_t>(y)[x] = static_cast<std::uint16_t>(257 * value + random() % 200);
      }
    }
  }
  return image;
}

struct PngOptions {
  int bits = 8;
  int colour_type = PNG_COLOR_TYPE_GRAY;
  bool interlaced = false;
  std::vector<png_color> palette = {};
};

// `rows` are as the file has them: packed, with the high byte first.
inline void WritePngFile(const std::filesystem::path& path, int width,
                         std::vector<std::vector<std::uint8_t>> rows, const PngOptions& options) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_init_io(png, file);
  png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(rows.size()),
               options.bits, options.colour_type,
               options.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, 0, 0);
  if (!options.palette.empty()) {
    png_set_PLTE(png, info, options.palette.data(), static_cast<int>(options.palette.size()));
  }
  png_write_info(png, info);
  std::vector<png_bytep> pointers;
  for (auto& row : rows) pointers.push_back(row.data());
  png_set_interlace_handling(png);
  png_write_image(png, pointers.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  std::fclose(file);
}

// A JPEG file in print colours, stored as they are (Adobe's programs store 255 for no ink).
inline void WriteCmykJpegFile(const std::filesystem::path& path, const cv::Mat& image) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  jpeg_compress_struct info{};
  jpeg_error_mgr errors;
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  jpeg_stdio_dest(&info, file);
  info.image_width = static_cast<JDIMENSION>(image.cols);
  info.image_height = static_cast<JDIMENSION>(image.rows);
  info.input_components = 4;
  info.in_color_space = JCS_CMYK;
  jpeg_set_defaults(&info);
  jpeg_start_compress(&info, TRUE);
  for (int y = 0; y < image.rows; ++y) {
    auto* row = const_cast<JSAMPROW>(image.ptr(y));
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  std::fclose(file);
}

struct TiffOptions {
  std::string mode = "w";  // "wb" is big-endian, "w8" BigTIFF
  int bits = 8;
  int samples = 1;
  int compression = COMPRESSION_NONE;
  int photometric = PHOTOMETRIC_MINISBLACK;
  int predictor = PREDICTOR_NONE;
  bool separate = false;
  int rows_per_strip = 7;
  int tile = 0;  // width and height, 0 for strips
  int sample_format = SAMPLEFORMAT_UINT;
  std::vector<std::uint16_t> red, green, blue;  // a palette
};

// `data`: width * height pixels of interleaved native samples; those of less than 8 bits one a
// byte.
template <typename T>
void WriteTiffFile(const std::filesystem::path& path, int width, int height,
                   const std::vector<T>& data, const TiffOptions& o) {
  std::filesystem::remove(path);  // a new file need not wait for the disk
  TIFF* tiff = TIFFOpen(path.c_str(), o.mode.c_str());
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, width);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, height);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, o.bits);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, o.samples);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, o.compression);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, o.photometric);
  TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, o.sample_format);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG,
               o.separate ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG);
  if (o.compression == COMPRESSION_JPEG) {
    TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
  }
  if (o.predictor != PREDICTOR_NONE) TIFFSetField(tiff, TIFFTAG_PREDICTOR, o.predictor);
  if (!o.red.empty()) {
    TIFFSetField(tiff, TIFFTAG_COLORMAP, o.red.data(), o.green.data(), o.blue.data());
  }
  const int extra = o.photometric == PHOTOMETRIC_RGB ? o.samples - 3 : o.samples - 1;
  const std::vector<std::uint16_t> kinds(static_cast<std::size_t>(std::max(extra, 0)),
                                         EXTRASAMPLE_UNSPECIFIED);
  if (extra > 0) TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, extra, kinds.data());
  if (o.tile > 0) {
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, o.tile);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, o.tile);
  } else {
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, o.rows_per_strip);
  }
  const int planes = o.separate ? o.samples : 1, samples = o.separate ? 1 : o.samples;
  const auto value = [&](int x, int y, int s, int p) -> T {
    if (x >= width || y >= height) return 0;
    return data[(static_cast<std::size_t>(y) * width + x) * o.samples + s + p];
  };
  // A row of a strip or tile from x0 on.
  const auto pack = [&](int x0, int count, int y, int p, std::uint8_t* to) {
    for (int i = 0; i < count * samples; ++i) {
      const T v = value(x0 + i / samples, y, i % samples, p);
      if constexpr (std::is_integral_v<T>) {
        if (o.bits < 8) {
          to[i * o.bits / 8] |= static_cast<std::uint8_t>(v << (8 - o.bits - i * o.bits % 8));
          continue;
        }
      }
      reinterpret_cast<T*>(to)[i] = v;
    }
  };
  for (int p = 0; p < planes; ++p) {
    if (o.tile == 0) {
      for (int y = 0; y < height; ++y) {
        std::vector<std::uint8_t> row(static_cast<std::size_t>(TIFFScanlineSize(tiff)) + 8);
        pack(0, width, y, p, row.data());
        TIFFWriteScanline(tiff, row.data(), static_cast<std::uint32_t>(y),
                          static_cast<std::uint16_t>(p));
      }
      continue;
    }
    for (int y = 0; y < height; y += o.tile) {
      for (int x = 0; x < width; x += o.tile) {
        std::vector<std::uint8_t> tile(static_cast<std::size_t>(TIFFTileSize(tiff)));
        for (int r = 0; r < o.tile; ++r) {
          pack(x, o.tile, y + r, p, tile.data() + r * TIFFTileRowSize(tiff));
        }
        TIFFWriteTile(tiff, tile.data(), static_cast<std::uint32_t>(x),
                      static_cast<std::uint32_t>(y), 0, static_cast<std::uint16_t>(p));
      }
    }
  }
  TIFFClose(tiff);
}

}  // namespace auif

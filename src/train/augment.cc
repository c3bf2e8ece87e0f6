#include "train/augment.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "image/convert.h"

namespace auif {
namespace {

// The weights of one output value: source[first + i] counts weights[i].
struct Triangle {
  int first = 0;
  std::vector<float> weights;
};

std::vector<Triangle> Triangles(int from, int to) {
  const double scale = double(from) / to;
  const double radius = std::max(scale, 1.0);
  std::vector<Triangle> triangles(to);
  for (int i = 0; i < to; ++i) {
    Triangle& t = triangles[i];
    const double centre = (i + 0.5) * scale - 0.5;
    t.first = std::max(0, static_cast<int>(std::ceil(centre - radius)));
    const int last = std::min(from - 1, static_cast<int>(std::floor(centre + radius)));
    double sum = 0;
    for (int k = t.first; k <= last; ++k) {
      t.weights.push_back(static_cast<float>(std::max(0.0, 1 - std::abs(k - centre) / radius)));
      sum += t.weights.back();
    }
    for (float& weight : t.weights) weight = static_cast<float>(weight / sum);
  }
  return triangles;
}

void CopyPixels(PlaneView<const std::uint8_t> image, const CropBox& box, PaddedPlane* out) {
  for (int y = 0; y < box.height; ++y) {
    const std::uint8_t* from = image.Row(box.y + y) + box.x;
    std::transform(from, from + box.width, out->Row(y), [](std::uint8_t v) { return ToUnit(v); });
  }
}

}  // namespace

CropBox DrawCrop(const TrainOptions& options, int width, int height, RandomSequence* random) {
  if (options.crop_kind == Crop::kRandom) {
    const int size = options.crop;
    return {random->Below(width - size + 1), random->Below(height - size + 1), size, size};
  }
  const double low = options.crop_ratio[0], high = options.crop_ratio[1];
  for (int attempt = 0; attempt < 10; ++attempt) {
    const double area =
        double(width) * height * random->Uniform(options.crop_area[0], options.crop_area[1]);
    const double ratio = std::exp(random->Uniform(std::log(low), std::log(high)));
    const int w = static_cast<int>(std::lround(std::sqrt(area * ratio)));
    const int h = static_cast<int>(std::lround(std::sqrt(area / ratio)));
    if (w < 1 || w > width || h < 1 || h > height) continue;
    return {random->Below(width - w + 1), random->Below(height - h + 1), w, h};
  }
  int w = width, h = height;
  if (double(w) / h < low) h = static_cast<int>(std::lround(w / low));
  if (double(w) / h > high) w = static_cast<int>(std::lround(h * high));
  w = std::clamp(w, 1, width);
  h = std::clamp(h, 1, height);
  return {(width - w) / 2, (height - h) / 2, w, h};
}

void CopyCrop(PlaneView<const std::uint8_t> image, const CropBox& box, PaddedPlane* out) {
  if (Size{box.width, box.height} == out->size()) {
    CopyPixels(image, box, out);
    return;
  }
  const std::vector<Triangle> columns = Triangles(box.width, out->width());
  const std::vector<Triangle> rows = Triangles(box.height, out->height());
  std::vector<float> sums(box.width);
  for (int y = 0; y < out->height(); ++y) {
    const Triangle& row = rows[y];
    std::fill(sums.begin(), sums.end(), 0.0f);
    for (std::size_t i = 0; i < row.weights.size(); ++i) {
      const std::uint8_t* from = image.Row(box.y + row.first + static_cast<int>(i)) + box.x;
      const float weight = row.weights[i] / 255.0f;
      for (int x = 0; x < box.width; ++x) sums[x] += weight * static_cast<float>(from[x]);
    }
    float* to = out->Row(y);
    for (int x = 0; x < out->width(); ++x) {
      const Triangle& column = columns[x];
      float sum = 0;
      for (std::size_t i = 0; i < column.weights.size(); ++i) {
        sum += column.weights[i] * sums[column.first + i];
      }
      to[x] = std::min(sum, 1.0f);
    }
  }
}

}  // namespace auif

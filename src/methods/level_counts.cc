#include "methods/level_counts.h"

namespace auif {
namespace {

constexpr int kStepsOf8Bits = LevelCounts::kSteps / 255;
static_assert(kStepsOf8Bits * 255 == LevelCounts::kSteps);

// f(row, width, step of a sample) for each row.
template <typename F>
void ForEachRow(const SourceView& image, F&& f) {
  for (int y = 0; y < image.height(); ++y) {
    switch (image.type()) {
      case SampleType::kUint8:
        f(image.Row<std::uint8_t>(y), [](std::uint8_t v) { return kStepsOf8Bits * v; });
        break;
      case SampleType::kUint16:
        f(image.Row<std::uint16_t>(y),
          [](std::uint16_t v) { return LevelCounts::Step(static_cast<float>(v) / 65535.0f); });
        break;
      case SampleType::kFloat:
        f(image.Row<float>(y), [](float v) { return LevelCounts::Step(v); });
        break;
    }
  }
}

}  // namespace

void LevelCounts::Add(const SourceView& rows) {
  ForEachRow(rows, [&](const auto* row, const auto& step) {
    for (int x = 0; x < rows.width(); ++x) ++counts_[step(row[x])];
  });
  total_ += static_cast<std::uint64_t>(rows.width()) * static_cast<std::uint64_t>(rows.height());
}

double MeanLevel(const SourceView& image) {
  std::uint64_t sum = 0;
  ForEachRow(image, [&](const auto* row, const auto& step) {
    std::uint32_t of_row = 0;  // 2^22 pixels fit
    for (int x = 0; x < image.width(); ++x) of_row += static_cast<std::uint32_t>(step(row[x]));
    sum += of_row;
  });
  const double pixels = static_cast<double>(image.width()) * image.height();
  return pixels > 0 ? static_cast<double>(sum) / (LevelCounts::kSteps * pixels) : 0;
}

}  // namespace auif

#include "experiments/sheet.h"

#include <fmt/format.h>

#include <algorithm>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "auif/error.h"
#include "auif/io.h"
#include "experiments/text.h"
#include "io/atomic_file.h"
#include "methods/mat.h"

namespace auif {
namespace {

constexpr int kGap = 6, kLabelHeight = 26;
constexpr double kMostHeight = 0.8;     // of a cell, in widths: tall images are drawn narrower
const cv::Scalar kFrame(60, 200, 255);  // BGR: orange, seen on black and on white

cv::Mat ToBgr(const Plane<float>& plane) {
  const Plane<std::uint8_t> grey = Image(plane).GreyAs<std::uint8_t>();
  cv::Mat bgr;
  cv::cvtColor(cv::Mat(grey.height(), grey.width(), CV_8U, const_cast<std::uint8_t*>(grey.Row(0)),
                       static_cast<std::size_t>(grey.stride())),
               bgr, cv::COLOR_GRAY2BGR);
  return bgr;
}

cv::Mat Scaled(const cv::Mat& image, cv::Size size) {
  cv::Mat scaled;
  const bool smaller = size.width < image.cols;
  cv::resize(image, scaled, size, 0, 0, smaller ? cv::INTER_AREA : cv::INTER_CUBIC);
  return scaled;
}

// The image as large as the cell allows, its box framed and shown larger in the corner farthest
// from it.
cv::Mat Cell(const Plane<float>& plane, const Box& zoom, int width) {
  const cv::Mat whole = ToBgr(plane);
  const double scale =
      std::min(static_cast<double>(width) / whole.cols, kMostHeight * width / whole.rows);
  cv::Mat cell = Scaled(
      whole, {std::max(1, cvRound(whole.cols * scale)), std::max(1, cvRound(whole.rows * scale))});
  if (zoom.width == 0) return cell;
  const cv::Rect box(zoom.x, zoom.y, zoom.width, zoom.height);
  const int inset_width = std::max(1, cell.cols * 2 / 5);
  const cv::Mat inset =
      Scaled(whole(box), {inset_width, std::max(1, box.height * inset_width / box.width)});
  const bool left = box.x + box.width / 2 > whole.cols / 2;
  const bool top = box.y + box.height / 2 > whole.rows / 2;
  const cv::Rect at(left ? 0 : cell.cols - inset.cols, top ? 0 : cell.rows - inset.rows, inset.cols,
                    inset.rows);
  const cv::Rect framed(cvRound(box.x * scale), cvRound(box.y * scale), cvRound(box.width * scale),
                        cvRound(box.height * scale));
  cv::rectangle(cell, framed, kFrame, 1, cv::LINE_8);
  inset.copyTo(cell(at));
  cv::rectangle(cell, at, kFrame, 2, cv::LINE_8);
  return cell;
}

void Write(const cv::Mat& bgr, const std::filesystem::path& path) {
  std::array<Plane<std::uint8_t>, 3> rgb;
  for (int c = 0; c < 3; ++c) {
    rgb[c] = Plane<std::uint8_t>(bgr.cols, bgr.rows);
    cv::Mat to(bgr.rows, bgr.cols, CV_8U, rgb[c].Row(0), static_cast<std::size_t>(rgb[c].stride()));
    cv::extractChannel(bgr, to, 2 - c);
  }
  WriteImage(path, Image(std::move(rgb)));
}

void PutText(cv::Mat& canvas, const std::string& text, cv::Point center) {
  constexpr double kSize = 0.42;
  int base = 0;
  const cv::Size size = cv::getTextSize(text, cv::FONT_HERSHEY_SIMPLEX, kSize, 1, &base);
  cv::putText(canvas, text, {center.x - size.width / 2, center.y + size.height / 2},
              cv::FONT_HERSHEY_SIMPLEX, kSize, cv::Scalar(30, 30, 30), 1, cv::LINE_AA);
}

std::string SvgText(const std::string& text, int x, int y) {
  return fmt::format(
      "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" dominant-baseline=\"middle\">{}</text>\n", x,
      y, Escaped(text));
}

}  // namespace

std::string Base64(const std::string& bytes) {
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      text += i + k > bytes.size() ? '=' : kDigits[group >> (18 - 6 * k) & 63];
    }
  }
  return text;
}

Box InterestingBox(const Plane<float>& ir, const Plane<float>& vis) {
  const cv::Mat a = AsMat(ir), b = AsMat(vis);
  const cv::Size window(std::max(1, a.cols / 5), std::max(1, a.rows / 5));
  // Local contrast of each source; their product, weighed by how much the sources differ.
  const auto contrast = [&](const cv::Mat& m) {
    cv::Mat mean, square, deviation;
    cv::blur(m, mean, window);
    cv::blur(m.mul(m), square, window);
    cv::sqrt(cv::max(square - mean.mul(mean), 0), deviation);
    return deviation;
  };
  cv::Mat score = contrast(a).mul(contrast(b)) + contrast(a - b).mul(contrast(a));
  // Whole windows alone.
  const cv::Rect inside(window.width / 2, window.height / 2, a.cols - window.width + 1,
                        a.rows - window.height + 1);
  cv::Point best;
  cv::minMaxLoc(score(inside), nullptr, nullptr, nullptr, &best);
  return {best.x, best.y, window.width, window.height};
}

void DrawSheet(const Sheet& sheet, const std::filesystem::path& folder) {
  const int columns = static_cast<int>(sheet.columns.size());
  std::vector<std::vector<cv::Mat>> cells(sheet.images.size());
  std::vector<int> heights(cells.size(), 1);
  for (std::size_t r = 0; r < cells.size(); ++r) {
    for (std::size_t c = 0; c < sheet.images[r].size(); ++c) {
      const Plane<float>& image = sheet.images[r][c];
      const Box zoom = sheet.zoom.empty() ? Box() : sheet.zoom[c];
      cells[r].push_back(image.empty() ? cv::Mat() : Cell(image, zoom, sheet.cell_width));
      heights[r] = std::max(heights[r], cells[r].back().rows);
    }
  }
  std::size_t longest = 0;
  for (const std::string& row : sheet.rows) longest = std::max(longest, row.size());
  const int label_width = 9 * static_cast<int>(longest) + 16;  // 9 pixels hold any letter
  const int width = label_width + columns * (sheet.cell_width + kGap);
  int height = kLabelHeight;
  for (const int h : heights) height += h + kGap;

  cv::Mat canvas(height, width, CV_8UC3, cv::Scalar(255, 255, 255));
  struct Label {
    std::string text;
    int x, y;
  };
  std::vector<Label> labels;
  const auto column_x = [&](int c) { return label_width + c * (sheet.cell_width + kGap); };
  for (int c = 0; c < columns; ++c) {
    labels.push_back({sheet.columns[static_cast<std::size_t>(c)],
                      column_x(c) + sheet.cell_width / 2, kLabelHeight / 2});
  }
  int y = kLabelHeight;
  for (std::size_t r = 0; r < cells.size(); ++r) {
    labels.push_back({sheet.rows[r], label_width / 2, y + heights[r] / 2});
    for (std::size_t c = 0; c < cells[r].size(); ++c) {
      const cv::Mat& cell = cells[r][c];
      if (cell.empty()) continue;
      const int x = column_x(static_cast<int>(c)) + (sheet.cell_width - cell.cols) / 2;
      cell.copyTo(canvas(cv::Rect(x, y + (heights[r] - cell.rows) / 2, cell.cols, cell.rows)));
    }
    y += heights[r] + kGap;
  }
  // The SVG holds the images as one JPEG, with text upon it that stays sharp and can be searched.
  const std::filesystem::path jpeg = folder / ("." + sheet.name + ".jpg");
  Write(canvas, jpeg);
  const std::string images = Base64(ReadFile(jpeg));
  std::error_code ignored;
  std::filesystem::remove(jpeg, ignored);
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
      "height=\"{1}\" font-family=\"DejaVu Sans, sans-serif\" font-size=\"16\">\n"
      "<image width=\"{0}\" height=\"{1}\" href=\"data:image/jpeg;base64,{2}\"/>\n",
      width, height, images);
  for (const Label& label : labels) {
    PutText(canvas, label.text, {label.x, label.y});
    svg += SvgText(label.text, label.x, label.y);
  }
  WriteFileAtomically(folder / (sheet.name + ".svg"), svg + "</svg>\n");
  Write(canvas, folder / (sheet.name + ".png"));
}

}  // namespace auif

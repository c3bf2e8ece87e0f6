#include "methods/sparse_coding.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "auif/error.h"
#include "base/parallel.h"
#include "io/tensor.h"
#include "kernels/sparse_steps.h"

namespace auif {
namespace {

constexpr int kMostFilters = 256, kLargestFilter = 64;
// Steps that adapt the penalty: only with a fixed one is ADMM known to converge, and images of few
// pixels are seen to go round in circles with the program's rule. Others take 90 to 150 steps.
constexpr int kAdapted = 250;
// Lines that one thread takes at a time.
constexpr int kBand = 8;

int Bands(int lines) { return (lines + kBand - 1) / kBand; }

// exp(-2 pi i k / n) for all k.
std::vector<cv::Vec2f> Roots(int n) {
  std::vector<cv::Vec2f> roots(static_cast<std::size_t>(n));
  for (int k = 0; k < n; ++k) {
    const double angle = 2 * std::numbers::pi * k / n;
    roots[k] = {static_cast<float>(std::cos(angle)), static_cast<float>(-std::sin(angle))};
  }
  return roots;
}

}  // namespace

Dictionary Dictionary::From(const NetworkWeights& weights) {
  const auto refuse = [&](const std::string& what) {
    throw Error(ErrorKind::kInput, what, weights.where(),
                "a dictionary is one tensor D, patterns x rows x columns");
  };
  const Tensor& tensor = weights.Get("D");
  const std::vector<std::int64_t>& shape = tensor.shape;
  if (shape.size() != 3 || shape[0] < 1 || shape[0] > kMostFilters || shape[1] < 1 ||
      shape[1] > kLargestFilter || shape[2] < 1 || shape[2] > kLargestFilter) {
    refuse("tensor D has shape " + ShapeText(shape) + ", not (1.." + std::to_string(kMostFilters) +
           ", 1.." + std::to_string(kLargestFilter) + ", 1.." + std::to_string(kLargestFilter) +
           ")");
  }
  Dictionary dictionary{static_cast<int>(shape[0]), static_cast<int>(shape[1]),
                        static_cast<int>(shape[2]), tensor.values};
  const int area = dictionary.height * dictionary.width;
  for (int m = 0; m < dictionary.count; ++m) {
    double norm = 0;
    for (int i = 0; i < area; ++i) {
      const double value = dictionary.filters[static_cast<std::size_t>(m) * area + i];
      norm += value * value;
    }
    // Squares of spectra must be floats.
    if (!(norm > 1e-12 && norm < 1e12)) {
      refuse("pattern " + std::to_string(m) + " of tensor D is empty or not finite");
    }
  }
  return dictionary;
}

SparseCoder::Line::Line(const MapFft& fft)
    : room(static_cast<int>(fft.space()), 2), at(room.Row(0)), other(room.Row(1)) {}

SparseCoder::SparseCoder(const Dictionary& dictionary, Size size, const CodingOptions& options,
                         int threads)
    : size_(size),
      options_(options),
      threads_(threads),
      groups_((dictionary.count + kFftElement - 1) / kFftElement),
      row_fft_(size.width),
      column_fft_(size.height),
      filters_(2 * kFftElement * groups_ * size.height, size.width / 2 + 1),
      power_(size.height, size.width / 2 + 1),
      signal_(2 * size.height, size.width / 2 + 1) {
  // A column's elements an odd number of elements apart: they do not compete for a cache's sets.
  for (int g = 0; g < groups_; ++g) {
    spectrum_.emplace_back(kFftElement * (size.width | 1), size.height);
    state_.emplace_back(kFftElement * (size.width | 1), size.height);
  }
  TransformFilters(dictionary);
}

// Only the few rows and columns that a filter has: sums instead of transforms. Filters larger than
// the image are wrapped around it.
void SparseCoder::TransformFilters(const Dictionary& dictionary) {
  const int lanes = kFftElement * groups_;
  const int h = dictionary.height, w = dictionary.width;
  std::vector<float> taps(static_cast<std::size_t>(h) * w * lanes);
  for (int m = 0; m < dictionary.count; ++m) {
    for (int t = 0; t < h * w; ++t) {
      taps[static_cast<std::size_t>(t) * lanes + m] =
          dictionary.filters[static_cast<std::size_t>(m) * h * w + t];
    }
  }
  const std::vector<cv::Vec2f> across = Roots(size_.width), down = Roots(size_.height);
  const auto add = [](const float* re, const float* im, cv::Vec2f by, float* to_re, float* to_im,
                      int count) {
    for (int l = 0; l < count; ++l) {
      to_re[l] += by[0] * re[l] - by[1] * im[l];
      to_im[l] += by[0] * im[l] + by[1] * re[l];
    }
  };
  ParallelFor(size_.width / 2 + 1, threads_, [&](int kx) {
    std::vector<float> rows(static_cast<std::size_t>(2) * h * lanes);
    const std::vector<float> zeros(static_cast<std::size_t>(lanes));
    for (int i = 0; i < h; ++i) {
      float* row = &rows[static_cast<std::size_t>(2) * i * lanes];
      for (int j = 0; j < w; ++j) {
        add(&taps[(static_cast<std::size_t>(i) * w + j) * lanes], zeros.data(),
            across[static_cast<std::size_t>(static_cast<std::int64_t>(kx) * j % size_.width)], row,
            row + lanes, lanes);
      }
    }
    for (int ky = 0; ky < size_.height; ++ky) {
      float* to = filters_.Row(kx) + static_cast<std::ptrdiff_t>(2) * lanes * ky;
      for (int i = 0; i < h; ++i) {
        const auto by =
            down[static_cast<std::size_t>(static_cast<std::int64_t>(ky) * i % size_.height)];
        for (int g = 0; g < groups_; ++g) {
          const float* row = &rows[static_cast<std::size_t>(2) * i * lanes + kFftElement * g];
          float* group = to + 2 * kFftElement * g;
          add(row, row + lanes, by, group, group + kFftElement, kFftElement);
        }
      }
      double power = 0;
      for (int l = 0; l < 2 * lanes; ++l) power += double{to[l]} * to[l];
      power_.Row(kx)[ky] = static_cast<float>(power);
    }
  });
}

template <typename F>
void SparseCoder::ForEachRow(const F& f) {
  const int bands = Bands(size_.height);
  ParallelFor(groups_ * bands, threads_, [&](int task) {
    Line line(row_fft_);
    const int g = task / bands, first = task % bands * kBand;
    for (int y = first; y < std::min(first + kBand, size_.height); ++y) f(y, g, line);
  });
}

void SparseCoder::Gather(int group, int x, Line& column) const {
  for (int y = 0; y < size_.height; ++y) {
    std::copy_n(spectrum_[group].Row(y) + kFftElement * x, kFftElement,
                column.at + kFftElement * y);
  }
}

void SparseCoder::Scatter(int group, int x, const Line& column) {
  for (int y = 0; y < size_.height; ++y) {
    std::copy_n(column.at + kFftElement * y, kFftElement,
                spectrum_[group].Row(y) + kFftElement * x);
  }
}

// As the first map of a group.
void SparseCoder::TransformSignal(const cv::Mat& image) {
  ForEachRow([&](int y, int g, Line& line) {
    if (g != 0) return;
    std::fill_n(line.at, kFftElement * size_.width, 0.0f);
    for (int x = 0; x < size_.width; ++x) {
      line.at[kFftElement * x] = static_cast<float>(image.ptr<double>(y)[x]);
    }
    line.Forward(row_fft_);
    std::copy_n(line.at, kFftElement * size_.width, spectrum_[0].Row(y));
  });
  ParallelFor(Bands(size_.width / 2 + 1), threads_, [&](int band) {
    Line column(column_fft_);
    for (int x = band * kBand; x < std::min((band + 1) * kBand, size_.width / 2 + 1); ++x) {
      Gather(0, x, column);
      column.Forward(column_fft_);
      for (int y = 0; y < size_.height; ++y) {
        signal_.Row(x)[2 * y] = column.at[kFftElement * y];
        signal_.Row(x)[2 * y + 1] = column.at[kFftElement * y + kFftLanes];
      }
    }
  });
}

void SparseCoder::SolveColumns(double rho) {
  const double scale = 1 / (static_cast<double>(size_.width) * size_.height);
  ParallelFor(Bands(size_.width / 2 + 1), threads_, [&](int band) {
    // Each group's column and mirrored column.
    std::vector<Line> lines;
    for (int i = 0; i < 2 * groups_; ++i) lines.emplace_back(column_fft_);
    std::vector<float*> column(static_cast<std::size_t>(groups_)), mirrored(column);
    for (int x = band * kBand; x < std::min((band + 1) * kBand, size_.width / 2 + 1); ++x) {
      const int other = x == 0 ? 0 : size_.width - x;
      for (int g = 0; g < groups_; ++g) {
        Gather(g, x, lines[2 * g]);
        lines[2 * g].Forward(column_fft_);
        column[g] = mirrored[g] = lines[2 * g].at;
        if (other == x) continue;
        Gather(g, other, lines[2 * g + 1]);
        lines[2 * g + 1].Forward(column_fft_);
        mirrored[g] = lines[2 * g + 1].at;
      }
      auif::SolveColumns(
          {column, mirrored, filters_.Row(x), power_.Row(x), signal_.Row(x), size_.height},
          static_cast<float>(rho), static_cast<float>(scale));
      for (int g = 0; g < groups_; ++g) {
        lines[2 * g].Inverse(column_fft_);
        Scatter(g, x, lines[2 * g]);
        if (other == x) continue;
        lines[2 * g + 1].Inverse(column_fft_);
        Scatter(g, other, lines[2 * g + 1]);
      }
    }
  });
}

SparseMaps SparseCoder::Code(const cv::Mat& image, const MethodProgress& progress) {
  TransformSignal(image);
  for (int g = 0; g < groups_; ++g) {
    for (int y = 0; y < size_.height; ++y) {
      std::fill_n(spectrum_[g].Row(y), kFftElement * size_.width, 0.0f);
      std::fill_n(state_[g].Row(y), kFftElement * size_.width, 0.0f);
    }
  }
  // The program that goes with the paper: its penalty, and how it is balanced.
  const double target = 1 + std::pow(18.3, std::log10(options_.lambda) + 1);
  constexpr double kRatio = 1.2, kMostScaling = 100, kRelaxation = 1.8;
  double rho = 50 * options_.lambda + 1, dual_scale = 1, threshold = options_.lambda / rho;
  const int values = kFftElement * size_.width;
  std::vector<SparseSums> sums(static_cast<std::size_t>(groups_) * size_.height);
  SparseMaps maps;
  double first = 0, done = 0;
  bool changed = true;
  while (maps.iterations < options_.iterations) {
    if (progress && !progress(done)) return {};
    SolveColumns(rho);
    // Where the penalty was kept last time it mostly is again, and the next transform can be made
    // while the row is at hand.
    const bool ahead = !changed;
    const Shrinking step{static_cast<float>(threshold), static_cast<float>(dual_scale),
                         static_cast<float>(options_.lambda / rho),
                         static_cast<float>(kRelaxation)};
    ForEachRow([&](int y, int g, Line& line) {
      float* row = spectrum_[g].Row(y);
      std::copy_n(row, values, line.at);
      line.Inverse(row_fft_);
      SparseSums& sum = sums[static_cast<std::size_t>(g) * size_.height + y] = {};
      ShrinkMaps(step, values, line.at, state_[g].Row(y), &sum);
      if (!ahead) return;
      line.Forward(row_fft_);
      std::copy_n(line.at, values, row);
    });
    ++maps.iterations;
    threshold = options_.lambda / rho;
    SparseSums all;
    for (const SparseSums& s : sums) {
      all.x += s.x, all.y += s.y, all.u += s.u, all.primal += s.primal, all.dual += s.dual;
    }
    const auto relative = [](double part, double whole) {
      return part > 0 ? std::sqrt(part / whole) : 0;
    };
    const double r = relative(all.primal, std::max(all.x, all.y)), s = relative(all.dual, all.u);
    const double worst = std::max(r, s);
    if (worst <= options_.tolerance) break;
    if (first == 0) first = worst;
    done = std::max({done, static_cast<double>(maps.iterations) / options_.iterations,
                     std::log(first / worst) / std::log(first / options_.tolerance)});
    double factor = 1;
    if (maps.iterations > 1 && maps.iterations < kAdapted) {
      double scaling = std::sqrt(r / (s * target));
      if (scaling < 1) scaling = 1 / scaling;
      scaling = std::min(scaling, kMostScaling);
      if (r > target * kRatio * s) factor = scaling;
      if (s > kRatio / target * r) factor = 1 / scaling;
    }
    changed = factor != 1;
    rho *= factor;
    dual_scale = 1 / factor;
    if (ahead && !changed) continue;
    ForEachRow([&](int y, int g, Line& line) {
      SplitMaps(static_cast<float>(threshold), static_cast<float>(dual_scale), values,
                state_[g].Row(y), line.at);
      line.Forward(row_fft_);
      std::copy_n(line.at, values, spectrum_[g].Row(y));
    });
  }
  maps.size = size_;
  maps.rows.resize(static_cast<std::size_t>(size_.height));
  ParallelFor(size_.height, threads_, [&](int y) {
    const auto most = static_cast<float>(threshold);
    for (int x = 0; x < size_.width; ++x) {
      for (int g = 0; g < groups_; ++g) {
        const float* sum = state_[g].Row(y) + kFftElement * x;
        for (int l = 0; l < kFftElement; ++l) {
          const float value = sum[l] - std::clamp(sum[l], -most, most);
          if (value != 0) maps.rows[y].push_back({x, kFftElement * g + l, value});
        }
      }
    }
  });
  return maps;
}

cv::Mat Synthesis(const Dictionary& dictionary, const SparseMaps& maps, int threads) {
  const Size size = maps.size;
  cv::Mat sum(size.height, size.width, CV_64F, cv::Scalar(0));
  ParallelFor(size.height, threads, [&](int y) {
    double* to = sum.ptr<double>(y);
    for (int i = 0; i < dictionary.height; ++i) {
      const int from = ((y - i) % size.height + size.height) % size.height;
      for (const SparseMaps::Entry& e : maps.rows[static_cast<std::size_t>(from)]) {
        const float* taps =
            &dictionary.filters[(static_cast<std::size_t>(e.map) * dictionary.height + i) *
                                dictionary.width];
        for (int j = 0, x = e.x; j < dictionary.width; ++j) {
          to[x] += double{e.value} * taps[j];
          if (++x == size.width) x = 0;
        }
      }
    }
  });
  return sum;
}

}  // namespace auif

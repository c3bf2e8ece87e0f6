#include "methods/sparse_coding.h"

#include <algorithm>
#include <atomic>
#include <cmath>
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

SparseCoder::SparseCoder(const Dictionary& dictionary, Size size, const CodingOptions& options,
                         int threads)
    : size_(size),
      options_(options),
      threads_(threads),
      groups_((dictionary.count + kFftElement - 1) / kFftElement),
      row_fft_(size.width),
      column_fft_(size.height),
      workspaces_(static_cast<std::size_t>(ThreadCount(threads))),
      filters_(2 * kFftElement * groups_ * size.height, size.width / 2 + 1),
      power_(size.height, size.width / 2 + 1),
      signal_(2 * size.height, size.width / 2 + 1) {
  // A column's elements an odd number of elements apart: they do not compete for a cache's sets.
  for (int g = 0; g < groups_; ++g) {
    spectrum_.emplace_back(kFftElement * (size.width | 1), size.height);
    state_.emplace_back(kFftElement * (size.width | 1), size.height);
  }
  // Patterns larger than the image are wrapped around it.
  Transform(
      [&](int y, int group, float* row) {
        for (int i = y; i < dictionary.height; i += size.height) {
          for (int m = kFftElement * group;
               m < std::min(dictionary.count, kFftElement * (group + 1)); ++m) {
            const float* taps =
                &dictionary.filters[(static_cast<std::size_t>(m) * dictionary.height + i) *
                                    dictionary.width];
            for (int j = 0; j < dictionary.width; ++j) {
              row[kFftElement * (j % size.width) + m % kFftElement] += taps[j];
            }
          }
        }
      },
      [&](int kx, int ky, int map, float re, float im) {
        float* to = filters_.Row(kx) +
                    static_cast<std::ptrdiff_t>(2) * kFftElement *
                        (static_cast<std::ptrdiff_t>(groups_) * ky + map / kFftElement) +
                    map % kFftElement;
        to[0] = re;
        to[kFftElement] = im;
        power_.Row(kx)[ky] += re * re + im * im;
      });
}

template <typename F>
void SparseCoder::InParallel(int count, const F& f) {
  std::atomic<int> next = 0;
  ParallelFor(static_cast<int>(workspaces_.size()), threads_, [&](int slot) {
    Workspace& workspace = workspaces_[static_cast<std::size_t>(slot)];
    if (workspace.lines.empty()) {
      const auto space = static_cast<int>(std::max(row_fft_.space(), column_fft_.space()));
      for (int i = 0; i < 2 * groups_ + 2; ++i) workspace.lines.emplace_back(space, 1);
      workspace.a = workspace.lines[2 * groups_].Row(0);
      workspace.b = workspace.lines[2 * groups_ + 1].Row(0);
    }
    for (int i = next++; i < count; i = next++) f(i, workspace);
  });
}

template <typename F>
void SparseCoder::ForEachRow(const F& f) {
  InParallel(groups_ * size_.height, [&](int i, Workspace& workspace) {
    f(i % size_.height, i / size_.height, workspace);
  });
}

template <typename F>
void SparseCoder::ForEachColumnPair(const F& f) {
  InParallel(size_.width / 2 + 1, [&](int x, Workspace& workspace) {
    const int other = x == 0 ? 0 : size_.width - x;
    std::vector<float*> columns, mirrored;
    for (int g = 0; g < groups_; ++g) {
      float* line = workspace.lines[2 * g].Row(0);
      column_fft_.Forward(Column(g, x), {line}, workspace.a, workspace.b);
      columns.push_back(line);
      if (other != x) {
        line = workspace.lines[2 * g + 1].Row(0);
        column_fft_.Forward(Column(g, other), {line}, workspace.a, workspace.b);
      }
      mirrored.push_back(line);
    }
    f(x, columns, mirrored, workspace);
  });
}

template <typename Fill, typename Take>
void SparseCoder::Transform(const Fill& fill, const Take& take) {
  ForEachRow([&](int y, int g, Workspace& w) {
    float* line = w.lines[0].Row(0);
    std::fill_n(line, kFftElement * size_.width, 0.0f);
    fill(y, g, line);
    row_fft_.Forward({line}, {spectrum_[g].Row(y)}, w.a, w.b);
  });
  ForEachColumnPair([&](int x, const std::vector<float*>& columns,
                        const std::vector<float*>& mirrored, Workspace&) {
    for (int y = 0; y < size_.height; ++y) {
      for (int g = 0; g < groups_; ++g) {
        const float* at = columns[g] + std::ptrdiff_t{kFftElement} * y;
        const float* other =
            mirrored[g] + std::ptrdiff_t{kFftElement} * (y == 0 ? 0 : size_.height - y);
        for (int l = 0; l < kFftLanes; ++l) {
          const int i = l + kFftLanes, map = kFftElement * g + l;
          take(x, y, map, (at[l] + other[l]) / 2, (at[i] - other[i]) / 2);
          take(x, y, map + kFftLanes, (at[i] + other[i]) / 2, (other[l] - at[l]) / 2);
        }
      }
    }
  });
}

SparseMaps SparseCoder::Code(const cv::Mat& image, const MethodProgress& progress) {
  Transform(
      [&](int y, int group, float* row) {
        if (group != 0) return;
        for (int x = 0; x < size_.width; ++x) {
          row[kFftElement * x] = static_cast<float>(image.ptr<double>(y)[x]);
        }
      },
      [&](int kx, int ky, int map, float re, float im) {
        if (map != 0) return;
        signal_.Row(kx)[2 * ky] = re;
        signal_.Row(kx)[2 * ky + 1] = im;
      });
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
  const auto scale = static_cast<float>(1 / (static_cast<double>(size_.width) * size_.height));
  std::vector<SparseSums> sums(static_cast<std::size_t>(groups_) * size_.height);
  SparseMaps maps;
  double first = 0, done = 0;
  bool changed = true;
  while (maps.iterations < options_.iterations) {
    if (progress && !progress(done)) return {};
    ForEachColumnPair([&](int x, const std::vector<float*>& columns,
                          const std::vector<float*>& mirrored, Workspace& w) {
      SolveColumns(
          {columns, mirrored, filters_.Row(x), power_.Row(x), signal_.Row(x), size_.height},
          static_cast<float>(rho), scale);
      for (int g = 0; g < groups_; ++g) {
        column_fft_.Inverse({columns[g]}, Column(g, x), w.a, w.b);
        if (mirrored[g] == columns[g]) continue;
        column_fft_.Inverse({mirrored[g]}, Column(g, size_.width - x), w.a, w.b);
      }
    });
    // Where the penalty was kept last time it mostly is again, and the next transform can be made
    // while the row is at hand.
    const bool ahead = !changed;
    const Shrinking step{static_cast<float>(threshold), static_cast<float>(dual_scale),
                         static_cast<float>(options_.lambda / rho),
                         static_cast<float>(kRelaxation)};
    ForEachRow([&](int y, int g, Workspace& w) {
      float *row = spectrum_[g].Row(y), *line = w.lines[0].Row(0);
      row_fft_.Inverse({row}, {line}, w.a, w.b);
      SparseSums& sum = sums[static_cast<std::size_t>(g) * size_.height + y] = {};
      ShrinkMaps(step, values, line, state_[g].Row(y), &sum);
      if (ahead) row_fft_.Forward({line}, {row}, w.a, w.b);
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
    ForEachRow([&](int y, int g, Workspace& w) {
      float* line = w.lines[0].Row(0);
      SplitMaps(static_cast<float>(threshold), static_cast<float>(dual_scale), values,
                state_[g].Row(y), line);
      row_fft_.Forward({line}, {spectrum_[g].Row(y)}, w.a, w.b);
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

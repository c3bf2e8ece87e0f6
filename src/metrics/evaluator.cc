#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <exception>
#include <mutex>
#include <opencv2/imgproc.hpp>

#include "auif/error.h"
#include "auif/metrics.h"
#include "base/parallel.h"
#include "base/size.h"
#include "base/text.h"
#include "metrics/conventions.h"

namespace auif {
namespace {

using metrics::Colour;
using metrics::GreyView;
using metrics::Images;

// An image as values 0..255: one grey channel, or red, green and blue.
struct Values {
  explicit Values(const Image& image) {
    for (int c = 0; c < image.channels(); ++c) channels.push_back(image.ChannelTo255(c));
  }

  int width() const { return channels.front().width(); }
  int height() const { return channels.front().height(); }

  std::vector<Plane<double>> channels;
};

void Check(const Image& ir, const Image& vis, const Image& fused) {
  for (const Image* image : {&ir, &vis, &fused}) {
    if (image->empty()) throw Error(ErrorKind::kInput, "an image to score has no pixels");
  }
  CheckSameSize({{"infrared", ir.size()}, {"visible", vis.size()}, {"fused", fused.size()}}, {},
                "score the image as it left the fusion, with the sources it was made from");
}

// Single precision and ties to even, as OpenCV and NumPy together give it.
Plane<double> RoundedLuma(const Values& image) {
  Plane<double> out(image.width(), image.height());
  cv::Mat3f rgb(1, image.width());
  cv::Mat1f luma;
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) {
      for (int c = 0; c < 3; ++c) {
        rgb(0, x)[c] = static_cast<float>(image.channels[static_cast<std::size_t>(c)].Row(y)[x]);
      }
    }
    cv::cvtColor(rgb, luma, cv::COLOR_RGB2GRAY);
    for (int x = 0; x < image.width(); ++x) out.Row(y)[x] = std::nearbyint(luma(0, x));
  }
  return out;
}

Plane<double> MatlabGrey(const Values& image) {
  // The first row of the inverse of the YIQ matrix.
  constexpr double kRed = 0.298936021293775, kGreen = 0.587043074451121, kBlue = 0.114020904255103;
  Plane<double> out(image.width(), image.height());
  for (int y = 0; y < image.height(); ++y) {
    const double* r = image.channels[0].Row(y);
    const double* g = image.channels[1].Row(y);
    const double* b = image.channels[2].Row(y);
    for (int x = 0; x < image.width(); ++x) {
      out.Row(y)[x] = std::round(kRed * r[x] + kGreen * g[x] + kBlue * b[x]);
    }
  }
  return out;
}

Plane<double> SideBySide(const Values& image) {
  Plane<double> out(image.width() * static_cast<int>(image.channels.size()), image.height());
  for (int y = 0; y < out.height(); ++y) {
    double* to = out.Row(y);
    for (const Plane<double>& channel : image.channels) {
      to = std::copy_n(channel.Row(y), channel.width(), to);
    }
  }
  return out;
}

// The images in the forms that the columns ask for, each made once and only when asked for.
class Forms {
 public:
  Forms(const Image& ir, const Image& vis, const Image& fused)
      : images_{Values(ir), Values(vis), Values(fused)} {}

  // One set of images a channel, of which the mean counts.
  std::vector<Images> Get(Colour colour) {
    if (colour == Colour::kSideBySide) {
      if (side_by_side_.empty()) side_by_side_ = SideBySide(images_[2]);
      return {{{}, {}, side_by_side_}};
    }
    // With a grey fused image there is only one channel to compare.
    const bool each = colour == Colour::kEachChannel && images_[2].channels.size() == 3;
    const std::size_t count = each ? 3 : 1;
    std::vector<Images> out(count);
    for (std::size_t c = 0; c < count; ++c) {
      const auto channel = [&](std::size_t which) -> GreyView {
        const auto& channels = images_[which].channels;
        if (channels.size() == 1) return channels.front();
        return each ? GreyView(channels[c]) : Grey(which, colour);
      };
      out[c] = {channel(0), channel(1), channel(2)};
    }
    return out;
  }

 private:
  GreyView Grey(std::size_t which, Colour colour) {
    Plane<double>& grey = grey_[which];
    if (grey.empty()) {
      grey =
          colour == Colour::kLumaRounded ? RoundedLuma(images_[which]) : MatlabGrey(images_[which]);
    }
    return grey;
  }

  std::array<Values, 3> images_;
  std::array<Plane<double>, 3> grey_;
  Plane<double> side_by_side_;
};

// Names are compared without case, with - and _ alike.
std::string Folded(std::string_view name) {
  std::string out = Lower(name);
  std::replace(out.begin(), out.end(), '-', '_');
  return out;
}

template <typename Range>
std::vector<std::string> Names(const Range& infos) {
  std::vector<std::string> names(std::size(infos));
  std::ranges::transform(infos, names.begin(), [](const auto& info) { return info.name; });
  return names;
}

std::vector<ConventionInfo> MakeInfos() {
  std::vector<ConventionInfo> infos;
  for (const metrics::Convention& convention : metrics::ConventionTable()) {
    ConventionInfo info{std::string(convention.name),
                        std::string(convention.summary),
                        std::string(Describe(convention.colour)),
                        {},
                        convention.full_range};
    for (const metrics::Column& column : convention.columns) {
      const metrics::MetricText& text = metrics::FindMetricText(column.id);
      info.metrics.push_back({std::string(column.name), std::string(column.id),
                              std::string(text.title),
                              std::string(column.unit.empty() ? text.unit : column.unit),
                              std::string(column.range.empty() ? text.range : column.range),
                              text.direction, std::string(column.choices)});
    }
    infos.push_back(std::move(info));
  }
  return infos;
}

}  // namespace

const std::vector<ConventionInfo>& Conventions() {
  static const std::vector<ConventionInfo> infos = MakeInfos();
  return infos;
}

const ConventionInfo& FindConvention(std::string_view name) {
  for (const ConventionInfo& info : Conventions()) {
    if (info.name == Folded(name) || Folded(info.name) == Folded(name)) return info;
  }
  throw Error(ErrorKind::kUsage, "no such convention", std::string(name),
              GuessAndList(name, Names(Conventions())));
}

Evaluator::Evaluator(std::string_view convention, std::span<const std::string> metrics)
    : convention_(&FindConvention(convention)) {
  const std::vector<MetricInfo>& all = convention_->metrics;
  if (metrics.empty()) {
    for (std::size_t i = 0; i < all.size(); ++i) columns_.push_back(i);
  }
  for (const std::string& name : metrics) {
    const auto by = [&](auto member) {
      return std::find_if(all.begin(), all.end(), [&](const MetricInfo& info) {
        return Folded(info.*member) == Folded(name);
      });
    };
    auto found = by(&MetricInfo::name);
    if (found == all.end()) found = by(&MetricInfo::id);
    if (found == all.end()) {
      throw Error(ErrorKind::kUsage, "the convention " + convention_->name + " has no such metric",
                  name, GuessAndList(name, Names(all), "it has " + Joined(Names(all))));
    }
    columns_.push_back(static_cast<std::size_t>(found - all.begin()));
  }
  for (const std::size_t column : columns_) metrics_.push_back(all[column]);
}

Scores Evaluator::Score(const Image& ir, const Image& vis, const Image& fused) const {
  Check(ir, vis, fused);
  const metrics::Convention& convention =
      metrics::ConventionTable()[static_cast<std::size_t>(convention_ - Conventions().data())];
  Forms forms(ir, vis, fused);
  Scores scores;
  for (const std::size_t index : columns_) {
    const metrics::Column& column = convention.columns[index];
    const std::vector<Images> channels = forms.Get(column.colour.value_or(convention.colour));
    std::optional<double> sum = 0;
    for (const Images& images : channels) {
      const metrics::Score score = column.score(images);
      sum = sum && score ? metrics::Score(*sum + *score) : std::nullopt;
    }
    if (sum) *sum /= static_cast<double>(channels.size());
    scores.push_back(sum);
  }
  return scores;
}

std::vector<Scores> Evaluator::ScoreMany(
    std::size_t count, const std::function<FusionResult(std::size_t)>& load, int threads,
    const std::function<void(std::size_t, const Scores&)>& done) const {
  std::vector<Scores> scores(count);
  std::vector<std::exception_ptr> failures(count);
  std::atomic<std::size_t> first_failure = count;
  std::mutex reporting;
  ParallelFor(static_cast<int>(count), threads, [&](int index) {
    const auto i = static_cast<std::size_t>(index);
    // Images before a failure are still scored, so that always the same one is reported.
    if (i > first_failure) return;
    try {
      const FusionResult result = load(i);
      scores[i] = Score(result.ir, result.vis, result.fused);
      if (!done) return;
      const std::lock_guard lock(reporting);
      done(i, scores[i]);
    } catch (...) {
      failures[i] = std::current_exception();
      std::size_t before = first_failure;
      while (i < before && !first_failure.compare_exchange_weak(before, i)) {
      }
    }
  });
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
  return scores;
}

std::vector<MetricMean> MeanScores(std::span<const Scores> scores) {
  if (scores.empty()) return {};
  std::vector<MetricMean> means(scores.front().size());
  for (std::size_t m = 0; m < means.size(); ++m) {
    double sum = 0;
    for (const Scores& image : scores) {
      if (image[m]) {
        sum += *image[m];
        ++means[m].defined;
      } else {
        ++means[m].undefined;
      }
    }
    if (means[m].defined > 0) means[m].mean = sum / means[m].defined;
  }
  return means;
}

}  // namespace auif

// Any network that fuses two grey images, as an ONNX file, computed by OpenCV's dnn.
//
//   sources -> the network's size, where it has one -> its range of values -> network -> luma,
//   where its result has three channels -> [0, 1] -> the sources' size
//
// A network of any size runs on the whole image, continued by reflection to a multiple of what its
// strides need; or in tiles that overlap by as much as it looks to each side, where that is given.
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgproc.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "auif/error.h"
#include "auif/method.h"
#include "base/fingerprint.h"
#include "base/parallel.h"
#include "base/size.h"
#include "base/text.h"
#include "io/atomic_file.h"
#include "methods/dnn_network.h"
#include "methods/feature_maps.h"
#include "methods/mat.h"
#include "methods/onnx_graph.h"

namespace auif {
namespace {

// The rest of what a name of an input may consist of does not matter.
const std::vector<std::string> kInfraredWords = {"ir",   "inf", "infrared", "thermal",
                                                 "lwir", "tir", "nir"};
const std::vector<std::string> kVisibleWords = {"vis", "vi", "visible", "visual", "rgb", "eo"};

struct OnnxOptions {
  std::string file;
  std::string ir_input, vis_input, output;  // empty: found by the names or the order in the file
  std::string order = "ir-vis";             // of the channels of a single input
  std::string channels = "file";
  std::string input_range = "0-1", output_range = "input";
  std::string stretch = "no";
  int multiple = 1;
  int overlap = 0;
};

constexpr const char* kInTiles = "--method-option overlap=N computes large images in tiles";

// Values of a network for black and white.
struct ValueRange {
  float black, white;
};
ValueRange RangeOf(const std::string& name) {
  if (name == "0-255") return {0, 255};
  if (name == "-1-1") return {-1, 1};
  return {0, 1};
}

// OpenCV's log, which is the process's, says nothing while one of these lives.
class SilentLog {
 public:
  SilentLog() {
    const std::scoped_lock lock(mutex_);
    if (count_++ == 0) {
      before_ = cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    }
  }
  SilentLog(const SilentLog&) = delete;
  SilentLog& operator=(const SilentLog&) = delete;
  ~SilentLog() {
    const std::scoped_lock lock(mutex_);
    if (--count_ == 0) cv::utils::logging::setLogLevel(before_);
  }

 private:
  static inline std::mutex mutex_;
  static inline int count_ = 0;
  static inline cv::utils::logging::LogLevel before_ = cv::utils::logging::LOG_LEVEL_WARNING;
};

// Runs OpenCV's dnn; whatever it throws becomes an Error.
template <typename F>
auto Guarded(const std::string& what, const std::string& file, const std::string& hint, F&& f) {
  const SilentLog silent;
  try {
    return f();
  } catch (const Error&) {
    throw;
  } catch (const cv::Exception& error) {
    throw Error(ErrorKind::kInput, what + ": " + OneLine(error.err), file, hint);
  } catch (const std::exception& error) {
    throw Error(ErrorKind::kInput, what + ": " + OneLine(error.what()), file, hint);
  }
}

// The words of a name: runs of letters, in lower case.
bool HasWord(const std::string& name, const std::vector<std::string>& words) {
  std::string word;
  for (const char c : Lower(name) + " ") {
    if (c >= 'a' && c <= 'z') {
      word += c;
      continue;
    }
    if (std::find(words.begin(), words.end(), word) != words.end()) return true;
    word.clear();
  }
  return false;
}

std::string ShapeText(const std::vector<std::int64_t>& dims) {
  std::string text;
  for (const std::int64_t d : dims) {
    text += (text.empty() ? "" : ", ") + (d > 0 ? std::to_string(d) : "any");
  }
  return "(" + text + ")";
}

int RoundedUp(int value, int multiple) { return (value + multiple - 1) / multiple * multiple; }

// One input: which sources it gets, on how many channels.
struct Input {
  std::string name;
  std::vector<int> sources;  // 0: infrared, 1: visible; one for each channel
};

class Onnx : public FusionMethod {
 public:
  Onnx() {
    Bind("file", "The network, a file in the format of ONNX; also by --method onnx:FILE",
         &options_.file);
    Bind("ir-input", "Name of the infrared input; empty: by names, else the first",
         &options_.ir_input);
    Bind("vis-input", "Name of the visible input; empty: the other one", &options_.vis_input);
    Bind("output", "Name of the output; empty: the first", &options_.output);
    Bind("order", "Channels of a single input: ir-vis or vis-ir", &options_.order,
         {"ir-vis", "vis-ir"});
    Bind("channels", "Channels of each of two inputs: file (what it says, else 1), 1 or 3",
         &options_.channels, {"file", "1", "3"});
    Bind("input-range", "Values from black to white: 0-1, 0-255 or -1-1", &options_.input_range,
         {"0-1", "0-255", "-1-1"});
    Bind("output-range", "The same of the result: input (as there), 0-1, 0-255 or -1-1",
         &options_.output_range, {"input", "0-1", "0-255", "-1-1"});
    Bind("stretch", "Stretch the result from its darkest to its brightest pixel: yes or no",
         &options_.stretch, {"no", "yes"});
    Bind("multiple", "Continue images to a multiple of so many pixels, 1 to 1024",
         &options_.multiple, 1, 1024);
    Bind("overlap",
         "Pixels that a result depends on to each side, 1 to 1024: computes in tiles, in bounded "
         "memory and on all threads; 0: whole images",
         &options_.overlap, 0, 1024);
  }
  const MethodInfo& info() const override {
    static const MethodInfo kInfo = {
        "onnx", "any network for two grey images, by OpenCV", "", {}, 1, {}, "in its file", "file"};
    return kInfo;
  }

  void Prepare(int threads) override {
    if (options_.file.empty()) {
      throw Error(ErrorKind::kUsage, "needs a network", "onnx",
                  "--method onnx:FILE; docs/methods.md tells more");
    }
    threads_ = threads;
    bytes_ = ReadFile(options_.file, std::numeric_limits<int>::max());
    content_ = Fingerprint().Add(bytes_).Text();
    const OnnxGraph graph = ReadOnnxGraph(bytes_, options_.file);
    ChooseInputs(graph.inputs);
    ChooseOutput(graph.outputs);
    if (fixed_ != Size{0, 0} && (options_.multiple > 1 || options_.overlap > 0)) {
      throw Error(ErrorKind::kUsage,
                  "multiple and overlap are for networks of any size; this one has " + FixedText(),
                  options_.file);
    }
    // The order of dnn's sums depends on the number of its threads, which is the process's.
    if (cv::getNumThreads() != 1) cv::setNumThreads(1);
    idle_.clear();
    // What OpenCV cannot read shows at once, with images of any size.
    constexpr int kUsual = 256;
    const int usual = RoundedUp(kUsual, options_.multiple);
    idle_.push_back(
        Load({fixed_.width > 0 ? fixed_.width : usual, fixed_.height > 0 ? fixed_.height : usual}));
  }
  std::string Content() const override { return FusionMethod::Content() + " " + content_; }
  std::string Note() const override {
    if (fixed_ == Size{0, 0}) return {};
    return "the network is one for " + FixedText() +
           ": sources of another size are resized to it, and the result back";
  }

 private:
  // A network for images of one size. One call at a time.
  struct Slot {
    Size size;
    std::unique_ptr<DnnNetwork> net;
  };

  std::string FixedText() const {
    if (fixed_.width == 0) return std::to_string(fixed_.height) + " rows";
    if (fixed_.height == 0) return std::to_string(fixed_.width) + " columns";
    return ToString(fixed_);
  }

  void ChooseInputs(const std::vector<OnnxValue>& inputs) {
    inputs_.clear();
    fixed_ = {0, 0};
    if (inputs.empty() || inputs.size() > 2) {
      throw Error(ErrorKind::kInput,
                  "the network has " + std::to_string(inputs.size()) +
                      " inputs; it needs two, or one with two channels",
                  options_.file);
    }
    const auto refuse = [&](const OnnxValue& input, const std::string& needed) {
      throw Error(
          ErrorKind::kInput,
          "the input " + OneLine(input.name) + " is " + ShapeText(input.dims) + "; " + needed,
          options_.file);
    };
    int i = 0;
    for (const OnnxValue& input : inputs) {
      if (input.type != kOnnxFloat) refuse(input, "its values must be of type float");
      if (input.dims.size() != 4) refuse(input, "it needs batch, channels, height and width");
      constexpr std::int64_t kLargest = 1 << 16;
      if (input.dims[0] > 1 || input.dims[2] > kLargest || input.dims[3] > kLargest) {
        refuse(input, "it needs a batch of one and at most 65536 rows and columns");
      }
      const Size size{static_cast<int>(input.dims[3]), static_cast<int>(input.dims[2])};
      if (i > 0 && size != fixed_) refuse(input, "the inputs must have one size");
      fixed_ = size;
      if (inputs.size() == 1) {
        if (input.dims[1] != 0 && input.dims[1] != 2) {
          refuse(input, "a single input needs two channels");
        }
        const int first = options_.order == "ir-vis" ? 0 : 1;
        inputs_.push_back({input.name, {first, 1 - first}});
        break;
      }
      std::int64_t channels = input.dims[1];
      if (options_.channels != "file") {
        const int given = options_.channels[0] - '0';
        if (channels != 0 && channels != given) {
          refuse(input, "which the option channels=" + options_.channels + " contradicts");
        }
        channels = given;
      }
      if (channels == 0) channels = 1;
      if (channels != 1 && channels != 3) refuse(input, "it needs one channel or three");
      inputs_.push_back({input.name, std::vector<int>(static_cast<std::size_t>(channels), i)});
      ++i;
    }
    if (inputs.size() == 2) {
      if (InfraredInput() == 1) {
        for (Input& input : inputs_) {
          for (int& source : input.sources) source = 1 - source;
        }
      }
    } else if (!options_.ir_input.empty() || !options_.vis_input.empty()) {
      throw Error(ErrorKind::kUsage,
                  "the network has one input; ir-input and vis-input are for two", options_.file,
                  "order=ir-vis or vis-ir says which channel is which");
    }
  }

  // Which of two.
  int InfraredInput() const {
    const std::vector<std::string> names = {inputs_[0].name, inputs_[1].name};
    const auto find = [&](const std::string& option, const std::string& name) {
      const auto found = std::find(names.begin(), names.end(), name);
      if (found == names.end()) NoSuch(option, name, names);
      return static_cast<int>(found - names.begin());
    };
    const std::string &ir = options_.ir_input, &vis = options_.vis_input;
    if (!ir.empty() && ir == vis) {
      throw Error(ErrorKind::kUsage, "ir-input and vis-input are the same", options_.file);
    }
    if (!vis.empty()) find("vis-input", vis);
    if (!ir.empty()) return find("ir-input", ir);
    if (!vis.empty()) return 1 - find("vis-input", vis);
    const auto only = [&](const std::vector<std::string>& words) {
      const bool first = HasWord(names[0], words), second = HasWord(names[1], words);
      return first == second ? -1 : (first ? 0 : 1);
    };
    if (const int named = only(kInfraredWords); named >= 0) return named;
    if (const int named = only(kVisibleWords); named >= 0) return 1 - named;
    return 0;
  }

  void ChooseOutput(const std::vector<OnnxValue>& outputs) {
    std::vector<std::string> names;
    for (const OnnxValue& output : outputs) names.push_back(output.name);
    if (names.empty()) throw Error(ErrorKind::kInput, "the network has no output", options_.file);
    output_ = options_.output.empty() ? names[0] : options_.output;
    if (std::find(names.begin(), names.end(), output_) == names.end()) {
      NoSuch("output", output_, names);
    }
  }

  [[noreturn]] void NoSuch(const std::string& option, const std::string& name,
                           const std::vector<std::string>& names) const {
    std::string all;
    std::vector<std::string> shown;
    for (const std::string& one : names) {
      shown.push_back(OneLine(one));
      all += (all.empty() ? "" : ", ") + shown.back();
    }
    throw Error(ErrorKind::kUsage, "the network has no '" + name + "' for the option " + option,
                options_.file, GuessAndList(name, shown, "there is " + all));
  }

  // It counts the values of a map in an int.
  std::string HintFor(Size size) const {
    const bool large = static_cast<double>(size.width) * size.height > 1 << 20;
    return large && options_.overlap == 0 && fixed_ == Size{0, 0} ? kInTiles : "";
  }

  std::unique_ptr<Slot> Load(Size size) const {
    std::vector<OnnxValue> inputs;
    for (const Input& input : inputs_) {
      const auto channels = static_cast<std::int64_t>(input.sources.size());
      inputs.push_back({input.name, kOnnxFloat, {1, channels, size.height, size.width}});
    }
    const std::string bytes = WithInputs(bytes_, inputs);
    return Guarded("OpenCV cannot read the network", options_.file, HintFor(size), [&] {
      auto slot = std::make_unique<Slot>();
      slot->size = size;
      slot->net = ReadDnnNetwork(bytes);
      CheckMemory(*slot->net, inputs);
      return slot;
    });
  }

  // A network of dnn keeps its maps, so that each call at a time needs one of its own.
  std::unique_ptr<Slot> Take(Size size) const {
    {
      const std::scoped_lock lock(mutex_);
      const auto found = std::find_if(idle_.rbegin(), idle_.rend(),
                                      [&](const auto& slot) { return slot->size == size; });
      if (found != idle_.rend()) {
        std::unique_ptr<Slot> slot = std::move(*found);
        idle_.erase(std::next(found).base());
        return slot;
      }
      // Those of sizes that were not asked for lately give their memory back.
      const auto most = static_cast<std::size_t>(ThreadCount(threads_));
      while (idle_.size() > most) idle_.erase(idle_.begin());
    }
    return Load(size);
  }
  void Return(std::unique_ptr<Slot> slot) const {
    const std::scoped_lock lock(mutex_);
    idle_.push_back(std::move(slot));
  }

  bool FuseGrey(PlaneView<const float> ir, PlaneView<const float> vis, PlaneView<float> out,
                const MethodProgress& progress) const override {
    const Size image{out.width, out.height};
    const Size size{fixed_.width > 0 ? fixed_.width : image.width,
                    fixed_.height > 0 ? fixed_.height : image.height};
    std::array<cv::Mat, 2> sources = {AsMat(ir), AsMat(vis)};
    if (size != image) {
      for (cv::Mat& source : sources) source = Resized(source, size);
    }
    cv::Mat fused(size.height, size.width, CV_32F);
    const auto run = [&](const PixelBox& tile, int) {
      PixelBox box = tile.Grown(options_.overlap, size);
      const int m = options_.multiple;
      box = {box.x0 / m * m, box.y0 / m * m, RoundedUp(box.x1, m), RoundedUp(box.y1, m)};
      std::unique_ptr<Slot> slot = Take({box.width(), box.height()});
      Guarded("OpenCV cannot compute the network", options_.file, HintFor(size),
              [&] { Compute(*slot->net, sources, box, tile, fused); });
      Return(std::move(slot));
    };
    if (options_.overlap > 0) {
      if (!ForEachTile(size, options_.overlap, threads_, progress, run)) return false;
    } else {
      run({0, 0, size.width, size.height}, 0);
    }
    if (size != image) fused = Resized(fused, image);
    for (int y = 0; y < image.height; ++y) {
      std::copy_n(fused.ptr<float>(y), image.width, out.Row(y));
    }
    if (options_.stretch == "yes") Stretch(out);
    return true;
  }

  static cv::Mat Resized(const cv::Mat& image, Size size) {
    const bool smaller = size.width <= image.cols && size.height <= image.rows;
    cv::Mat resized;
    cv::resize(image, resized, {size.width, size.height}, 0, 0,
               smaller ? cv::INTER_AREA : cv::INTER_LINEAR);
    return resized;
  }

  // Writes a tile of the result, which depends on the sources' box.
  void Compute(DnnNetwork& net, const std::array<cv::Mat, 2>& sources, const PixelBox& box,
               const PixelBox& tile, cv::Mat& fused) const {
    std::vector<cv::Mat> blobs;
    for (const Input& input : inputs_) {
      blobs.push_back(Blob(input, sources, box));
      net.SetInput(blobs.back(), input.name);
    }
    const cv::Mat result = net.Forward(output_);
    const std::vector<int> dims(result.size.p, result.size.p + result.dims);
    // Whatever stands before height and width is channels.
    std::size_t channels = 1;
    for (int d = 0; d + 2 < result.dims; ++d) channels *= static_cast<std::size_t>(dims[d]);
    const bool fits = result.dims >= 2 && result.type() == CV_32F && result.isContinuous() &&
                      (channels == 1 || channels == 3) && dims[result.dims - 2] == box.height() &&
                      dims[result.dims - 1] == box.width();
    if (!fits) {
      throw Error(ErrorKind::kInput,
                  "the network's result is " + ShapeText({dims.begin(), dims.end()}) + " for " +
                      ToString({box.width(), box.height()}) +
                      "; it must have one channel or three, and the sources' size",
                  options_.file,
                  "--method-option output=NAME chooses another, multiple=N continues the sources");
    }
    const ValueRange range =
        RangeOf(options_.output_range == "input" ? options_.input_range : options_.output_range);
    const float scale = 1 / (range.white - range.black);
    const float* values = result.ptr<float>();
    const std::size_t plane = static_cast<std::size_t>(box.width()) * box.height();
    for (int y = tile.y0; y < tile.y1; ++y) {
      const float* from = values + static_cast<std::size_t>(y - box.y0) * box.width() - box.x0;
      float* to = fused.ptr<float>(y);
      for (int x = tile.x0; x < tile.x1; ++x) {
        const float value = channels == 1 ? from[x]
                                          : 0.299f * from[x] + 0.587f * from[x + plane] +
                                                0.114f * from[x + 2 * plane];
        to[x] = (value - range.black) * scale;
      }
    }
  }

  // The box of an input's sources; beyond the image it is reflected.
  cv::Mat Blob(const Input& input, const std::array<cv::Mat, 2>& sources,
               const PixelBox& box) const {
    const ValueRange range = RangeOf(options_.input_range);
    const int channels = static_cast<int>(input.sources.size());
    const int dims[4] = {1, channels, box.height(), box.width()};
    cv::Mat blob(4, dims, CV_32F);
    for (int c = 0; c < channels; ++c) {
      const cv::Mat& source = sources[input.sources[static_cast<std::size_t>(c)]];
      float* to = blob.ptr<float>(0, c);
      for (int y = box.y0; y < box.y1; ++y) {
        const float* from =
            source.ptr<float>(cv::borderInterpolate(y, source.rows, cv::BORDER_REFLECT_101));
        for (int x = box.x0; x < box.x1; ++x) {
          const int at =
              x < source.cols ? x : cv::borderInterpolate(x, source.cols, cv::BORDER_REFLECT_101);
          *to++ = range.black + from[at] * (range.white - range.black);
        }
      }
    }
    return blob;
  }

  // Before dnn allocates them: maps that it cannot count or this machine cannot hold.
  void CheckMemory(const DnnNetwork& net, const std::vector<OnnxValue>& inputs) const {
    std::vector<DnnNetwork::Shape> shapes;
    for (const OnnxValue& input : inputs) shapes.emplace_back(input.dims.begin(), input.dims.end());
    double largest = 0;  // values of a map
    double most = 0;     // values that go into a layer and come out of it
    for (const std::vector<DnnNetwork::Shape>& maps : net.LayerMaps(shapes)) {
      double all = 0;
      for (const DnnNetwork::Shape& map : maps) {
        double values = 1;
        for (const int d : map) values *= d;
        largest = std::max(largest, values);
        all += values;
      }
      most = std::max(most, all);
    }
    const double memory =
        static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
    const double bytes = sizeof(float) * most;
    if (largest > std::numeric_limits<int>::max() || bytes > memory) {
      throw Error(ErrorKind::kInput,
                  "a layer of the network needs " +
                      std::to_string(static_cast<std::int64_t>(std::ceil(bytes / 0x1p30))) +
                      " GiB for inputs of " + ShapeText(inputs[0].dims),
                  options_.file, kInTiles);
    }
  }

  OnnxOptions options_;
  int threads_ = 1;
  std::string bytes_, content_;
  std::vector<Input> inputs_;  // in the file's order
  std::string output_;
  Size fixed_;  // of the network's images; 0: any
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Slot>> idle_;
};

}  // namespace

std::unique_ptr<FusionMethod> MakeOnnx() { return std::make_unique<Onnx>(); }

}  // namespace auif

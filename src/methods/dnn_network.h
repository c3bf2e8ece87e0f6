// A network that OpenCV's dnn runs, which is loaded when the first one is read.
#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

namespace auif {

// One call at a time: it keeps its maps. All but the destructor may throw cv::Exception.
class DnnNetwork {
 public:
  using Shape = std::vector<int>;

  DnnNetwork() = default;
  DnnNetwork(const DnnNetwork&) = delete;
  DnnNetwork& operator=(const DnnNetwork&) = delete;
  virtual ~DnnNetwork() = default;

  virtual void SetInput(const cv::Mat& blob, const std::string& name) = 0;
  virtual cv::Mat Forward(const std::string& output) = 0;
  // What goes into each layer and comes out of it, for inputs of these shapes.
  virtual std::vector<std::vector<Shape>> LayerMaps(const std::vector<Shape>& inputs) const = 0;
};

// From the bytes of an ONNX file. Throws Error (kInput) where dnn cannot be loaded, and what OpenCV
// throws.
std::unique_ptr<DnnNetwork> ReadDnnNetwork(const std::string& onnx);

}  // namespace auif

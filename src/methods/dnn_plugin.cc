#include <opencv2/dnn.hpp>

#include "auif/export.h"
#include "methods/dnn_network.h"

namespace auif {
namespace {

class OpenCvNetwork : public DnnNetwork {
 public:
  explicit OpenCvNetwork(const std::string& onnx)
      : net_(cv::dnn::readNetFromONNX(onnx.data(), onnx.size())) {
    net_.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
    net_.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
  }
  void SetInput(const cv::Mat& blob, const std::string& name) override {
    net_.setInput(blob, name);
  }
  cv::Mat Forward(const std::string& output) override { return net_.forward(output); }
  std::vector<std::vector<Shape>> LayerMaps(const std::vector<Shape>& inputs) const override {
    std::vector<int> ids;
    std::vector<std::vector<Shape>> in, out;
    net_.getLayersShapes(inputs, ids, in, out);
    for (std::size_t i = 0; i < in.size(); ++i) {
      in[i].insert(in[i].end(), out[i].begin(), out[i].end());
    }
    return in;
  }

 private:
  cv::dnn::Net net_;
};

}  // namespace
}  // namespace auif

extern "C" AUIF_API auif::DnnNetwork* auif_read_dnn_network(const std::string* onnx);
auif::DnnNetwork* auif_read_dnn_network(const std::string* onnx) {
  return new auif::OpenCvNetwork(*onnx);
}

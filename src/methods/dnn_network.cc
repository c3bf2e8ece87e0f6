#include "methods/dnn_network.h"

#include "io/plugin.h"

namespace auif {

std::unique_ptr<DnnNetwork> ReadDnnNetwork(const std::string& onnx) {
  using Read = DnnNetwork*(const std::string*);
  static auto* const read = PluginFunction<Read>("dnn", "auif_read_dnn_network");
  return std::unique_ptr<DnnNetwork>(read(&onnx));
}

}  // namespace auif

#include "experiments/stored_as.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <system_error>
#include <utility>

#include "auif/image.h"
#include "auif/io.h"
#include "io/codecs/codec.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

class Stored : public FusionMethod {
 public:
  Stored(std::shared_ptr<const FusionMethod> method, int quality, fs::path folder)
      : method_(std::move(method)), quality_(quality), folder_(std::move(folder)) {}
  const MethodInfo& info() const override { return method_->info(); }
  std::string Content() const override {
    return method_->Content() + " as JPEG " + std::to_string(quality_);
  }

 private:
  bool FuseGrey(PlaneView<const float> ir, PlaneView<const float> vis, PlaneView<float> out,
                const MethodProgress& progress) const override {
    Plane<float> fused = method_->Fuse(ir, vis, progress);
    if (fused.height() == 0) return false;
    const Image image = Image(std::move(fused)).As(SampleType::kUint8);
    static std::atomic<unsigned> count = 0;
    const fs::path path =
        folder_ / (("stored-" + std::to_string(getpid()) + "-" + std::to_string(count++) + ".jpg"));
    const auto writer = CreateJpeg(path, {image.width(), image.height()}, quality_);
    for (int y = 0; y < image.height(); ++y) writer->WriteRow(image.View<std::uint8_t>().Row(y));
    writer->Finish();
    const Plane<float> read = ReadImage(path).Grey();
    std::error_code ignored;
    fs::remove(path, ignored);
    for (int y = 0; y < out.height; ++y) std::copy_n(read.Row(y), out.width, out.Row(y));
    return true;
  }

  std::shared_ptr<const FusionMethod> method_;
  int quality_;
  fs::path folder_;
};

}  // namespace

std::shared_ptr<const FusionMethod> StoredAsJpeg(std::shared_ptr<const FusionMethod> method,
                                                 int quality, fs::path folder) {
  return std::make_shared<Stored>(std::move(method), quality, std::move(folder));
}

}  // namespace auif

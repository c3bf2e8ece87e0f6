// Ways to fuse a pair, by name: AUIF and the methods that it is compared with.
//
//   const auto method = auif::OpenMethod("laplacian", {{"levels", "6"}});
//   const auif::Plane<float> fused = method->Fuse(ir, vis);
//   const auto network = auif::OpenMethod("onnx:network.onnx");
//
// A method fuses grey planes. What is done with colour, with bit depths and with files is the same
// for all methods and lies outside of them. docs/adding-a-method.md tells how to write one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "auif/error.h"
#include "auif/export.h"
#include "auif/plane.h"
#include "auif/sample_view.h"

namespace auif {

struct MethodInfo {
  std::string name;   // as it is given on the command line: "laplacian"
  std::string title;  // "Laplacian pyramid"
  std::string paper;  // authors, title, where and when it appeared; empty for common knowledge
  std::vector<std::string> aliases = {};  // other names
  int min_size = 1;                       // pixels, of the shorter side
  // Maps of a source that it computes on its way and can show, such as its base layer.
  std::vector<std::string> maps = {};
  // Where the weights come from that it needs; empty: it needs none.
  std::string weights = {};
  // The option that may also be given with the name, NAME:VALUE; empty: none. "file" of
  // "onnx:FILE".
  std::string argument = {};
};

// One option of a method as help texts and messages show it.
struct MethodOption {
  std::string name;
  std::string help;   // one line with the unit and what is allowed
  std::string value;  // as text; the default until it is set
};

// Called now and then with the share of the work that is done, 0 to 1. Returns false to stop.
using MethodProgress = std::function<bool(double done)>;

// Gets rows of the result in order, y the first of them; values in [0, 1], valid until it returns.
using RowSink = std::function<void(int y, PlaneView<const float> rows)>;

// A pair on its way through a method by rows. One thread at a time.
class AUIF_API RowFusion {
 public:
  RowFusion() = default;
  RowFusion(const RowFusion&) = delete;
  RowFusion& operator=(const RowFusion&) = delete;
  virtual ~RowFusion() = default;

  // Row y of the result is given at the latest with source row y + Delay(), or with the last one.
  virtual int Delay() const = 0;
  // How many rows it likes to get at a time.
  virtual int Chunk() const = 0;
  // Of a method that surveys(): all rows of both sources in order, before the first Push of an
  // image. Without it an image is fused by what the images before it were like: so it is with the
  // frames of a video.
  virtual void Survey(PlaneView<const float> /*ir*/, PlaneView<const float> /*vis*/) {}
  // The next rows of both sources: views of one size, as wide as the images.
  virtual void Push(PlaneView<const float> ir, PlaneView<const float> vis) = 0;
};

// A method with its options. OpenMethod makes one that is ready; its const methods may then be
// called from several threads at once. The same input gives the same bits for any number of
// threads.
class AUIF_API FusionMethod {
 public:
  FusionMethod() = default;
  FusionMethod(const FusionMethod&) = delete;
  FusionMethod& operator=(const FusionMethod&) = delete;
  virtual ~FusionMethod() = default;

  virtual const MethodInfo& info() const = 0;
  std::vector<MethodOption> Options() const;
  // Throws Error (kUsage) for an option that the method does not have or a value that it does not
  // allow. Before Prepare.
  void Set(const std::string& option, const std::string& value);
  // Checks the options together and reads weights. threads: for one pair; 0: as many as the machine
  // has. Throws Error: kUsage for options that do not fit, kInput for weights that are missing or
  // broken.
  virtual void Prepare(int threads);
  // Stands for all that makes the result besides the sources: name, options, contents of weights.
  virtual std::string Content() const;
  // How many numbers of it were learned; 0: none. After Prepare.
  virtual std::int64_t Parameters() const { return 0; }
  // What people should know of its results, one line; empty: nothing. After Prepare.
  virtual std::string Note() const;

  // Throws Error (kInput) for an image that is too small. `where`: its name in the message.
  void CheckSize(Size size, const std::string& where = {}) const;
  // ir, vis: grey, in [0, 1], of one size. Throws Error (kInput) where sizes differ or are below
  // info().min_size. The result is in [0, 1]; an empty plane where `progress` stopped it.
  Plane<float> Fuse(PlaneView<const float> ir, PlaneView<const float> vis,
                    const MethodProgress& progress = {}) const;
  // The same for pixels of any type, where the method has a way that does not go through float
  // planes; the bits are those of Fuse, converted. Returns false where it has none.
  virtual bool FuseSamples(const SourceView& ir, const SourceView& vis,
                           const ResultView& out) const;
  // Fuses by rows in memory that does not grow with the height: the same bits as Fuse, where rows
  // are surveyed if the method wants that. Null where the method needs whole images.
  virtual std::unique_ptr<RowFusion> Rows(Size size, RowSink sink) const;
  // Whether it has Rows.
  virtual bool by_rows() const { return false; }
  // Whether what it does to a pixel depends on the whole images' brightness: see RowFusion::Survey.
  virtual bool surveys() const { return false; }
  // The maps of one source, in the order of info().maps.
  virtual std::vector<Plane<float>> Maps(PlaneView<const float> source) const;

 protected:
  // For constructors: binds an option to a field, whose value there is the default. Values outside
  // [least, most] are refused.
  void Bind(const std::string& name, const std::string& help, int* field, int least, int most);
  void Bind(const std::string& name, const std::string& help, double* field, double least,
            double most);
  // Any text; one of `choices`, which are in lower case, where there are some; ignoring case.
  void Bind(const std::string& name, const std::string& help, std::string* field,
            std::vector<std::string> choices = {});

 private:
  // The sources are checked; `out` has their size. Values outside [0, 1] are clamped afterwards.
  // Returns false where `progress`, which may be empty, said stop.
  virtual bool FuseGrey(PlaneView<const float> ir, PlaneView<const float> vis, PlaneView<float> out,
                        const MethodProgress& progress) const = 0;

  struct Option {
    std::string name, help;
    std::function<std::string()> text;
    std::function<bool(const std::string&)> set;  // false: not allowed
    std::vector<std::string> choices;
  };
  std::vector<Option> options_;
};

// All methods, in the order in which help lists them. Not prepared.
AUIF_API std::vector<std::unique_ptr<FusionMethod>> Methods();

using MethodSettings = std::vector<std::pair<std::string, std::string>>;  // option, value

// A method that is not prepared yet. `name` may have the method's argument behind a colon. Throws
// Error (kUsage) for an unknown name or option.
AUIF_API std::unique_ptr<FusionMethod> FindMethod(const std::string& name,
                                                  const MethodSettings& settings = {});
// A method ready to fuse. Throws Error: kUsage for an unknown name or option, and what Prepare
// throws.
AUIF_API std::unique_ptr<FusionMethod> OpenMethod(const std::string& name,
                                                  const MethodSettings& settings = {},
                                                  int threads = 0);

}  // namespace auif

// Fusing an infrared and a visible image of the same scene.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>

#include "auif/fuse_options.h"
#include "auif/model.h"
#include "auif/plane.h"

namespace auif {

// The layers of one source (paper Fig. 4), each of the image's size.
struct Decomposition {
  Plane<float> base_initial, detail_initial;  // B0, D0
  Plane<float> base, detail;                  // BN, DN
};

// Fuses with one model and one set of options; prepare it once, use it for many images.
// Images are grey, in [0, 1], at least kMinSize in both directions and both of one size; else
// Error (kInput). The result is in (0, 1). The same input gives the same bits for any number of
// threads. All methods are const and may be called from several threads at once.
class Fuser {
 public:
  Fuser(const Model& model, const FuseOptions& options = {});
  ~Fuser();
  Fuser(Fuser&&) noexcept;
  Fuser& operator=(Fuser&&) noexcept;

  Plane<float> Fuse(PlaneView<const float> ir, PlaneView<const float> vis) const;
  // The same into a plane of the caller's, which must have the sources' size and none of their
  // memory.
  void Fuse(PlaneView<const float> ir, PlaneView<const float> vis, PlaneView<float> out) const;
  Decomposition Decompose(PlaneView<const float> source) const;

 private:
  friend class FuseStream;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Fuses images whose rows come one by one: from a camera, or from a file that is larger than the
// memory. The rows are the same bits as Fuser's for any number of threads, which share the width:
// up to one per 128 columns (with ten layers). The memory grows with the width alone.
//
// The rows of the result come in order, several at a time: row y at the latest from the Push of
// source row y + Delay(), or of the last one. After the last row the next Push begins the next
// image of the same size. One thread at a time may use a stream.
class FuseStream {
 public:
  // Gets row y of the result; the `width` values in (0, 1) are valid until it returns. It is called
  // by the thread that calls Push, and must not call Push itself.
  using Sink = std::function<void(int y, const float* row)>;

  // Takes the model and the options from `fuser`, which need not live on. Throws Error: kInput
  // where the images are smaller than kMinSize or the memory is not available, kUsage where `sink`
  // is empty.
  FuseStream(const Fuser& fuser, int width, int height, Sink sink);
  ~FuseStream();
  FuseStream(FuseStream&&) noexcept;
  FuseStream& operator=(FuseStream&&) noexcept;

  // In rows: 2 N for the layers, 9 for the initial filters, 1 for the decoder, 1 more with
  // Strategy::kL1, and Chunk() - 1.
  int Delay() const;
  // Rows that are computed at a time: 32, in images of more than 4096 columns 128.
  int Chunk() const;
  // The next row of both sources: `width` values in [0, 1] (others are clamped, NaN becomes 0).
  // What the sink throws is passed on; the image is then given up as by Restart.
  void Push(const float* ir, const float* vis);
  // Gives up the image: the next Push is the first row of the next one.
  void Restart();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace auif

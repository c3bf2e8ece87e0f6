// Fusing an infrared and a visible image of the same scene.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "auif/export.h"
#include "auif/fuse_options.h"
#include "auif/model.h"
#include "auif/plane.h"
#include "auif/sample_view.h"

namespace auif {

// The layers of one source (paper Fig. 4), each of the image's size.
struct Decomposition {
  Plane<float> base_initial, detail_initial;  // B0, D0
  Plane<float> base, detail;                  // BN, DN
};

// Fuses with one model and one set of options; prepare it once, use it for many images.
//
// Sources are grey, at least kMinSize in both directions and both of one size; else Error (kInput).
// Their pixels are float in [0, 1] (others are clamped, NaN becomes 0), or 8- or 16-bit integers;
// the two sources and the result may be of different types. Integers give the bits that converting
// the sources to float and the result from float would (value / 255, and to the nearest integer,
// halves up), with a quarter or half of the memory's traffic.
//
// What only a mistake can bring about throws Error (kUsage) with "ir", "vis" or "out" as its place:
// no data, rows that overlap, a result of another size or in a source's memory, and a float image
// whose values are evidently not in [0, 1].
//
// The same input gives the same bits for any number of threads. All methods are const and may be
// called from several threads at once.
class AUIF_API Fuser {
 public:
  Fuser(const Model& model, const FuseOptions& options = {});
  ~Fuser();
  Fuser(Fuser&&) noexcept;
  Fuser& operator=(Fuser&&) noexcept;

  // T: float for a result in (0, 1), std::uint8_t or std::uint16_t.
  template <Sample T = float>
  Plane<T> Fuse(const SourceView& ir, const SourceView& vis) const {
    CheckSources(ir, vis);
    Plane<T> out(ir.size());
    Fuse(ir, vis, out.View());
    return out;
  }
  // The same into an image of the caller's, which must have the sources' size and none of their
  // memory.
  void Fuse(const SourceView& ir, const SourceView& vis, const ResultView& out) const;
  Decomposition Decompose(const SourceView& source) const;

 private:
  friend class FuseStream;
  struct Impl;

  static void CheckSources(const SourceView& ir, const SourceView& vis);

  std::unique_ptr<Impl> impl_;
};

// Fuses images whose rows come in order: from a camera, or from a file that is larger than the
// memory. The rows are the same bits as Fuser's for any number of threads, which share the two
// sources and the width: two threads for every 128 columns (with ten layers) are of use. The memory
// grows with the width alone.
//
// The rows of the result come in order, several at a time: row y at the latest from the Push of
// source row y + Delay(), or of the last one. After the last row the next Push begins the next
// image of the same size. One thread at a time may use a stream.
class AUIF_API FuseStream {
 public:
  // Gets the next rows of the result, y and on, of pixels of type T. They are valid until its next
  // call, Push or Restart. It is called by the thread that calls Push, and must not call Push
  // itself.
  template <Sample T>
  using Sink = std::function<void(int y, PlaneView<const T> rows)>;

  // Takes the model and the options from `fuser`, which need not live on. The sink's pixel type is
  // the result's. Throws Error: kInput where the images are smaller than kMinSize or the memory is
  // not available, kUsage where `sink` is empty.
  FuseStream(const Fuser& fuser, int width, int height, Sink<float> sink);
  FuseStream(const Fuser& fuser, int width, int height, Sink<std::uint8_t> sink);
  FuseStream(const Fuser& fuser, int width, int height, Sink<std::uint16_t> sink);
  ~FuseStream();
  FuseStream(FuseStream&&) noexcept;
  FuseStream& operator=(FuseStream&&) noexcept;

  // In rows: 2 N for the layers, 9 for the initial filters, 1 for the decoder, 1 more with
  // Strategy::kL1, and Chunk() - 1.
  int Delay() const;
  // Rows that are computed at a time: 32, in images of more than 4096 columns 128. As many in one
  // Push are computed where they lie; fewer are copied.
  int Chunk() const;
  // The next rows of both sources, as many of one as of the other and no more than the image has
  // left. Pixels, types and errors as for Fuser. What the sink throws is passed on; after any
  // exception the image is given up as by Restart.
  void Push(const SourceView& ir, const SourceView& vis);
  // Gives up the image: the next Push has the first rows of the next one.
  void Restart();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace auif

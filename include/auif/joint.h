// Fusing an infrared and a visible image by joint unrolling (auif/joint_model.h).
#pragma once

#include <functional>
#include <memory>

#include "auif/export.h"
#include "auif/joint_model.h"
#include "auif/plane.h"
#include "auif/sample_view.h"

namespace auif {

struct JointOptions {
  int threads = 0;  // 0: as many as the machine has; the bits are the same for any number
};

// Fuses with one joint model; prepare it once, use it for many images. Sources, results, their
// types and the errors are as for Fuser (auif/fuse.h).
//
// The same input gives the same bits for any number of threads. All methods are const and may be
// called from several threads at once.
class AUIF_API JointFuser {
 public:
  explicit JointFuser(const JointModel& model, const JointOptions& options = {});
  ~JointFuser();
  JointFuser(JointFuser&&) noexcept;
  JointFuser& operator=(JointFuser&&) noexcept;

  // T: float for a result in [0, 1], std::uint8_t or std::uint16_t.
  template <Sample T = float>
  Plane<T> Fuse(const SourceView& ir, const SourceView& vis) const {
    Plane<T> out(ir.size());
    Fuse(ir, vis, out.View());
    return out;
  }
  // The same into an image of the caller's, which must have the sources' size and none of their
  // memory.
  void Fuse(const SourceView& ir, const SourceView& vis, const ResultView& out) const;

 private:
  friend class JointStream;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Fuses images whose rows come in order, in memory that grows with the width alone.
//
// The tone curve depends on all of a pair's levels. Where all rows were shown to Survey before the
// first Push of an image, the rows are the bits of JointFuser. Else, as with the frames of a video,
// the curve is that of the images before, the last of which counts for a quarter; of the first
// image it is the identity, cut to [0, 1].
class AUIF_API JointStream {
 public:
  // Gets the next rows of the result, y and on, levels in [0, 1]. They are valid until its next
  // call or the next Push.
  using Sink = std::function<void(int y, PlaneView<const float> rows)>;

  // Takes the model and the options from `fuser`, which need not live on. Throws Error as
  // FuseStream.
  JointStream(const JointFuser& fuser, int width, int height, Sink sink);
  ~JointStream();

  // Row y of the result is given at the latest with source row y + Delay(), or with the last one.
  int Delay() const;
  int Chunk() const;  // rows that it likes to get at a time
  // The next rows of both sources, before the first Push of an image. What the sink throws is
  // passed on by Push; after any exception the image is given up.
  void Survey(PlaneView<const float> ir, PlaneView<const float> vis);
  void Push(PlaneView<const float> ir, PlaneView<const float> vis);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace auif

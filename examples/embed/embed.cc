// Fusing two images in memory with the built-in model, from another project:
//   cmake -S . -B build && cmake --build build && build/embed
#include <auif/error.h>
#include <auif/fuse.h>
#include <auif/model.h>
#include <auif/version.h>

#include <cstdio>

int main() {
  try {
    // Any float buffer will do: PlaneView{data, width, height, stride}. Here: a warm spot, stripes.
    auif::Plane<float> ir(64, 48), vis(64, 48);
    for (int y = 0; y < 48; ++y) {
      for (int x = 0; x < 64; ++x) {
        ir.Row(y)[x] = x > 40 && x < 50 && y > 10 && y < 30 ? 0.9f : 0.2f;
        vis.Row(y)[x] = x / 4 % 2 == 0 ? 0.3f : 0.6f;
      }
    }

    // Prepare once, use for every frame.
    const auif::Fuser fuser(auif::DefaultModel());
    const auif::Plane<float> fused = fuser.Fuse(ir, vis);

    // Or row by row, as they come: the same bits, stream.Delay() rows later.
    int rows = 0;
    auif::FuseStream stream(fuser, 64, 48,
                            [&](int, auif::PlaneView<const float> some) { rows += some.height; });
    for (int y = 0; y < 48; ++y) stream.Push({ir.Row(y), 64, 1, 64}, {vis.Row(y), 64, 1, 64});

    std::printf("fused %dx%d pixels and %d rows with auif %s\n", fused.width(), fused.height(),
                rows, auif::Version());
  } catch (const auif::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}

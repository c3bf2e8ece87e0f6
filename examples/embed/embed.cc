// Fusing two pictures in memory with the built-in model, from another project:
//   cmake -S . -B build && cmake --build build && build/embed
#include <auif/error.h>
#include <auif/fuse.h>
#include <auif/model_io.h>
#include <auif/scene.h>
#include <auif/version.h>

#include <cstdio>

int main() {
  try {
    auif::SceneOptions options;
    options.width = 64;
    options.height = 48;
    const auif::Scene scene = auif::RenderScene(options);

    // Prepare once, use for every frame. Any float buffer will do: PlaneView{data, w, h, stride}.
    const auif::Fuser fuser(auif::DefaultModel());
    const auif::Plane<float> fused = fuser.Fuse(scene.ir, scene.vis);

    // Or row by row, as they come: the same bits, stream.Delay() rows later.
    int rows = 0;
    auif::FuseStream stream(fuser, 64, 48, [&](int, const float*) { ++rows; });
    for (int y = 0; y < 48; ++y) stream.Push(scene.ir.Row(y), scene.vis.Row(y));

    std::printf("fused %dx%d pixels and %d rows with auif %s\n", fused.width(), fused.height(),
                rows, auif::Version());
  } catch (const auif::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}

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

    std::printf("fused %dx%d pixels with auif %s\n", fused.width(), fused.height(),
                auif::Version());
  } catch (const auif::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}

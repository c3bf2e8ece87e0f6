#include "scene/scene.h"

#include <cmath>
#include <utility>

#include "auif/error.h"
#include "base/parallel.h"
#include "scene/noise.h"
#include "scene/sensors.h"
#include "scene/world.h"

namespace auif {
namespace {

using namespace scene;
using Matrix = std::array<double, 9>;

constexpr int kLeast = 10, kMost = 16384;
constexpr double kMostSeconds = 86400;
constexpr Matrix kIdentity = {1, 0, 0, 0, 1, 0, 0, 0, 1};

Matrix Inverse(const Matrix& m) {
  const Matrix adjugate = {
      m[4] * m[8] - m[5] * m[7], m[2] * m[7] - m[1] * m[8], m[1] * m[5] - m[2] * m[4],
      m[5] * m[6] - m[3] * m[8], m[0] * m[8] - m[2] * m[6], m[2] * m[3] - m[0] * m[5],
      m[3] * m[7] - m[4] * m[6], m[1] * m[6] - m[0] * m[7], m[0] * m[4] - m[1] * m[3]};
  const double determinant = m[0] * adjugate[0] + m[1] * adjugate[3] + m[2] * adjugate[6];
  Matrix inverse;
  for (int i = 0; i < 9; ++i) inverse[i] = adjugate[i] / determinant;
  return inverse;
}

int InfraredWidth(const SceneOptions& o) { return o.ir_width == 0 ? o.width : o.ir_width; }
int InfraredHeight(const SceneOptions& o) { return o.ir_height == 0 ? o.height : o.ir_height; }

// Pixels to those of an image of 640x512, of which the image shows at least as much.
double Scale(int width, int height) { return std::min(width / 640.0, height / 512.0); }

// The ray through a point of the visible image.
class Camera {
 public:
  explicit Camera(const SceneOptions& o)
      : scale_(Scale(o.width, o.height)), cx_((o.width - 1) / 2.0), cy_((o.height - 1) / 2.0) {}
  Vec3 Ray(double x, double y) const {
    // The lens is shifted rather than the camera tilted: verticals stay vertical.
    constexpr double kFocal = 480, kHorizon = -26;  // pixels of 640x512, below the middle
    return {static_cast<float>((x - cx_) / scale_ / kFocal),
            static_cast<float>((kHorizon - (y - cy_) / scale_) / kFocal), 1};
  }

 private:
  double scale_, cx_, cy_;
};

// What covers most of a pixel.
class Votes {
 public:
  void Add(const Surface& s) {
    const int key = static_cast<int>(s.label) * 256 + s.instance;
    int i = 0;
    while (i < size_ && keys_[i] != key) ++i;
    if (i == size_) {
      keys_[size_] = key;
      counts_[size_++] = 0;
    }
    ++counts_[i];
  }
  int Winner() const {
    int best = 0;
    for (int i = 1; i < size_; ++i) {
      if (counts_[i] > counts_[best]) best = i;
    }
    return keys_[best];
  }

 private:
  std::array<int, 16> keys_{}, counts_{};
  int size_ = 0;
};

// Renders one camera's image; `to_visible` leads from its pixels to the visible camera's.
// Light is left out where `light` is null.
SceneTruth RenderView(const World& world, const Camera& camera, int width, int height,
                      const Matrix& to_visible, int threads, std::array<Plane<float>, 3>* light) {
  // Small images take more samples per pixel; they need it most and it costs them least.
  const int side = width * height < 60000 ? 4 : width * height < 200000 ? 3 : 2;
  const float share = 1 / static_cast<float>(side * side);
  SceneTruth truth{Plane<float>(width, height), Plane<std::uint8_t>(width, height),
                   Plane<std::uint8_t>(width, height)};
  if (light != nullptr) {
    for (Plane<float>& plane : *light) plane = Plane<float>(width, height);
  }
  ParallelFor(height, threads, [&](int y) {
    for (int x = 0; x < width; ++x) {
      Votes votes;
      Vec3 sum;
      float celsius = 0, nearness = 0;
      for (int i = 0; i < side * side; ++i) {
        const int row = i / side, column = i % side;
        const double px = x + (column + 0.5) / side - 0.5, py = y + (row + 0.5) / side - 0.5;
        const Matrix& m = to_visible;
        const double w = m[6] * px + m[7] * py + m[8];
        const Vec3 ray =
            camera.Ray((m[0] * px + m[1] * py + m[2]) / w, (m[3] * px + m[4] * py + m[5]) / w);
        Surface surface;
        Vec3 normal;
        const float t = Trace(world, kEye, ray, &surface, &normal);
        votes.Add(surface);
        celsius += ApparentTemperature(world, ray, t, surface);
        nearness += 1 / t;
        if (light != nullptr) {
          const float jitter = (static_cast<float>(i) + 0.5f) * share;
          sum += Radiance(world, ray, t, surface, normal, jitter);
        }
      }
      truth.temperature.Row(y)[x] = celsius * share;
      truth.labels.Row(y)[x] = static_cast<std::uint8_t>(votes.Winner() / 256);
      truth.instances.Row(y)[x] = static_cast<std::uint8_t>(votes.Winner() % 256);
      if (light != nullptr) {
        // The haze is smooth: once per pixel is enough.
        sum = sum * share + Haze(world, camera.Ray(x, y), 1 / (nearness * share));
        (*light)[0].Row(y)[x] = sum.x;
        (*light)[1].Row(y)[x] = sum.y;
        (*light)[2].Row(y)[x] = sum.z;
      }
    }
  });
  return truth;
}

}  // namespace

const char* Name(SceneLabel label) {
  constexpr const char* kNames[kSceneLabels] = {"sky",      "building", "window", "road",
                                                "pavement", "lamp",     "sign",   "plant",
                                                "thing",    "car",      "person"};
  return kNames[static_cast<int>(label)];
}

void SceneOptions::Validate() const {
  const auto check = [](bool good, const char* what, const char* where, const char* hint) {
    if (!good) throw Error(ErrorKind::kUsage, what, where, hint);
  };
  const auto size = [](int n) { return n >= kLeast && n <= kMost; };
  check(size(width) && size(height), "the scene's size is out of range", "width, height",
        "10 to 16384 pixels");
  check((ir_width == 0 || size(ir_width)) && (ir_height == 0 || size(ir_height)),
        "the thermal image's size is out of range", "ir_width, ir_height",
        "10 to 16384 pixels, or 0 for that of the visible one");
  check(time >= 0 && time <= kMostSeconds, "the time is out of range", "time",
        "0 to 86400 seconds");
  check(threads >= 0, "the number of threads is out of range", "threads", "0 for all");
  const Matrix inverse = Inverse(visible_to_infrared);
  bool finite = true;
  for (const double v : inverse) finite = finite && std::isfinite(v);
  check(finite, "the homography cannot be inverted", "visible_to_infrared", "");
  // All four corners on one side of the horizon put the whole image there.
  int before = 0, behind = 0;
  for (const double x : {-0.5, InfraredWidth(*this) - 0.5}) {
    for (const double y : {-0.5, InfraredHeight(*this) - 0.5}) {
      const double w = inverse[6] * x + inverse[7] * y + inverse[8];
      before += w > 0;
      behind += w < 0;
    }
  }
  check(before == 4 || behind == 4, "the homography's horizon crosses the infrared image",
        "visible_to_infrared", "weaken its perspective, its third row");
}

Scene RenderScene(const SceneOptions& options) {
  options.Validate();
  const World world = BuildWorld(options.seed, options.time);
  const Camera camera(options);
  const int ir_width = InfraredWidth(options), ir_height = InfraredHeight(options);

  Scene scene;
  scene.objects = world.objects;
  std::array<Plane<float>, 3> light;
  scene.vis_truth =
      RenderView(world, camera, options.width, options.height, kIdentity, options.threads, &light);
  const bool same = options.visible_to_infrared == kIdentity && ir_width == options.width &&
                    ir_height == options.height;
  scene.ir_truth = same
                       ? scene.vis_truth
                       : RenderView(world, camera, ir_width, ir_height,
                                    Inverse(options.visible_to_infrared), options.threads, nullptr);

  SensorSettings sensor;
  sensor.noise = options.noise;
  sensor.seed = world.seed;
  // A new frame for each millisecond.
  sensor.frame = Hash(world.seed + Hash(static_cast<std::uint32_t>(options.time * 1000)));
  sensor.scale = static_cast<float>(Scale(options.width, options.height));
  ExposeVisible(std::move(light), sensor, &scene);
  sensor.scale = static_cast<float>(Scale(ir_width, ir_height));
  ExposeThermal(scene.ir_truth.temperature, sensor, &scene);
  return scene;
}

}  // namespace auif

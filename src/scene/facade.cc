// The houses' walls: bricks or plaster, windows, doors, a shop.
#include <cmath>

#include "scene/noise.h"
#include "scene/world.h"

namespace auif::scene {
namespace {

constexpr float kGroundFloor = 3.5f, kFloor = 3.0f;  // heights

Vec3 BrickAlbedo(const Building& b, float u, float y, float blur_u, float blur_y) {
  constexpr float kLength = 0.42f, kHeight = 0.15f, kJoint = 0.025f;
  const float row = Floor(y / kHeight);
  const float shifted = u / kLength + (static_cast<int>(row) % 2 == 0 ? 0.0f : 0.5f);
  const float column = Floor(shifted);
  const float fu = (shifted - column) * kLength, fy = y - row * kHeight;
  const bool joint = fu < kJoint || fy < kJoint;
  const float tint =
      0.72f + 0.56f * Uniform(static_cast<int>(column), static_cast<int>(row), b.seed);
  // Bricks much smaller than a sample show their mean, or the samples would make patterns.
  const float seen = Clamp01(1.6f - blur_u / kLength) * Clamp01(1.6f - 1.2f * blur_y / kHeight);
  const Vec3 sharp = joint ? Mix(b.colour, Vec3{0.36f, 0.34f, 0.31f}, 0.6f) : b.colour * tint;
  return Mix(b.colour, sharp, seen);
}

void PaintWall(const Building& b, float u, float y, float blur_u, float blur_y, Surface* s) {
  const float stain = Clouds(u * 0.45f, y * 0.3f, 4, b.seed);
  const float streak = Clouds(u * 2.5f, y * 0.12f, 3, b.seed + 9);
  s->albedo = b.finish == Finish::kBrick ? BrickAlbedo(b, u, y, blur_u, blur_y) : b.colour;
  if (b.finish == Finish::kStone) {
    constexpr float kHeight = 0.6f, kLength = 1.2f;
    const float row = Floor(y / kHeight);
    const float shifted = u / kLength + 0.5f * (static_cast<int>(row) & 1);
    const float fu = (shifted - Floor(shifted)) * kLength, fy = y - row * kHeight;
    const float seen = Clamp01(1.6f - blur_u / 0.3f);
    const int column = FloorInt(shifted);
    const float tint = 0.85f + 0.3f * Uniform(column, static_cast<int>(row), b.seed);
    s->albedo = s->albedo * Mix(1, fu < 0.04f || fy < 0.04f ? 0.55f : tint, seen);
  }
  const float rough = b.finish == Finish::kPlaster ? 1.0f : 0.6f;
  s->albedo = s->albedo * (1 + rough * (0.7f * (stain - 0.5f) + 0.5f * (streak - 0.5f)));
  s->albedo = s->albedo * Mix(0.6f, 1, Ramp(0, 0.8f, y));  // splash dirt
  s->celsius =
      (b.finish == Finish::kBrick ? 8.8f : 8.0f) + 3.2f * (stain - 0.5f) + 1.4f * (streak - 0.5f);
  // The ends of the floor slabs lead heat out.
  const float storey =
      std::abs(y - kGroundFloor - kFloor * Floor((y - kGroundFloor) / kFloor + 0.5f));
  s->celsius += 0.9f * (1 - Ramp(0.1f, 0.35f, storey));
}

struct Opening {
  float lo_u, hi_u, lo_y, hi_y;  // metres in its cell
};

// A window with its surround; false where the point is plain wall.
bool PaintWindow(const Building& b, const Opening& o, float u, float y, int column, int floor,
                 float soft, Surface* s) {
  constexpr float kSurround = 0.13f, kFrame = 0.06f;
  const std::uint32_t hash = Hash(column, floor, b.seed + 31);
  const bool lit = Uniform(hash) < b.lit;
  const float heated = lit ? 1.0f : 0.4f;
  if (u < o.lo_u - kSurround || u > o.hi_u + kSurround || y < o.lo_y - 0.16f ||
      y > o.hi_y + kSurround) {
    // A radiator below the window, and warm air that rises from leaks above it.
    const float below = Band(o.lo_u, o.hi_u, 0.4f, u) * Band(o.lo_y - 0.8f, o.lo_y, 0.3f, y);
    const float above = Band(o.lo_u, o.hi_u, 0.3f, u) * Band(o.hi_y, o.hi_y + 0.4f, 0.3f, y);
    s->celsius += heated * (1.6f * below + 1.3f * above);
    return false;
  }
  if (u < o.lo_u || u > o.hi_u || y < o.lo_y || y > o.hi_y) {
    const bool sill = y < o.lo_y;
    s->albedo = Vec3{0.42f, 0.4f, 0.36f} * (sill ? 1.15f : 0.85f);
    s->celsius = 9.2f + heated;
    return true;
  }
  s->label = SceneLabel::kWindow;
  const float middle = (o.lo_u + o.hi_u) / 2, cross = Mix(o.lo_y, o.hi_y, 0.68f);
  const bool frame = u < o.lo_u + kFrame || u > o.hi_u - kFrame || y < o.lo_y + kFrame ||
                     y > o.hi_y - kFrame || std::abs(u - middle) < 0.035f + soft * 0.2f ||
                     std::abs(y - cross) < 0.03f;
  if (frame) {
    s->albedo = {0.3f, 0.29f, 0.27f};
    s->celsius = 9.5f + 1.5f * heated;
    return true;
  }
  s->albedo = {0.02f, 0.022f, 0.026f};
  s->mirror = 0.05f;
  s->roughness = 0.01f;
  const float fu = (u - o.lo_u) / (o.hi_u - o.lo_u), fy = (y - o.lo_y) / (o.hi_y - o.lo_y);
  // The upper part mirrors more of the cold sky.
  s->celsius = (lit ? 12.2f : 8.2f) - 2.6f * fy;
  if (!lit) return true;
  const float kind = Uniform(hash + 77);
  const Vec3 colour = kind < 0.6f    ? Vec3{1.0f, 0.68f, 0.32f}
                      : kind < 0.85f ? Vec3{1.0f, 0.82f, 0.55f}
                                     : Vec3{0.4f, 0.62f, 1.0f};
  float glow = (0.45f + 0.65f * Uniform(hash + 5)) * Mix(0.55f, 1.1f, fy);
  // Curtains at the sides, folded; in some windows a blind from above.
  const float open = 0.12f + 0.3f * Uniform(hash + 9);
  const float edge = std::min(fu, 1 - fu);
  if (edge < open) glow *= 0.5f + 0.16f * SinTurns(fu * 9 + kind);
  if (Uniform(hash + 13) < 0.3f && fy > 0.45f) glow *= 0.6f;
  s->emission = colour * glow;
  return true;
}

// The shop's ground floor: a row of panes, a door, and a name board above.
void PaintShop(const Building& b, float u, float y, float width, Surface* s) {
  const Vec3 wood = {0.035f, 0.1f, 0.095f};
  s->albedo = wood;
  s->celsius = 7.5f;
  if (y > 2.75f) {
    constexpr char kName[] = "CAFE";
    const float cell = (width * 0.36f - u) / 0.95f + 2;  // read from the street: u runs backwards
    const int i = FloorInt(cell);
    if (y < 3.4f && i >= 0 && i < 4 &&
        LetterAt(kName[i], (cell - static_cast<float>(i)) * 1.25f, (y - 2.83f) / 0.5f) > 0) {
      s->emission = {1.9f, 1.25f, 0.55f};
    }
    return;
  }
  constexpr float kPane = 2.1f;
  const float cell = Floor(u / kPane), fu = u - cell * kPane;
  const bool door = static_cast<int>(cell) == 2;
  const float low = door ? 0.12f : 0.6f;
  const bool bar = fu < 0.1f || (door && std::abs(fu - 1.1f) < 0.06f);
  if (y < low || y > 2.65f || bar || std::abs(y - 2.15f) < 0.035f) {
    if (bar) s->celsius = 9;
    return;
  }
  s->label = SceneLabel::kWindow;
  s->albedo = {0.02f, 0.02f, 0.02f};
  s->mirror = 0.05f;
  s->celsius = 11.5f - 0.8f * (y - low);
  // Inside: a bright ceiling, shelves with things on them, a counter.
  float glow = Mix(0.13f, 0.4f, Ramp(0.6f, 2.6f, y));
  Vec3 colour = {1.0f, 0.72f, 0.4f};
  const float shelf = (y - 0.75f) / 0.38f;
  const int row = FloorInt(shelf);
  if (row >= 0 && row < 3) {
    const float item = u / 0.17f;
    const std::uint32_t hash = Hash(FloorInt(item), row, b.seed);
    const float fill = shelf - Floor(shelf);
    if (fill > 0.9f) {
      glow *= 0.35f;
    } else if (fill < 0.35f + 0.4f * Uniform(hash) && Uniform(hash + 3) < 0.75f) {
      glow *= 0.8f;
      colour = {0.15f + 0.7f * Uniform(hash + 4), 0.1f + 0.4f * Uniform(hash + 5),
                0.05f + 0.3f * Uniform(hash + 6)};
    }
  }
  s->emission = colour * glow;
}

}  // namespace

Surface FacadeAt(const Building& b, Vec3 p, Vec3 normal, float blur_u, float blur_v) {
  Surface s;
  s.label = SceneLabel::kBuilding;
  const bool side = std::abs(normal.x) > 0.5f;
  const float u = side ? p.z - b.lo.z : p.x - b.lo.x;
  const float width = side ? b.hi.z - b.lo.z : b.hi.x - b.lo.x;
  const float y = p.y, top = b.hi.y;
  if (normal.y > 0.5f) {
    s.albedo = {0.08f, 0.08f, 0.09f};
    s.celsius = 1;
    return s;
  }
  PaintWall(b, u, y, blur_u, blur_v, &s);
  // The alley's walls have no windows.
  if (!side && b.hi.z < kStreetEnd) return s;

  if (y > top - 0.55f) {  // cornice
    const float tooth = u / 0.5f - Floor(u / 0.5f);
    s.albedo = Vec3{0.4f, 0.38f, 0.35f} * (y < top - 0.35f && tooth < 0.5f ? 0.45f : 0.9f);
    s.celsius = 6.5f;
    return s;
  }
  if (b.shop && y < kGroundFloor - 0.05f) {
    PaintShop(b, u, y, width, &s);
    return s;
  }
  if (y > kGroundFloor - 0.2f && y < kGroundFloor + 0.05f) {  // ledge
    s.albedo = Vec3{0.4f, 0.38f, 0.34f} * (y < kGroundFloor - 0.12f ? 0.5f : 0.9f);
    s.celsius = 8;
    return s;
  }
  const int columns = std::max(1, static_cast<int>(width / 2.5f));
  const float cell = width / static_cast<float>(columns);
  const int column = std::clamp(static_cast<int>(u / cell), 0, columns - 1);
  const float fu = u - static_cast<float>(column) * cell, c = cell / 2;
  if (y < kGroundFloor) {
    const bool door = column == columns / 2;
    if (!door) {
      PaintWindow(b, {c - 0.6f, c + 0.6f, 1.0f, 2.75f}, fu, y, column, 0, blur_u, &s);
      return s;
    }
    if (std::abs(fu - c) < 0.62f && y < 2.6f) {
      const bool frame = std::abs(fu - c) > 0.52f || y > 2.5f;
      const bool panel = std::abs(std::abs(fu - c) - 0.26f) < 0.16f &&
                         (Band(0.3f, 1.0f, 0.01f, y) > 0 || Band(1.2f, 2.0f, 0.01f, y) > 0);
      s.albedo = frame ? Vec3{0.4f, 0.38f, 0.34f} : Vec3{0.11f, 0.045f, 0.03f} * (panel ? 0.6f : 1);
      s.celsius = frame ? 9.0f : 10.5f;
      if (!frame && y > 2.15f) {
        s.label = SceneLabel::kWindow;
        s.emission = {0.7f, 0.5f, 0.25f};
        s.celsius = 11;
      }
    }
    return s;
  }
  const int floor = static_cast<int>((y - kGroundFloor) / kFloor);
  const float fy = y - kGroundFloor - static_cast<float>(floor) * kFloor;
  if (kGroundFloor + static_cast<float>(floor + 1) * kFloor > top - 0.3f) return s;
  PaintWindow(b, {c - 0.55f, c + 0.55f, 0.75f, 2.4f}, fu, fy, column, floor + 1, blur_u, &s);
  return s;
}

}  // namespace auif::scene

// Lamps, the tree, the sign, bins and people, made of capsules.
#include <cmath>

#include "scene/noise.h"
#include "scene/world.h"

namespace auif::scene {
namespace {

constexpr float kLeafSize = 0.11f;   // metres
constexpr float kLeafReach = 1.45f;  // a clump of leaves reaches this far, in its radii

Part Capsule(float ax, float ay, float bx, float by, float ra, float rb, Vec3 albedo, float celsius,
             float rim) {
  Part part;
  part.ax = ax, part.ay = ay, part.bx = bx, part.by = by, part.ra = ra, part.rb = rb;
  part.albedo = albedo, part.celsius = celsius, part.rim = rim;
  return part;
}

Part Box(float ax, float ay, float bx, float by, Vec3 albedo, float celsius) {
  Part part = Capsule(ax, ay, bx, by, 0, 0, albedo, celsius, celsius);
  part.shape = Part::Shape::kBox;
  return part;
}

struct Cover {
  bool hit = false;
  float depth = 0;       // 0 at the outline, 1 on the axis
  float nu = 0, nv = 0;  // slope of the rounded surface
};

Cover CoverOf(const Part& part, float u, float v, std::uint32_t seed) {
  if (part.shape == Part::Shape::kBox) {
    if (u < part.ax || u > part.bx || v < part.ay || v > part.by) return {};
    return {true, 1, 0, 0};
  }
  const float du = part.bx - part.ax, dv = part.by - part.ay;
  const float pu = (u - part.ax) / part.stretch, pv = v - part.ay;
  const float length = du * du + dv * dv;
  const float h = length > 0 ? Clamp01((pu * du + pv * dv) / length) : 0;
  const float ou = pu - du * h, ov = pv - dv * h;
  float radius = Mix(part.ra, part.rb, h);
  const float square = ou * ou + ov * ov, reach = kLeafReach * radius;
  if (square >= reach * reach) return {};
  if (part.shape == Part::Shape::kLeaves) {
    const float leaf = Noise(u / kLeafSize, v / kLeafSize, seed) +
                       0.6f * Noise(u / kLeafSize * 2.3f, v / kLeafSize * 2.3f, seed + 1);
    radius *= 0.25f + leaf * 0.75f;
  }
  const float q = square / (radius * radius);
  if (q >= 1) return {};
  return {true, std::sqrt(1 - q), ou / radius, ov / radius};
}

}  // namespace

void Figure::SetBounds() {
  left = bottom = 1e9f;
  right = top = -1e9f;
  for (const Part& p : parts) {
    const float r = std::max(p.ra, p.rb) * std::max(p.stretch, 1.0f) *
                    (p.shape == Part::Shape::kLeaves ? kLeafReach : 1);
    left = std::min({left, p.ax - r, p.bx - r});
    right = std::max({right, p.ax + r, p.bx + r});
    bottom = std::min({bottom, p.ay - r, p.by - r});
    top = std::max({top, p.ay + r, p.by + r});
  }
}

bool FigureAt(const Figure& figure, float u, float v, Surface* surface, Vec3* normal) {
  if (!figure.Near(u, v)) return false;
  for (std::size_t i = figure.parts.size(); i-- > 0;) {
    const Part& part = figure.parts[i];
    const Cover cover = CoverOf(part, u, v, figure.seed + static_cast<std::uint32_t>(i));
    if (!cover.hit) continue;
    surface->albedo = part.albedo;
    surface->emission = part.emission;
    surface->celsius = Mix(part.rim, part.celsius, cover.depth);
    surface->label = figure.label;
    surface->instance = figure.instance;
    Vec3 n = {cover.nu, cover.nv, -std::max(cover.depth, 0.05f)};
    if (part.shape == Part::Shape::kLeaves) {
      const float leaf = Noise(u / kLeafSize * 1.7f, v / kLeafSize * 1.7f, figure.seed);
      surface->albedo = part.albedo * (0.35f + 1.3f * leaf);
      surface->celsius += leaf - 0.5f;
      surface->back_light = 0.5f;
      n = n + Vec3{leaf - 0.5f, Noise(u * 13, v * 13, figure.seed + 7) - 0.3f, 0};
    } else if (figure.label == SceneLabel::kPerson) {
      const float fold = Noise(u * 17, v * 9, figure.seed) - 0.5f;
      surface->albedo = part.albedo * (1 + 0.4f * fold);
      surface->celsius += 1.6f * fold;
    }
    *normal = Normalised(n);
    return true;
  }
  return false;
}

Figure MakeLamp(float x, float z) {
  const float side = x < 0 ? 1.0f : -1.0f;  // the arm reaches over the road
  const Vec3 iron = {0.05f, 0.055f, 0.06f};
  const float top = kLampHead.y + 0.12f, reach = side * kLampHead.x;
  Figure lamp;
  lamp.x = x, lamp.z = z, lamp.label = SceneLabel::kLamp;
  lamp.parts = {
      Capsule(0, 0, 0, 0.9f, 0.1f, 0.085f, iron, 6.5f, 6),
      Capsule(0, 0.9f, 0, top - 0.3f, 0.06f, 0.045f, iron, 6, 5.5f),
      Capsule(0, top - 0.3f, side * 0.35f, top, 0.045f, 0.04f, iron, 6.5f, 6),
      Capsule(side * 0.35f, top, reach, top, 0.04f, 0.04f, iron, 9, 8),
      Capsule(reach - side * 0.3f, top - 0.02f, reach + side * 0.3f, top - 0.02f, 0.1f, 0.1f, iron,
              46, 34),
  };
  Part bulb = Capsule(reach - side * 0.24f, kLampHead.y, reach + side * 0.24f, kLampHead.y, 0.075f,
                      0.075f, {0.5f, 0.5f, 0.5f}, 62, 48);
  bulb.emission = {14, 9.6f, 5};
  lamp.parts.insert(lamp.parts.end() - 1, bulb);
  lamp.SetBounds();
  return lamp;
}

Figure MakeTree(float x, float z, std::uint32_t seed) {
  Sequence random(seed);
  const Vec3 bark = {0.09f, 0.07f, 0.055f};
  Figure tree;
  tree.x = x, tree.z = z, tree.label = SceneLabel::kPlant, tree.seed = seed;
  tree.parts = {Capsule(0, 0, 0.05f, 2.2f, 0.15f, 0.1f, bark, 7.5f, 6.5f),
                Capsule(0.05f, 2.1f, -0.5f, 3.4f, 0.08f, 0.04f, bark, 7, 6),
                Capsule(0.05f, 2.1f, 0.55f, 3.5f, 0.08f, 0.04f, bark, 7, 6)};
  for (int i = 0; i < 46; ++i) {
    // Clumps fill an ellipse; those that come last lie in front and catch more light.
    const float angle = random.Between(0, 1), out = std::sqrt(random.Between(0, 1));
    const float u = 1.25f * out * SinTurns(angle), v = 3.6f + 1.25f * out * CosTurns(angle);
    const float shade = Mix(0.4f, 1.0f, static_cast<float>(i) / 45) * random.Between(0.8f, 1.2f);
    const float r = random.Between(0.28f, 0.45f);
    Part leaves = Capsule(u, v, u + random.Between(-0.2f, 0.2f), v, r, r * 0.8f,
                          Vec3{0.085f, 0.13f, 0.04f} * shade, 5.6f, 4.4f);
    leaves.shape = Part::Shape::kLeaves;
    tree.parts.push_back(leaves);
  }
  tree.SetBounds();
  return tree;
}

Figure MakeBin(float x, float z) {
  const Vec3 metal = {0.07f, 0.1f, 0.08f};
  Figure bin;
  bin.x = x, bin.z = z;
  bin.parts = {Box(-0.27f, 0.05f, 0.27f, 0.95f, metal, 7),
               Box(-0.3f, 0.92f, 0.3f, 1.02f, metal * 1.6f, 6),
               Box(-0.18f, 0.7f, 0.18f, 0.8f, metal * 0.2f, 8.5f)};
  bin.SetBounds();
  return bin;
}

Figure MakeBollard(float x, float z) {
  const Vec3 iron = {0.04f, 0.04f, 0.045f};
  Figure bollard;
  bollard.x = x, bollard.z = z;
  bollard.parts = {Capsule(0, 0, 0, 0.8f, 0.075f, 0.065f, iron, 6.5f, 6),
                   Capsule(0, 0.62f, 0, 0.68f, 0.07f, 0.07f, {0.6f, 0.6f, 0.58f}, 6.5f, 6),
                   Capsule(0, 0.88f, 0, 0.88f, 0.085f, 0.085f, iron, 6.5f, 6)};
  bollard.SetBounds();
  return bollard;
}

Figure MakeSign(float x, float z) {
  // Letters one below the other; one small glowing box for each cell of each letter.
  constexpr char kText[] = "AUIF";
  constexpr float kCell = 0.125f, kStep = 1.1f, kTop = 8.05f;
  const Vec3 frame = {0.1f, 0.1f, 0.11f};
  Figure sign;
  sign.x = x, sign.z = z, sign.label = SceneLabel::kSign;
  const float bottom = kTop - 4 * kStep - 0.18f;
  sign.parts = {Box(0.5f, kTop - 0.55f, 1.2f, kTop - 0.45f, frame, kAir),
                Box(0.5f, bottom + 0.5f, 1.2f, bottom + 0.6f, frame, kAir),
                Box(-0.52f, bottom, 0.52f, kTop, frame, kAir),
                Box(-0.47f, bottom + 0.05f, 0.47f, kTop - 0.05f, {0.02f, 0.02f, 0.03f}, kAir)};
  for (int i = 0; kText[i] != 0; ++i) {
    const Vec3 glow = i % 2 == 0 ? Vec3{3.6f, 0.5f, 1.7f} : Vec3{0.5f, 2.6f, 3.4f};
    for (int row = 0; row < 7; ++row) {
      for (int column = 0; column < 5; ++column) {
        if (LetterAt(kText[i], (column + 0.5f) / 5, 1 - (row + 0.5f) / 7) == 0) continue;
        const float u = (column - 2.5f) * kCell, v = kTop - 0.2f - i * kStep - row * kCell;
        Part dot = Box(u, v - kCell, u + kCell, v, {0.1f, 0.1f, 0.1f}, kAir);
        dot.emission = glow;
        sign.parts.push_back(dot);
      }
    }
  }
  sign.SetBounds();
  return sign;
}

Figure MakePerson(float x, float z, const Gait& gait) {
  constexpr float kSkin = 33.5f, kFace = 34, kHair = 28;  // degrees Celsius
  constexpr float kCoat = 25.5f, kSleeve = 23.5f, kTrousers = 23, kShoe = 15;
  constexpr float kThigh = 0.44f, kShin = 0.42f, kUpperArm = 0.29f, kForearm = 0.26f;
  const float k = gait.height / 1.78f;
  const bool sideways = gait.direction != 0;
  const float facing = sideways ? gait.direction : 1;
  const Vec3 shoe = {0.03f, 0.028f, 0.026f};

  Figure person;
  person.x = x, person.z = z, person.label = SceneLabel::kPerson;
  auto add = [&](float ax, float ay, float bx, float by, float ra, float rb, Vec3 albedo,
                 float celsius, float stretch = 1) {
    Part part =
        Capsule(ax * k, ay * k, bx * k, by * k, ra * k, rb * k, albedo, celsius, celsius - 6);
    part.stretch = stretch;
    person.parts.push_back(part);
  };
  const float swing = gait.standing ? 0.15f : SinTurns(gait.stride);
  // Limbs: `side` is -1 for the far (or left) one, 1 for the near one.
  auto leg = [&](float side) {
    const float hip = sideways ? 0 : side * 0.09f;
    // In turns; the leg that swings back bends its knee. Seen from the front it only shortens.
    const float angle = sideways ? 0.064f * swing * side : 0.004f * side;
    const float bend = gait.standing ? 0.005f : 0.02f + 0.06f * Clamp01(-swing * side);
    const float lift = sideways ? 0 : 0.07f * Clamp01(swing * side) * (gait.standing ? 0 : 1);
    const float knee_x = hip + facing * kThigh * SinTurns(angle);
    const float knee_y = 0.92f + lift * 0.3f - kThigh * CosTurns(angle);
    const float low = sideways ? angle - bend : 0;
    const float foot_x = knee_x + facing * kShin * SinTurns(low);
    const float foot_y = knee_y - kShin * CosTurns(low) + lift;
    add(hip, 0.92f, knee_x, knee_y, 0.095f, 0.072f, gait.trousers, kTrousers);
    add(knee_x, knee_y, foot_x, foot_y, 0.07f, 0.048f, gait.trousers, kTrousers - 2);
    if (sideways) {
      add(foot_x, foot_y - 0.02f, foot_x + facing * 0.15f, foot_y - 0.03f, 0.05f, 0.035f, shoe,
          kShoe);
    } else {
      add(foot_x + side * 0.01f, foot_y, foot_x + side * 0.02f, foot_y - 0.04f, 0.052f, 0.05f, shoe,
          kShoe);
    }
  };
  auto arm = [&](float side) {
    const float shoulder = sideways ? 0 : side * 0.18f;
    const float angle = sideways ? -0.065f * swing * side : 0.025f * side;
    const float shoulder_y = sideways ? 1.42f : 1.395f;
    const float elbow_x = shoulder + facing * kUpperArm * SinTurns(angle);
    const float elbow_y = shoulder_y - kUpperArm * CosTurns(angle);
    const float low = sideways ? angle + 0.05f : 0.004f * side;
    const float hand_x = elbow_x + facing * kForearm * SinTurns(low);
    const float hand_y = elbow_y - kForearm * CosTurns(low);
    add(shoulder, shoulder_y, elbow_x, elbow_y, 0.062f, 0.052f, gait.coat * 0.9f, kSleeve);
    add(elbow_x, elbow_y, hand_x, hand_y, 0.055f, 0.042f, gait.coat * 0.9f, kSleeve - 1);
    add(hand_x, hand_y - 0.03f, hand_x, hand_y - 0.07f, 0.042f, 0.036f, gait.skin, kSkin - 3);
  };

  arm(-1);
  if (!sideways) arm(1);
  leg(-1);
  leg(1);
  const float stretch = sideways ? 1 : 1.3f;
  add(0, 0.98f, 0, 0.86f, 0.13f, 0.135f, gait.coat * 0.85f, kCoat - 1.5f, stretch * 0.95f);
  add(0, 1.36f, 0, 0.98f, 0.135f, 0.12f, gait.coat, kCoat, stretch);
  add(0.01f * facing, 1.46f, 0.02f * facing, 1.55f, 0.055f, 0.055f, gait.skin, kSkin);
  add(0.01f * facing, 1.645f, 0.0f, 1.7f, 0.106f, 0.1f, gait.hair, kHair);
  if (sideways) {
    add(0.045f * facing, 1.6f, 0.05f * facing, 1.665f, 0.075f, 0.07f, gait.skin, kFace);
    add(0.12f * facing, 1.625f, 0.105f * facing, 1.65f, 0.018f, 0.012f, gait.skin, kFace - 2);
    arm(1);
  } else {
    add(0, 1.585f, 0, 1.66f, 0.078f, 0.085f, gait.skin, kFace);
  }
  person.SetBounds();
  return person;
}

}  // namespace auif::scene

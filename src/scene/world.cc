// The street: what stands where.
#include "scene/world.h"

#include <cmath>

#include "scene/noise.h"

namespace auif::scene {
namespace {

constexpr Vec3 kLampLight = {15.5f, 10.4f, 5.4f};

Vec3 Pick(Sequence* random, const Vec3* colours, int count) {
  return colours[random->Bits() % static_cast<std::uint32_t>(count)];
}

// One side of the street from `z` on, house by house.
void AddRow(World* world, float side, float z, Finish first, Sequence* random) {
  constexpr Vec3 kBricks[] = {{0.3f, 0.13f, 0.09f}, {0.26f, 0.16f, 0.11f}, {0.34f, 0.19f, 0.12f}};
  constexpr Vec3 kPlasters[] = {
      {0.42f, 0.36f, 0.26f}, {0.34f, 0.34f, 0.34f}, {0.45f, 0.3f, 0.22f}, {0.3f, 0.36f, 0.37f}};
  Finish finish = first;
  for (int i = 0; z < kStreetEnd; ++i) {
    const float end = std::min(z + 2.6f * Floor(random->Between(4, 6.5f)), kStreetEnd + 1);
    Building b;
    const float inner = kWall * side, outer = (kWall + 16) * side;
    const float floors = Floor(random->Between(2, 4.4f));
    b.lo = {std::min(inner, outer), -1, z};
    b.hi = {std::max(inner, outer), 3.5f + 3 * floors + random->Between(0.7f, 1.4f), end};
    b.finish = finish;
    b.colour = finish == Finish::kBrick ? Pick(random, kBricks, 3) : Pick(random, kPlasters, 4);
    b.lit = random->Between(0.3f, 0.55f);
    b.seed = random->Bits();
    world->buildings.push_back(b);
    finish = finish == Finish::kBrick ? Finish::kPlaster
                                      : (random->Bits() % 4 == 0 ? Finish::kStone : Finish::kBrick);
    z = end;
  }
}

void AddHouses(World* world, Sequence* random) {
  AddRow(world, -1, 1, Finish::kBrick, random);
  Building near;
  near.lo = {kWall, -1, 1};
  near.hi = {kWall + 16, 11.5f, kAlleyNear};
  near.finish = Finish::kPlaster;
  near.colour = {0.4f, 0.33f, 0.25f};
  near.seed = random->Bits();
  world->buildings.push_back(near);
  const std::size_t shop = world->buildings.size();
  AddRow(world, 1, kAlleyFar, Finish::kBrick, random);
  world->buildings[shop].shop = true;
  world->buildings[shop].hi.y = std::max(world->buildings[shop].hi.y, 9.9f);

  Building end;
  end.lo = {-40, -1, kStreetEnd};
  end.hi = {40, random->Between(10, 14), kStreetEnd + 12};
  end.finish = Finish::kStone;
  end.colour = {0.36f, 0.34f, 0.31f};
  end.lit = 0.35f;
  end.seed = random->Bits();
  world->buildings.push_back(end);
  Building back = end;  // closes the alley
  back.lo = {kWall + 9, -1, kAlleyNear};
  back.hi = {kWall + 14, 7, kAlleyFar};
  back.finish = Finish::kBrick;
  back.colour = {0.2f, 0.12f, 0.09f};
  world->buildings.push_back(back);
}

void AddLamps(World* world) {
  constexpr float kLeft[] = {8.6f, 24, 40, 56}, kRight[] = {17.5f, 32, 48, 64};
  auto add = [world](float x, float z) {
    world->figures.push_back(MakeLamp(x, z));
    const float reach = x < 0 ? kLampHead.x : -kLampHead.x;
    world->lights.push_back({{x + reach, kLampHead.y - 0.1f, z - 0.05f}, kLampLight, true, 1});
  };
  for (const float z : kLeft) add(-4.75f, z);
  for (const float z : kRight) add(4.75f, z);
}

// A walk back and forth between `from` and `to`, `metres` into it.
struct Walk {
  float at, direction;
};
Walk BackAndForth(float from, float to, float metres) {
  const float span = to - from;
  float along = std::fmod(metres, 2 * span);
  if (along < 0) along += 2 * span;
  return along < span ? Walk{from + along, 1} : Walk{to - (along - span), -1};
}

void AddPeople(World* world, Sequence* random) {
  constexpr float kPace = 1.25f, kDoubleStep = 1.45f;  // metres a second, metres
  constexpr Vec3 kCoats[] = {{0.45f, 0.07f, 0.05f},
                             {0.11f, 0.18f, 0.36f},
                             {0.4f, 0.3f, 0.17f},
                             {0.15f, 0.26f, 0.13f},
                             {0.42f, 0.4f, 0.38f}};
  constexpr Vec3 kTrousers[] = {{0.06f, 0.08f, 0.15f}, {0.1f, 0.08f, 0.07f}, {0.15f, 0.15f, 0.16f}};
  constexpr Vec3 kSkins[] = {{0.5f, 0.33f, 0.25f}, {0.34f, 0.2f, 0.13f}, {0.2f, 0.11f, 0.07f}};
  constexpr Vec3 kHairs[] = {{0.03f, 0.022f, 0.016f}, {0.12f, 0.07f, 0.03f}, {0.2f, 0.17f, 0.13f}};
  const double walked = kPace * world->time;
  const std::uint32_t first_coat = random->Bits() % 5;
  auto dress = [&] {
    Gait gait;
    gait.height = random->Between(1.64f, 1.86f);
    gait.coat = kCoats[(first_coat + world->objects.size()) % 5];
    gait.trousers = Pick(random, kTrousers, 3);
    gait.skin = Pick(random, kSkins, 3);
    gait.hair = Pick(random, kHairs, 3);
    return gait;
  };
  auto add = [&](float x, float z, const Gait& gait, bool hidden) {
    Figure person = MakePerson(x, z, gait);
    world->objects.push_back({SceneLabel::kPerson, hidden});
    person.instance = static_cast<std::uint8_t>(world->objects.size());
    person.seed = random->Bits();
    world->figures.push_back(person);
  };
  auto across = [&](float from, float to, float start, float z, float share, bool hidden) {
    Gait gait = dress();
    const Walk walk = BackAndForth(from, to, start + share * walked);
    gait.direction = walk.direction;
    gait.standing = share < 0.1f;
    gait.stride = 0.2f + share * walked / kDoubleStep;
    add(walk.at, z, gait, hidden);
  };
  auto along = [&](float x, float from, float to, float start, bool hidden) {
    Gait gait = dress();
    const Walk walk = BackAndForth(from, to, start + walked);
    gait.stride = 0.2f + walked / kDoubleStep;
    add(x, walk.at, gait, hidden);
  };
  // Over the zebra crossing; in the alley; in front of the shop; on the left; behind the steam.
  across(-3.6f, 3.8f, random->Between(5.6f, 6.1f), 9.3f, 1, false);
  across(6.35f, 7.0f, random->Between(0.1f, 0.3f), 12.2f, 0.15f, true);
  along(5.15f, 14.6f, 24, random->Between(0.2f, 1.2f), false);
  along(-5.35f, 15, 30, random->Between(0, 2), false);
  across(world->steam.x - 0.12f, world->steam.x + 0.28f, random->Between(0.02f, 0.3f),
         world->steam.z + 1.6f, 0.05f, true);
}

void AddCars(World* world, Sequence* random) {
  constexpr Vec3 kPaints[] = {
      {0.18f, 0.02f, 0.025f}, {0.03f, 0.06f, 0.16f}, {0.3f, 0.3f, 0.31f}, {0.04f, 0.1f, 0.08f}};
  auto add = [&](Car car) {
    world->objects.push_back({SceneLabel::kCar, false});
    car.instance = static_cast<std::uint8_t>(world->objects.size());
    world->cars.push_back(car);
  };
  add({-4.02f, random->Between(11.3f, 11.9f), true, false, Pick(random, kPaints, 4), 0});
  // Drives away, turns round the block and comes by again.
  constexpr float kSpeed = 2.2f, kFrom = 12.5f, kTo = 62;
  const float z = kFrom + std::fmod(random->Between(7, 10) + kSpeed * world->time, kTo - kFrom);
  add({1.15f, z, false, true, Pick(random, kPaints, 4), 0});
  for (const float side : {0.25f, 1.55f}) {
    world->lights.push_back({{1.15f + side, 0.66f, z - 0.12f}, {0.55f, 0.04f, 0.03f}, false, 1.2f});
  }
  world->lights.push_back({{2.05f, 0.7f, z + kCarLength + 2.5f}, {2.6f, 2.6f, 2.3f}, false, 0.15f});
}

}  // namespace

World BuildWorld(std::uint64_t seed, double time) {
  Sequence random(seed);
  World world;
  world.seed = random.Bits();
  world.time = time;
  world.steam.x = random.Between(-1.0f, -0.75f);
  world.steam.z = random.Between(15.6f, 16.4f);
  AddHouses(&world, &random);
  AddLamps(&world);
  AddPeople(&world, &random);
  AddCars(&world, &random);
  world.figures.push_back(MakeTree(-5.2f, 20.5f, random.Bits()));
  world.figures.push_back(MakeTree(5.15f, 26.5f, random.Bits()));
  world.figures.push_back(MakeTree(-5.2f, 33, random.Bits()));
  world.figures.push_back(MakeBin(5.3f, 14.0f));
  for (const float z : {7.0f, 11.4f}) world.figures.push_back(MakeBollard(-4.65f, z));
  for (const float z : {7.0f, 11.4f}) world.figures.push_back(MakeBollard(4.65f, z));

  // The sign hangs from the shop's corner and colours what is around it; so do the shop's panes.
  world.figures.push_back(MakeSign(4.85f, kAlleyFar + 0.3f));
  world.lights.push_back({{4.85f, 7.0f, kAlleyFar - 0.2f}, {2.4f, 0.5f, 1.4f}, false, 0.5f});
  world.lights.push_back({{4.85f, 4.9f, kAlleyFar - 0.2f}, {0.5f, 1.7f, 2.3f}, false, 0.5f});
  for (const float z : {15.3f, 18.2f, 21.2f}) {
    world.lights.push_back({{kWall - 0.25f, 1.7f, z}, {3.0f, 2.1f, 1.1f}, false, 0.12f});
  }
  return world;
}

}  // namespace auif::scene

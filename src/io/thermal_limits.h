// What the conditions of a thermal measurement can be, for those in files and those that are given.
#pragma once

#include "auif/radiometric.h"

namespace auif {

struct ThermalLimit {
  double ThermalConditions::*value;
  double least, most;
  const char *name, *hint;  // "emissivity"; what is allowed, or the unit
};

inline constexpr double kLeastShare = 1e-3, kColdest = 1, kHottest = 1e4;
inline constexpr ThermalLimit kThermalLimits[] = {
    {&ThermalConditions::emissivity, kLeastShare, 1, "emissivity", "above 0 and at most 1"},
    {&ThermalConditions::distance, 0, 1e6, "distance", "metres"},
    {&ThermalConditions::reflected, kColdest, kHottest, "reflected temperature", "kelvin"},
    {&ThermalConditions::atmosphere, kColdest, kHottest, "air's temperature", "kelvin"},
    {&ThermalConditions::humidity, 0, 1, "humidity", "0 to 1"},
    {&ThermalConditions::window, kColdest, kHottest, "window's temperature", "kelvin"},
    {&ThermalConditions::window_transmission, kLeastShare, 1, "window's transmission",
     "above 0 and at most 1"}};

}  // namespace auif

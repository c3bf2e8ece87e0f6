// Raw values, temperatures and visible images out of radiometric files.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "auif/radiometric.h"
#include "jobs/job.h"

namespace auif {

enum class ThermalUnit { kCelsius, kKelvin, kRaw };

struct ThermalJob {
  std::filesystem::path in;                      // a radiometric file, or a folder of them
  std::filesystem::path out;                     // an image, or a folder for folders; empty: none
  std::optional<std::filesystem::path> visible;  // the same for the embedded visible images
  ThermalUnit unit = ThermalUnit::kCelsius;      // floats; kRaw: 16-bit integers
  // In place of what the camera was set to; ThermalConditions has the units.
  std::optional<double> emissivity, distance, reflected, atmosphere, humidity, window,
      window_transmission;
  std::string extension = ".tiff";  // of a folder's results
  int threads = 0;                  // 0: as many as the machine has

  void Validate() const;  // throws Error (kUsage)
};

// What was found in a file.
struct ThermalSummary {
  std::filesystem::path file;
  Size size, visible;                   // 0x0: no visible image
  std::optional<ThermalCamera> camera;  // with the conditions that were used
  std::optional<VisibleAlignment> alignment;
  int least_raw = 0, most_raw = 0;
  std::optional<double> least, most;  // temperatures in kelvin; none for raw values and where no
                                      // pixel has one
  int without = 0;                    // pixels that no temperature gives
};

struct ThermalReport {
  JobReport job;
  std::vector<ThermalSummary> files;  // that succeeded, in the order of their names
};

// Throws Error for what concerns the whole job; what concerns one file is in the report. Images of
// a folder without raw thermal values are left out, with a note.
ThermalReport RunThermalJob(const ThermalJob& job, const JobCallback& callback = {});

}  // namespace auif

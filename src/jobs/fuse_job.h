// Fusing files: one pair, or all pairs of folders.
#pragma once

#include <filesystem>
#include <optional>

#include "auif/fuse_files.h"
#include "auif/io.h"
#include "auif/method.h"
#include "jobs/job.h"

namespace auif {

struct FuseJob {
  std::filesystem::path ir;  // an image or a folder
  // The same; empty: `ir` is a folder that holds both modalities, or a radiometric JPEG that does.
  std::filesystem::path vis;
  PairOptions sources;
  bool rgbt = false;          // each image, or `ir` alone, is both: colours and infrared as the
                              // fourth channel
  PairRules pairs;            // of folders; with a list `ir` and `vis` may be empty
  std::filesystem::path out;  // an image (for images) or a folder, which is made if necessary
  std::string method = "auif";
  MethodSettings settings;                         // of the method
  std::optional<std::filesystem::path> decompose;  // a folder for the method's maps of both sources
  std::string extension;  // of the results of folders; empty: .png, or .tif for floats
  SampleType type = SampleType::kUint8;  // of the results
  int threads = 0;                       // 0: as many as the machine has

  void Validate() const;  // throws Error (kUsage)
};

// Throws Error for what concerns the whole job (a model, an output folder that cannot be made);
// what concerns one pair is in the report. Single images are a job of one item.
JobReport RunFuseJob(const FuseJob& job, const JobCallback& callback = {});

}  // namespace auif

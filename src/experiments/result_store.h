// Finished parts of long work, one file each, so that a run that was killed continues where it
// stopped.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace auif {

// Thread-safe. A part is found again by everything that made it ("inputs"): other options or other
// images are another part, so what is found is never stale.
class ResultStore {
 public:
  // Makes the folder. Throws Error (kOutput).
  explicit ResultStore(const std::filesystem::path& folder);

  // The part, or null where it is not finished. A broken file is no part. What it
  // holds is for the caller to check.
  nlohmann::json Find(const std::string& kind, const nlohmann::json& inputs) const;
  // Keeps it; a reader sees the whole part or none. Throws Error (kOutput).
  void Keep(const std::string& kind, const nlohmann::json& inputs,
            const nlohmann::json& result) const;
  // Where a part's files lie: "FOLDER/KIND-HASH" with `extension` behind it.
  std::filesystem::path Path(const std::string& kind, const nlohmann::json& inputs,
                             const std::string& extension) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace auif

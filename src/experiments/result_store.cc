#include "experiments/result_store.h"

#include "auif/error.h"
#include "base/fingerprint.h"
#include "io/atomic_file.h"
#include "io/folder.h"

namespace auif {

using Json = nlohmann::json;

ResultStore::ResultStore(const std::filesystem::path& folder) : folder_(folder) {
  MakeFolder(folder_);
}

std::filesystem::path ResultStore::Path(const std::string& kind, const Json& inputs,
                                        const std::string& extension) const {
  const std::string hash = Fingerprint().Add(inputs.dump()).Text();
  return folder_ / (kind + "-" + hash + extension);
}

Json ResultStore::Find(const std::string& kind, const Json& inputs) const {
  const std::filesystem::path path = Path(kind, inputs, ".json");
  if (!std::filesystem::exists(path)) return nullptr;
  const Json part = Json::parse(ReadFile(path), nullptr, false);
  // The inputs stand in the file, too: two that share a hash are told apart.
  if (part.is_discarded() || !part.is_object() || part.value("inputs", Json()) != inputs) {
    return nullptr;
  }
  return part.value("result", Json());
}

void ResultStore::Keep(const std::string& kind, const Json& inputs, const Json& result) const {
  WriteFileAtomically(Path(kind, inputs, ".json"),
                      Json{{"inputs", inputs}, {"result", result}}.dump(1) + "\n");
}

}  // namespace auif

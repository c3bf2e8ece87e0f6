#include "io/outputs.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <system_error>

#include "auif/error.h"
#include "base/text.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

// Where writing to `path` ends: the last target of links, which need not exist.
fs::path Followed(fs::path path) {
  constexpr int kMostLinks = 40;
  std::error_code error;
  for (int i = 0; i < kMostLinks && fs::is_symlink(path, error); ++i) {
    const fs::path target = fs::read_symlink(path, error);
    if (error) break;
    path = target.is_absolute() ? target : path.parent_path() / target;
  }
  return path;
}

std::string InodeText(const struct stat& status) {
  return fmt::format("{}:{}", status.st_dev, status.st_ino);
}

// The same text for two names of one file. Empty for what several may write.
std::string Identity(const fs::path& given) {
  const fs::path path = Followed(given);
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) {
    return S_ISREG(status.st_mode) ? InodeText(status) : std::string();
  }
  const std::string name = Lower(path.filename().string());
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (::stat(folder.c_str(), &status) == 0) return InodeText(status) + "/" + name;
  std::error_code error;
  return fs::weakly_canonical(fs::absolute(folder / name, error), error).string();
}

}  // namespace

void CheckOutputs(const std::vector<PlannedOutput>& outputs, const std::vector<fs::path>& inputs) {
  std::map<std::string, const fs::path*> read;
  for (const fs::path& path : inputs) read[Identity(path)] = &path;
  std::map<std::string, const PlannedOutput*> written;
  std::error_code error;
  for (const PlannedOutput& output : outputs) {
    if (fs::is_directory(output.path, error)) {
      throw Error(ErrorKind::kUsage, output.name + " would replace a folder", output.path.string(),
                  "give the name of a file");
    }
    const std::string file = Identity(output.path);
    if (file.empty()) continue;
    if (const auto source = read.find(file); source != read.end()) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("{} would overwrite {}", output.name, source->second->string()),
                  output.path.string(), "choose another output");
    }
    const auto [other, alone] = written.insert({file, &output});
    if (!alone) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("{} and {} would be one file", other->second->name, output.name),
                  output.path.string(), "rename one of them");
    }
  }
}

void CheckFolderOf(const fs::path& output) {
  std::error_code error;
  const fs::path folder = Followed(output).parent_path();
  if (folder.empty() || fs::is_directory(folder, error)) return;
  throw Error(ErrorKind::kOutput, "no such folder", folder.string(), "make it first");
}

bool IsWithin(const fs::path& path, const fs::path& folder) {
  std::error_code error;
  const fs::path inner = fs::weakly_canonical(fs::absolute(path, error), error);
  const fs::path outer = fs::weakly_canonical(fs::absolute(folder, error), error);
  const auto [mismatch, rest] =
      std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
  return mismatch == outer.end() || (mismatch->empty() && std::next(mismatch) == outer.end());
}

}  // namespace auif

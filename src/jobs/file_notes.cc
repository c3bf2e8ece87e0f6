#include "jobs/file_notes.h"

#include <algorithm>
#include <string_view>

namespace auif {
namespace {

std::string WithoutNumbers(std::string note) {
  std::erase_if(note, [](char c) {
    return std::string_view("0123456789.-").find(c) != std::string_view::npos;
  });
  return note;
}

}  // namespace

void FileNotes::Add(const std::filesystem::path& file, const std::vector<std::string>& notes) {
  const std::scoped_lock lock(mutex_);
  for (const std::string& note : notes) kinds_[WithoutNumbers(note)].files.insert({file, note});
}

std::vector<std::string> FileNotes::Lines() const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::string> lines;
  for (const auto& [text, kind] : kinds_) {
    const auto& [file, note] = *kind.files.begin();
    const std::size_t more = kind.files.size() - 1;
    lines.push_back(file.filename().string() +
                    (more > 0 ? " and " + std::to_string(more) + " more: " : ": ") + note);
  }
  return lines;
}

}  // namespace auif

// What people should know of many files, in few lines.
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace auif {

class FileNotes {
 public:
  // From any thread.
  void Add(const std::filesystem::path& file, const std::vector<std::string>& notes);

  // "a.png: its alpha channel is dropped"; of several files that differ in numbers alone one line:
  // "a.png and 51 more: ...", with the numbers of the first by name.
  std::vector<std::string> Lines() const;

 private:
  struct Kind {
    std::map<std::filesystem::path, std::string> files;  // with the note
  };
  mutable std::mutex mutex_;
  std::map<std::string, Kind> kinds_;  // by the note without its numbers
};

}  // namespace auif

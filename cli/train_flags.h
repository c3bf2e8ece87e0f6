// The flags of `auif train` that choose TrainOptions. Each is bound to its field once; the help
// prints as its default what the presets hold.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "auif/train.h"

namespace auif::cli {

class TrainFlags {
 public:
  // Adds the flags to a command that lives no longer than this.
  void AddTo(CLI::App& command);
  // Only the preset, the epochs and the seed.
  void AddFewTo(CLI::App& command, const std::string& group);
  // The preset's options with what the flags say in their place.
  TrainOptions Options() const;

 private:
  template <class Field>
  CLI::Option* Add(const char* flag, Field field, const char* type, const std::string& help);
  template <class Field, class Enum>
  void AddChoice(const char* flag, Field field, std::initializer_list<Enum> choices,
                 const std::string& help);
  void AddPreset(CLI::App& command);
  void AddEpochs();
  void AddSeed();
  void AddNetwork();
  void AddStart();
  void AddTraining();

  CLI::App* command_ = nullptr;
  std::string group_;
  std::string preset_;
  std::vector<std::function<void(TrainOptions&)>> changes_;  // in the order of the declarations
};

}  // namespace auif::cli

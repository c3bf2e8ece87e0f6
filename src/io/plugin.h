// Parts of the library that few need and that bring many others' libraries with them: loaded when
// they are first used, so that the program starts as fast as without.
#pragma once

#include <string>

namespace auif {

// The function of libauif-PLUGIN.so, which lies in the folder auif beside the library. Throws Error
// (kInput) where it is missing.
void* FindPluginFunction(const std::string& plugin, const char* function);

template <typename F>
F* PluginFunction(const std::string& plugin, const char* function) {
  return reinterpret_cast<F*>(FindPluginFunction(plugin, function));
}

}  // namespace auif

#include "io/plugin.h"

#include <dlfcn.h>

#include "auif/error.h"
#include "base/text.h"
#include "io/tensor.h"

namespace auif {

void* FindPluginFunction(const std::string& plugin, const char* function) {
  const std::string file = "libauif-" + plugin + ".so";
  std::string reason;
  // By the run path of the program or library that this is linked into; where it was installed.
  for (const std::string& path : {file, std::string(AUIF_PLUGIN_FOLDER) + "/" + file}) {
    // Never closed: what it gave may live as long as the program.
    void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library != nullptr) {
      if (void* const found = dlsym(library, function)) return found;
    }
    if (const char* error = dlerror(); error != nullptr && reason.empty()) reason = error;
  }
  throw Error(ErrorKind::kInput, "a part of auif cannot be loaded: " + Printable(reason), file,
              "it is installed in the folder auif beside libauif.so; LD_LIBRARY_PATH may name it");
}

}  // namespace auif

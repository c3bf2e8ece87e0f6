#include <memory>
#include <string>

#include "cli/command.h"
#include "cli/console.h"
#include "cli/describe.h"

namespace auif::cli {

Action AddCompletion(CLI::App& command) {
  const auto shell = std::make_shared<std::string>();
  command.add_option("SHELL", *shell, "bash, zsh or fish")->required();
  command.footer(
      "Examples:\n"
      "  source <(auif completion bash)\n"
      "  auif completion zsh > ~/.zfunc/_auif\n"
      "  auif completion fish > ~/.config/fish/completions/auif.fish");
  return [shell, &command] {
    WriteOut(CompletionScript(*command.get_parent(), *shell));
    return kAllDone;
  };
}

Action AddMan(CLI::App& command) {
  return [&command] {
    WriteOut(ManPage(*command.get_parent()));
    return kAllDone;
  };
}

}  // namespace auif::cli

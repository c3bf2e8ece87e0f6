#include "cli/describe.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cctype>
#include <string_view>
#include <vector>

#include "auif/error.h"
#include "auif/version.h"
#include "base/text.h"

namespace auif::cli {
namespace {

// Commands in the order of the help; those without a group are hidden.
std::vector<const CLI::App*> Commands(const CLI::App& app) {
  std::vector<const CLI::App*> commands;
  for (const CLI::App* command : app.get_subcommands({})) {
    if (!command->get_group().empty()) commands.push_back(command);
  }
  return commands;
}

std::vector<const CLI::Option*> Flags(const CLI::App& command) {
  return command.get_options([](const CLI::Option* option) { return option->nonpositional(); });
}

bool TakesValue(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

std::vector<std::string> Names(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  return names;
}

std::string AllNames(const CLI::App& command) {
  std::vector<std::string> all;
  for (const CLI::Option* option : Flags(command)) {
    for (std::string& name : Names(*option)) all.push_back(std::move(name));
  }
  return fmt::format("{}", fmt::join(all, " "));
}

// Each character of `special` with `before` in front of it.
std::string Escape(std::string_view text, std::string_view special, std::string_view before) {
  std::string escaped;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) escaped += before;
    escaped += c;
  }
  return escaped;
}

std::string Bash(const CLI::App& app) {
  std::string cases, names;
  for (const CLI::App* command : Commands(app)) {
    names += command->get_name() + " ";
    cases += fmt::format("    {}) words='{}' ;;\n", command->get_name(), AllNames(*command));
  }
  return fmt::format(
      "# Completion of auif for bash: source it, or install it as\n"
      "# /usr/share/bash-completion/completions/auif\n"
      "_auif() {{\n"
      "  local words current=${{COMP_WORDS[COMP_CWORD]}}\n"
      "  COMPREPLY=()\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    mapfile -t COMPREPLY < <(compgen -W '{0}help {1}' -- \"$current\")\n"
      "    return\n"
      "  fi\n"
      "  case ${{COMP_WORDS[1]}} in\n"
      "    help) words='{0}' ;;\n"
      "{2}"
      "    *) return ;;\n"
      "  esac\n"
      "  case $current in\n"
      "    -*) mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\") ;;\n"
      "    *) [ \"${{COMP_WORDS[1]}}\" != help ] ||\n"
      "      mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\") ;;\n"
      "  esac\n"
      "}}\n"
      "complete -o default -F _auif auif\n",
      names, AllNames(app), cases);
}

std::string Zsh(const CLI::App& app) {
  const auto quoted = [](const std::string& text) {
    std::string one;  // '\'' is a quote inside of quotes
    for (const char c : text) one += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return one;
  };
  std::string list, cases;
  for (const CLI::App* command : Commands(app)) {
    list += fmt::format("    '{}:{}'\n", command->get_name(), quoted(command->get_description()));
    std::string specs;
    for (const CLI::Option* option : Flags(*command)) {
      const std::string about = quoted(Escape(option->get_description(), "[]:\\", "\\"));
      for (const std::string& name : Names(*option)) {
        const std::string value = TakesValue(*option) ? ":value:_files" : "";
        specs += fmt::format(" \\\n      '*{}[{}]{}'", name, about, value);
      }
    }
    cases += fmt::format("    {}) _arguments{} \\\n      '*:file:_files' ;;\n", command->get_name(),
                         specs);
  }
  return fmt::format(
      "#compdef auif\n"
      "# Completion of auif for zsh: a file _auif in a folder of $fpath.\n"
      "_auif() {{\n"
      "  local -a commands\n"
      "  commands=(\n{}"
      "    'help:Print the help of a command'\n"
      "  )\n"
      "  if (( CURRENT == 2 )); then\n"
      "    _describe command commands\n"
      "    return\n"
      "  fi\n"
      "  local command=$words[2]\n"
      "  shift words\n"
      "  (( CURRENT-- ))\n"
      "  case $command in\n"
      "    help) _describe command commands ;;\n"
      "{}"
      "  esac\n"
      "}}\n"
      "_auif \"$@\"\n",
      list, cases);
}

std::string Fish(const CLI::App& app) {
  const auto quoted = [](const std::string& text) { return Escape(text, "'\\", "\\"); };
  std::string script =
      "# Completion of auif for fish: a file auif.fish in a folder of $fish_complete_path.\n"
      "complete -c auif -n __fish_use_subcommand -f -a help -d 'Print the help of a command'\n";
  for (const CLI::App* command : Commands(app)) {
    script += fmt::format("complete -c auif -n __fish_use_subcommand -f -a {} -d '{}'\n",
                          command->get_name(), quoted(command->get_description()));
    for (const CLI::Option* option : Flags(*command)) {
      script +=
          fmt::format("complete -c auif -n '__fish_seen_subcommand_from {}'", command->get_name());
      for (const std::string& name : option->get_snames()) script += " -s " + name;
      for (const std::string& name : option->get_lnames()) script += " -l " + name;
      if (TakesValue(*option)) script += " -r";
      script += fmt::format(" -d '{}'\n", quoted(option->get_description()));
    }
  }
  return script;
}

// Text in a man page: backslashes and hyphens as themselves, no line a request.
std::string Roff(std::string_view text) {
  std::string roff;
  bool first = true;
  for (const char c : text) {
    if (first && (c == '.' || c == '\'')) roff += "\\&";
    first = c == '\n';
    if (c == '\\') {
      roff += "\\e";
    } else if (c == '-') {
      roff += "\\-";
    } else {
      roff += c;
    }
  }
  return roff;
}

std::string ManOption(const CLI::Option& option) {
  std::vector<std::string> names = Names(option);
  if (!option.nonpositional()) names = {option.get_name(true)};
  for (std::string& name : names) name = "\\fB" + Roff(name) + "\\fR";
  const std::string value = option.nonpositional() && TakesValue(option)
                                ? " \\fI" + Roff(option.get_type_name()) + "\\fR"
                                : "";
  return fmt::format(".TP\n{}{}\n{}\n", fmt::join(names, ", "), value,
                     Roff(option.get_description()));
}

}  // namespace

std::string CompletionScript(const CLI::App& app, const std::string& shell) {
  if (shell == "bash") return Bash(app);
  if (shell == "zsh") return Zsh(app);
  if (shell == "fish") return Fish(app);
  const std::vector<std::string> shells = {"bash", "zsh", "fish"};
  throw Error(ErrorKind::kUsage, fmt::format("there is no completion for '{}'", shell), {},
              GuessAndList(shell, shells, "there are bash, zsh and fish"));
}

std::string ManPage(const CLI::App& app) {
  std::string page = fmt::format(
      ".TH AUIF 1 \"\" \"auif {}\" \"User Commands\"\n"
      ".SH NAME\nauif \\- fuse infrared and visible images\n"
      ".SH SYNOPSIS\n.B auif\n.I COMMAND\n[\\fIOPTION\\fR ...]\n"
      ".SH DESCRIPTION\n{}\n.SH COMMANDS\n",
      Version(), Roff(app.get_description()));
  for (const CLI::App* command : Commands(app)) {
    page +=
        fmt::format(".TP\n\\fB{}\\fR\n{}\n", command->get_name(), Roff(command->get_description()));
  }
  for (const CLI::App* command : Commands(app)) {
    std::string title = "auif " + command->get_name();
    for (char& c : title) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    page += fmt::format(".SH {}\n{}.\n", title, Roff(command->get_description()));
    for (const CLI::Option* option : command->get_options()) page += ManOption(*option);
    page += fmt::format(".PP\n.nf\n{}\n.fi\n", Roff(command->get_footer()));
  }
  page += fmt::format(".SH NOTES\n.nf\n{}\n.fi\n", Roff(app.get_footer()));
  return page;
}

}  // namespace auif::cli

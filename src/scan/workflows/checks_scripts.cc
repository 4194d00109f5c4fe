// Rules about what scripts do.
#include "checks.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

namespace crema::scan {
namespace {

using evidence::Confidence;
using evidence::FindingSeverity;
using formats::YamlNode;

void for_each_script(const WorkflowFile& file, const std::function<void(const Step&)>& visit) {
  for (const Job& job : file.jobs)
    for (const Step& step : job.steps)
      if (!step.script().empty()) visit(step);
}

bool is_shell(std::string_view name) {
  constexpr std::array<std::string_view, 9> kShells = {"sh",      "bash", "zsh",  "dash", "python",
                                                       "python3", "node", "perl", "iex"};
  return std::ranges::find(kShells, to_lower(name)) != kShells.end();
}

bool fetches(const ShellCommand& command) {
  const auto name = to_lower(command.name());
  return name == "curl" || name == "wget" || name == "iwr" || name == "irm" ||
         name == "invoke-webrequest";
}

// The commands of the pipeline that `end` belongs to, before it.
bool pipeline_fetches(const std::vector<ShellCommand>& commands, const ShellCommand& end) {
  return std::ranges::any_of(commands, [&](const ShellCommand& one) {
    return &one != &end && one.pipeline == end.pipeline && one.feeds_pipe && fetches(one);
  });
}

bool is_install(std::span<const std::string_view> arguments,
                std::initializer_list<std::string_view> verbs) {
  auto at = arguments.begin();
  while (at != arguments.end() && at->starts_with("-")) ++at;
  if (at == arguments.end() || std::ranges::find(verbs, *at) == verbs.end()) return false;
  return std::any_of(at + 1, arguments.end(),
                     [](std::string_view word) { return !word.starts_with("-"); });
}

// A package by its name, into nobody's lock file.
bool installs_adhoc(const ShellCommand& command) {
  const auto arguments = command.arguments();
  const auto name = command.name();
  if (name == "npm")
    return is_install(arguments, {"install", "i", "in", "ins", "inst", "insta", "instal", "isnt",
                                  "isnta", "isntal", "isntall", "add"});
  if (name == "yarn" || name == "pnpm" || name == "bundle") {
    const auto add = std::ranges::find(arguments, "add");
    return add != arguments.end() &&
           std::any_of(add + 1, arguments.end(), [](auto word) { return !word.starts_with("-"); });
  }
  if (name == "gem") {
    const auto install =
        std::ranges::find_if(arguments, [](auto word) { return word == "install" || word == "i"; });
    return install != arguments.end() && std::any_of(install + 1, arguments.end(), [](auto word) {
             return !word.starts_with("-");
           });
  }
  return false;
}

// The shell that a step's script is given to, where the file says so.
const YamlNode* shell_of(const WorkflowFile& file, const Step& step) {
  if (const YamlNode* own = step.find("shell"); own != nullptr) return own;
  for (const YamlNode* around : {step.job->find("defaults"), file.find("defaults")})
    if (const YamlNode* shell = find(find(around, "run"), "shell"); shell != nullptr) return shell;
  return nullptr;
}

constexpr std::string_view kUnsecure = "ACTIONS_ALLOW_UNSECURE_COMMANDS";

// Whether a word is an address in numbers: "10.0.0.1".
bool is_address(std::string_view word) {
  const auto parts = split(word, '.');
  return parts.size() == 4 && std::ranges::all_of(parts, [](std::string_view part) {
           return !part.empty() && part.size() <= 3 &&
                  std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
         });
}

}  // namespace

void check_insecure_commands(const WorkflowFile& file, const CheckSettings&,
                             WorkflowReport& report) {
  constexpr std::string_view kMessage =
      "the runner obeys `set-env` and `add-path` in whatever text is printed";
  const auto allows = [&](const YamlNode* env) -> const YamlNode* {
    if (env == nullptr) return nullptr;
    const YamlNode* value = find(env, kUnsecure);
    const auto text = to_lower(trim(text_of(value)));
    const bool on = text == "true" || text == "1" || text.find("${{") != std::string::npos;
    return on ? find_key(env, kUnsecure) : nullptr;
  };
  if (const YamlNode* at = allows(file.find("env")); at != nullptr)
    report.add(place_of(*at), std::string(kMessage), "workflow");
  for (const Job& job : file.jobs) {
    if (const YamlNode* at = allows(job.find("env")); at != nullptr)
      report.add(job, place_of(*at), std::string(kMessage), "job");
    for (const Step& step : job.steps)
      if (const YamlNode* at = allows(step.find("env")); at != nullptr)
        report.add(step, place_of(*at), std::string(kMessage), "step");
  }
}

void check_piped_scripts(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  for_each_script(file, [&](const Step& step) {
    const auto script = step.script();
    if (script.find("curl") == std::string_view::npos &&
        script.find("wget") == std::string_view::npos &&
        script.find("iwr") == std::string_view::npos)
      return;
    const auto commands = shell_commands(script);
    for (const auto& command : commands) {
      // sh -c "$(curl ...)" and bash <(curl ...) come out as a shell beside a substituted fetch.
      const bool piped =
          command.takes_pipe && is_shell(command.name()) && pipeline_fetches(commands, command);
      const bool substituted = is_shell(command.name()) &&
                               std::ranges::any_of(command.arguments(), [](std::string_view word) {
                                 return word.find("$(curl") != std::string_view::npos ||
                                        word.find("$(wget") != std::string_view::npos;
                               });
      if (!piped && !substituted) continue;
      report.add(step, line_in_script(file, step, command),
                 fmt::format("`{}` runs whatever the server sends at that moment", command.name()),
                 command.text);
    }
  });
}

void check_secrets_in_requests(const WorkflowFile& file, const CheckSettings&,
                               WorkflowReport& report) {
  for_each_script(file, [&](const Step& step) {
    for (const auto line : split_lines(step.script())) {
      if (line.find("curl") == std::string_view::npos ||
          line.find("secret") == std::string_view::npos)
        continue;
      auto place = find_part(*file.source, place_of(*step.find("run")), trim(line));
      if (place.line == 0) place = place_of(*step.find("run"));
      report.add(step, place,
                 "a secret is sent with `curl`, and stands among the arguments where every "
                 "process can read it",
                 std::string(trim(line)));
      return;
    }
  });
}

void check_netcat(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  for_each_script(file, [&](const Step& step) {
    if (step.script().find("nc") == std::string_view::npos &&
        step.script().find("netcat") == std::string_view::npos)
      return;
    for (const auto& command : shell_commands(step.script())) {
      const auto name = command.name();
      const bool opens = (name == "nc" || name == "ncat" || name == "netcat") &&
                         std::ranges::any_of(command.arguments(), is_address);
      const bool device = command.text.find("/dev/tcp/") != std::string::npos && is_shell(name);
      if (opens || device)
        report.add(
            step, line_in_script(file, step, command),
            fmt::format("`{}` opens a connection to an address in numbers, as a remote shell does",
                        command.text),
            command.text);
    }
  });
}

void check_adhoc_packages(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  for_each_script(file, [&](const Step& step) {
    for (const auto& command : shell_commands(step.script()))
      if (installs_adhoc(command))
        report.add(step, line_in_script(file, step, command),
                   fmt::format("`{}` installs what no lock file holds", command.text),
                   command.text);
  });
}

void check_misfeatures(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  for (const Job& job : file.jobs) {
    for (const Step& step : job.steps) {
      if (step.uses.is("actions/setup-python"))
        if (const YamlNode* pip = step.input("pip-install"); pip != nullptr)
          report.add(step, place_of(*pip),
                     "`pip-install` puts packages into the Python of the whole machine",
                     "pip-install");
      if (step.script().empty()) continue;
      const YamlNode* shell = shell_of(file, step);
      const auto name = to_lower(trim(text_of(shell)));
      if (name == "cmd" || name.starts_with("cmd ") || name.starts_with("cmd.exe"))
        report.add(step, place_of(*shell),
                   "the script is for cmd, whose quoting cannot be relied on", "cmd");
    }
  }
}

}  // namespace crema::scan

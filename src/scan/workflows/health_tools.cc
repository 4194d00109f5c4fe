// Scan health: where the tools of security steps come from.
#include "checks.h"
#include "security_tools.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

namespace crema::scan {
namespace {

using evidence::Confidence;
using evidence::FindingSeverity;

// What `go install` is given.
struct GoInstall {
  std::string_view module, version, program;
};

std::optional<GoInstall> go_install(std::string_view word) {
  const auto at = word.rfind('@');
  if (at == std::string_view::npos || word.find('/') == std::string_view::npos) return std::nullopt;
  GoInstall out{.module = word.substr(0, at), .version = word.substr(at + 1)};
  auto path = out.module;
  // A major version at the end is no program's name: .../v2.
  auto last = path.substr(path.rfind('/') + 1);
  if (last.size() > 1 && last[0] == 'v' && last[1] >= '0' && last[1] <= '9') {
    path = path.substr(0, path.rfind('/'));
    last = path.substr(path.rfind('/') + 1);
  }
  out.program = last;
  return out;
}

void for_each_command(const WorkflowFile& file,
                      const std::function<void(const Step&, const ShellCommand&)>& visit) {
  for (const Job& job : file.jobs)
    for (const Step& step : job.steps)
      if (!step.script().empty())
        for (const auto& command : shell_commands(step.script())) visit(step, command);
}

bool is_go_install(const ShellCommand& command) {
  return command.name() == "go" && (command.has_argument("install") ||
                                    command.has_argument("run") || command.has_argument("get"));
}

bool is_branch(std::string_view ref) {
  return ref == "master" || ref == "main" || ref == "latest" || ref == "develop" || ref == "HEAD";
}

// The package that a command installs at whatever version is the newest; "" for none.
std::string_view floating_package(const ShellCommand& command) {
  const auto name = command.name();
  const auto words = command.arguments();
  const bool pip = name == "pip" || name == "pip3" || name == "pipx" || name == "uv" ||
                   (name.starts_with("python") && command.has_argument("pip"));
  const bool npm = name == "npm" || name == "pnpm" || name == "yarn";
  if (!pip && !npm) return {};
  if (std::ranges::none_of(
          words, [](auto word) { return word == "install" || word == "i" || word == "add"; }))
    return {};
  for (const auto word : words) {
    const auto bare = word.substr(0, word.find_first_of("@=<>~["));
    const auto rest = word.substr(bare.size());
    if (tool_of_package(bare).empty()) continue;
    if (rest.empty() || rest == "@latest" || rest.starts_with(">")) return bare;
  }
  return {};
}

}  // namespace

void check_lookalike_tools(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  for_each_command(file, [&](const Step& step, const ShellCommand& command) {
    if (!is_go_install(command)) return;
    for (const auto word : command.arguments()) {
      const auto install = go_install(word);
      if (!install) continue;
      const auto known = modules_of(install->program);
      const bool genuine = std::ranges::any_of(known, [&](std::string_view path) {
        return install->module == path || install->module.starts_with(std::string(path) + "/");
      });
      if (known.empty() || genuine) continue;
      auto& found =
          report.add(step, line_in_script(file, step, command),
                     fmt::format("{} is not where {} comes from: its makers publish it as {}",
                                 install->module, install->program, known[0]),
                     std::string(install->module));
      found.finding.fix.text =
          fmt::format("Install {} from {}, at a version you name.", install->program, known[0]);
    }
  });
}

void check_floating_tools(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  for (const auto& use : security_uses(file)) {
    if (use.command || !is_branch(use.step->uses.ref)) continue;
    auto& found = report.add(
        *use.step, use.place(file),
        fmt::format(
            "{} runs whatever {} holds on `{}` today, with the token and the secrets of this job",
            use.tool, use.step->uses.repository(), use.step->uses.ref),
        use.step->uses.repository());
    if (use.tool == "trivy")
      found.finding.message +=
          "; its tags were moved to code that stole credentials in March 2026 (CVE-2026-33634)";
  }
  for_each_command(file, [&](const Step& step, const ShellCommand& command) {
    std::string what;
    if (is_go_install(command)) {
      for (const auto word : command.arguments())
        if (const auto install = go_install(word);
            install && is_branch(install->version) && !modules_of(install->program).empty())
          what = std::string(install->program);
    } else {
      what = std::string(floating_package(command));
    }
    if (what.empty()) return;
    auto& found = report.add(
        step, line_in_script(file, step, command),
        fmt::format(
            "{} is installed at whatever version is the newest: the same commit can pass today and "
            "fail tomorrow, or run what somebody has just published",
            what),
        what);
    found.finding.severity = FindingSeverity::medium;
  });
}

void check_retired_uploads(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  struct Retired {
    std::string_view action;
    char newest;  // the last major version that is retired
    std::string_view what, instead;
  };
  constexpr auto kRetired = std::to_array<Retired>({
      {"github/codeql-action/*", '2', "was retired in January 2025 and is no longer kept working",
       "v3 or later"},
      {"actions/upload-artifact", '3', "no longer works: GitHub ends the run", "v4 or later"},
      {"actions/download-artifact", '3', "no longer works: GitHub ends the run", "v4 or later"},
      {"actions/cache", '2', "no longer works: GitHub ends the run", "v4 or later"},
  });
  for (const Job& job : file.jobs) {
    for (const Step& step : job.steps) {
      for (const auto& one : kRetired) {
        if (!step.uses.is(one.action) || step.uses.has_commit()) continue;
        std::string_view ref = step.uses.ref;
        if (!ref.starts_with('v') || ref.size() < 2 || (ref.size() > 2 && ref[2] != '.')) continue;
        if (ref[1] < '1' || ref[1] > one.newest) continue;
        auto& found =
            report.add(step, place_of(*step.uses.node),
                       fmt::format("{} {}", step.uses.written, one.what), step.uses.repository());
        found.finding.fix.text = fmt::format("Use {}, by its hash.", one.instead);
      }
    }
  }
}

}  // namespace crema::scan

// Package managers: what they leave in an image, and what they need to run at all.
#include "checks.h"
#include "packages.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <vector>

namespace crema::scan {
namespace {

using shell::Command;
using Names = std::span<const std::string_view>;

bool is_one_of(std::string_view name, Names names) {
  return std::ranges::find(names, name) != names.end();
}

// The first operand: "install" of `apt-get -y install curl`.
std::string_view verb_of(const Command& command) {
  const auto words = shell::operands(command, {"o", "c", "t"});
  return words.empty() ? std::string_view() : std::string_view(words.front()->text);
}

bool has_any_argument(const Command& command, Names names) {
  return std::ranges::any_of(names,
                             [&](std::string_view name) { return has_argument(command, name); });
}

struct Updater {
  std::string_view program;
  std::string_view update;
};

constexpr Updater kUpdaters[] = {
    {"apt-get", "update"}, {"apt", "update"}, {"aptitude", "update"}, {"apk", "update"},
    {"yum", "update"},     {"dnf", "update"}, {"zypper", "refresh"},  {"zypper", "update"},
};

constexpr std::string_view kInstallVerbs[] = {
    "install",      "add",          "upgrade",        "dist-upgrade",
    "full-upgrade", "in",           "source-install", "reinstall",
    "groupinstall", "localinstall", "build-dep",      "patch",
    "up",           "download",     "satisfy"};

bool is_installer(const Command& command) {
  constexpr std::string_view kPrograms[] = {"apt-get", "apt", "aptitude", "apk",
                                            "yum",     "dnf", "zypper",   "microdnf"};
  return is_one_of(shell::program_of(command), kPrograms) &&
         has_any_argument(command, kInstallVerbs);
}

// The first step behind `from`, of its stage, that installs with the program.
const BuildStep* install_behind(const Build& build, const BuildStep& from,
                                std::string_view program) {
  bool behind = false;
  for (const auto& step : build.steps()) {
    if (behind && step.stage == from.stage &&
        std::ranges::any_of(step.commands.commands, [&](const Command& command) {
          return shell::program_of(command) == program && is_installer(command);
        }))
      return &step;
    behind = behind || &step == &from;
  }
  return nullptr;
}

void update_alone(const Build& build, DockerfileReport& report) {
  for (const auto& step : build.steps()) {
    const auto& commands = step.commands.commands;
    if (std::ranges::any_of(commands, is_installer)) continue;
    for (const auto& command : commands) {
      const auto program = shell::program_of(command);
      const auto verb = verb_of(command);
      if (std::ranges::none_of(kUpdaters, [&](const Updater& one) {
            return one.program == program && one.update == verb;
          }))
        continue;
      report.add_command(step, command,
                         fmt::format("`{} {}` stands alone: its layer is kept while the lists in "
                                     "it grow old",
                                     program, verb));
      if (const auto* later = install_behind(build, step, program))
        report.also(*later, {}, "installs from the old lists");
      break;
    }
  }
}

bool has_mount(const BuildStep& step, std::string_view target) {
  return std::ranges::any_of(step.instruction->flags, [&](const dockerfile::Flag& flag) {
    if (flag.name != "mount") return false;
    bool keeps_out = false;
    bool is_there = false;
    for (const auto part : split(flag.value, ',')) {
      keeps_out = keeps_out || part == "type=cache" || part == "type=tmpfs";
      const auto equals = part.find('=');
      const auto key = part.substr(0, equals);
      if (key == "target" || key == "dst" || key == "destination")
        is_there = part.find(target, equals) != std::string_view::npos;
    }
    return keeps_out && is_there;
  });
}

bool removes(const Command& command, std::string_view path) {
  return shell::program_of(command) == "rm" &&
         std::ranges::any_of(command.arguments,
                             [&](const shell::Word& word) { return word.text.starts_with(path); });
}

void apt_lists_left(const Build& build, DockerfileReport& report) {
  constexpr std::string_view kPrograms[] = {"apt-get", "apt", "aptitude"};
  for (const auto& step : build.steps()) {
    if (!build.is_kept(step) || has_mount(step, "/var/lib/apt/lists") ||
        (has_mount(step, "/var/lib/apt") && has_mount(step, "/var/cache/apt")))
      continue;
    const auto& commands = step.commands.commands;
    if (std::ranges::any_of(commands, [](const Command& command) {
          return removes(command, "/var/lib/apt/lists") || removes(command, "/var/lib/apt/*");
        }))
      continue;
    const auto update = std::ranges::find_if(commands, [&](const Command& command) {
      return is_one_of(shell::program_of(command), kPrograms) && has_argument(command, "update");
    });
    if (update != commands.end())
      report.add_command(step, *update, "The package lists stay in the image: some 40 MB");
  }
}

// A package manager whose cache stays unless it is told.
struct Cleaner {
  Names programs;
  Names installs;
  Names cleans;
  std::string_view second_clean;  // "clean all"; "" where one word is enough
  Names folders;                  // which may be removed or mounted instead
};

constexpr std::string_view kYum[] = {"yum"};
constexpr std::string_view kYumInstalls[] = {"install", "groupinstall", "localinstall",
                                             "reinstall"};
constexpr std::string_view kClean[] = {"clean"};
constexpr std::string_view kDnf[] = {"dnf", "microdnf", "tdnf"};
constexpr std::string_view kDnfInstalls[] = {"install",         "in",     "upgrade",   "up",
                                             "upgrade-minimal", "up-min", "reinstall", "rei"};
constexpr std::string_view kZypper[] = {"zypper"};
constexpr std::string_view kZypperInstalls[] = {"install", "in", "source-install", "si", "patch"};
constexpr std::string_view kRpmFolders[] = {"/var/cache/yum", "/var/cache/dnf",
                                            "/var/cache/libdnf5", ".cache/libdnf5"};
constexpr std::string_view kZypperFolders[] = {"/var/cache/zypp"};
constexpr std::string_view kZypperCleans[] = {"clean", "cc"};

bool cleans(const Command& command, const Cleaner& manager, std::string_view program) {
  if (std::ranges::any_of(manager.folders,
                          [&](std::string_view folder) { return removes(command, folder); }))
    return true;
  return shell::program_of(command) == program && has_any_argument(command, manager.cleans) &&
         (manager.second_clean.empty() || has_argument(command, manager.second_clean));
}

void cache_left(const Build& build, DockerfileReport& report, const Cleaner& manager) {
  for (const auto& step : build.steps()) {
    if (!build.is_kept(step) || std::ranges::any_of(manager.folders, [&](std::string_view folder) {
          return has_mount(step, folder);
        }))
      continue;
    const auto& commands = step.commands.commands;
    const auto install = std::ranges::find_if(commands, [&](const Command& command) {
      return is_one_of(shell::program_of(command), manager.programs) &&
             has_any_argument(command, manager.installs);
    });
    if (install == commands.end() ||
        std::any_of(std::next(install), commands.end(), [&](const Command& command) {
          return cleans(command, manager, shell::program_of(*install));
        }))
      continue;
    report.add_command(step, *install,
                       fmt::format("What `{}` downloads stays in the image: nothing cleans it in "
                                   "this RUN",
                                   shell::program_of(*install)));
  }
}

void yum_cache_left(const Build& build, DockerfileReport& report) {
  cache_left(build, report, {kYum, kYumInstalls, kClean, "all", kRpmFolders});
}

void dnf_cache_left(const Build& build, DockerfileReport& report) {
  cache_left(build, report, {kDnf, kDnfInstalls, kClean, "all", kRpmFolders});
}

void zypper_cache_left(const Build& build, DockerfileReport& report) {
  cache_left(build, report, {kZypper, kZypperInstalls, kZypperCleans, "", kZypperFolders});
}

void yarn_cache_left(const Build& build, DockerfileReport& report) {
  const auto is = [](const Command& command, std::string_view first, std::string_view second) {
    return shell::program_of(command) == "yarn" && has_argument(command, first) &&
           (second.empty() || has_argument(command, second));
  };
  for (const auto& step : build.steps()) {
    if (!build.is_kept(step) || has_mount(step, ".cache/yarn")) continue;
    const auto& commands = step.commands.commands;
    const auto install = std::ranges::find_if(
        commands, [&](const Command& command) { return is(command, "install", ""); });
    if (install == commands.end() ||
        std::any_of(install, commands.end(),
                    [&](const Command& command) { return is(command, "cache", "clean"); }))
      continue;
    report.add_command(step, *install, "The cache of yarn stays in the image");
  }
}

bool is_true(std::string_view value) {
  static constexpr std::string_view kTrue[] = {"1", "true", "on", "yes"};
  return is_one_of(to_lower(value), kTrue);
}

bool turns_pip_cache_off(std::string_view assignment) {
  constexpr std::string_view kName = "PIP_NO_CACHE_DIR=";
  return assignment.starts_with(kName) && is_true(assignment.substr(kName.size()));
}

}  // namespace

bool is_pip_install(const Command& command) {
  const auto program = shell::program_of(command);
  if (!has_argument(command, "install")) return false;
  if (program.starts_with("pip")) return !program.starts_with("pipenv");
  if (!program.starts_with("python")) return false;
  const auto& words = command.arguments;
  for (std::size_t i = 0; i + 2 < words.size(); ++i)
    if (words[i].text == "-m") return words[i + 1].text == "pip";
  return false;
}

namespace {

void pip_cache_left(const Build& build, DockerfileReport& report) {
  std::vector<bool> off(build.stages().size() + 1, false);  // by stage; the last one is for none
  const auto index = [&](const BuildStep& step) { return std::min(step.stage, off.size() - 1); };
  for (const auto& step : build.steps()) {
    if (step.is(dockerfile::Verb::from) && step.stage < build.stages().size()) {
      if (const auto base = build.stages()[step.stage].base) off[step.stage] = off[*base];
    } else if (step.is(dockerfile::Verb::env)) {
      for (const auto& [key, value] : step.instruction->settings)
        if (key.text == "PIP_NO_CACHE_DIR" && value && is_true(build.expanded(value->text)))
          off[index(step)] = true;
    }
    if (off[index(step)] || !build.is_kept(step) || has_mount(step, ".cache/pip")) continue;
    const auto& commands = step.commands.commands;
    const bool exported = std::ranges::any_of(commands, [](const Command& command) {
      return std::ranges::any_of(command.assignments, turns_pip_cache_off, &shell::Word::text) ||
             (command.name.text == "export" &&
              std::ranges::any_of(command.arguments, turns_pip_cache_off, &shell::Word::text));
    });
    if (exported) continue;
    for (const auto& command : commands) {
      if (!is_pip_install(command) || shell::program_of(command).starts_with("pipx") ||
          has_argument(command, "--no-cache-dir"))
        continue;
      report.add_command(step, command, "The cache of pip stays in the image");
      break;
    }
  }
}

void apk_cache_left(const Build& build, DockerfileReport& report) {
  for (const auto& step : build.steps()) {
    if (!build.is_kept(step) || has_mount(step, "/var/cache/apk")) continue;
    for (const auto& command : step.commands.commands) {
      if (shell::program_of(command) != "apk" || !has_argument(command, "add") ||
          has_flag(command, "no-cache"))
        continue;
      report.add_command(step, command, "The index of apk stays in the image");
      break;
    }
  }
}

constexpr DockerfileCheck kChecks[] = {
    {"update-alone", update_alone},           {"apt-lists-left", apt_lists_left},
    {"yum-cache-left", yum_cache_left},       {"dnf-cache-left", dnf_cache_left},
    {"zypper-cache-left", zypper_cache_left}, {"yarn-cache-left", yarn_cache_left},
    {"pip-cache-left", pip_cache_left},       {"apk-cache-left", apk_cache_left},
};

}  // namespace

std::span<const DockerfileCheck> package_checks() { return kChecks; }

}  // namespace crema::scan

// Packages that are installed without a version: another image each time it is built. These rules
// are off by default: a distribution keeps only its newest packages, so that a pinned build breaks.
#include "checks.h"
#include "packages.h"

#include "crema/dockerfile/variables.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>

namespace crema::scan {
namespace {

using shell::Command;
using shell::Word;
using Texts = std::vector<std::string_view>;

bool has_any(std::string_view text, std::initializer_list<std::string_view> signs) {
  return std::ranges::any_of(signs,
                             [&](auto sign) { return text.find(sign) != std::string_view::npos; });
}

bool ends_with_any(std::string_view text, std::initializer_list<std::string_view> ends) {
  return std::ranges::any_of(ends, [&](auto end) { return text.ends_with(end); });
}

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> starts) {
  return std::ranges::any_of(starts, [&](auto start) { return text.starts_with(start); });
}

// One way of installing packages, and what pins one.
struct Installer {
  std::initializer_list<std::string_view> programs;
  std::initializer_list<std::string_view> verbs;  // any of them among the arguments
  Texts flags_with_value;
  bool (*is_pinned)(std::string_view package);
  std::string_view how;  // to pin one
};

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> all) {
  return std::ranges::find(all, text) != all.end();
}

void unpinned(const Build& build, DockerfileReport& report, const Installer& installer) {
  for (const auto& step : build.steps()) {
    for (const auto& command : step.commands.commands) {
      if (!is_one_of(shell::program_of(command), installer.programs) ||
          std::ranges::none_of(installer.verbs,
                               [&](auto verb) { return shell::has_argument(command, verb); }))
        continue;
      for (const auto* word : shell::operands(command, installer.flags_with_value)) {
        if (is_one_of(word->text, installer.verbs) || installer.is_pinned(word->text)) continue;
        report.add_command(
            step, command, *word,
            fmt::format("`{}` has no version: write `{}`", word->text, installer.how));
        break;
      }
    }
  }
}

void apt_unpinned(const Build& build, DockerfileReport& report) {
  unpinned(build, report,
           {{"apt-get"},
            {"install"},
            {"t", "target-release", "o", "c"},
            [](std::string_view package) {
              return has_any(package, {"=", "/"}) || package.ends_with(".deb");
            },
            "PACKAGE=VERSION"});
}

void apk_unpinned(const Build& build, DockerfileReport& report) {
  unpinned(build, report,
           {{"apk"},
            {"add"},
            {"t", "virtual", "repository", "X"},
            [](std::string_view package) {
              return has_any(package, {"=", "~", ">", "<"}) || package.ends_with(".apk");
            },
            "PACKAGE=VERSION"});
}

void zypper_unpinned(const Build& build, DockerfileReport& report) {
  unpinned(build, report,
           {{"zypper"},
            {"install", "in"},
            {},
            [](std::string_view package) {
              return has_any(package, {"=", ">", "<"}) || package.ends_with(".rpm");
            },
            "PACKAGE=VERSION"});
}

void gem_unpinned(const Build& build, DockerfileReport& report) {
  for (const auto& step : build.steps()) {
    for (auto command : step.commands.commands) {
      if (shell::program_of(command) != "gem" ||
          (!shell::has_argument(command, "install") && !shell::has_argument(command, "i")) ||
          shell::has_argument(command, "-v") || shell::has_flag(command, "version"))
        continue;
      const auto end = std::ranges::find(command.arguments, "--", &Word::text);
      for (auto word = command.arguments.begin(); word != end; ++word) {
        if (word->text.starts_with('-')) {
          if (word->text.find('=') == std::string::npos && std::next(word) != end) ++word;
        } else if (word->text != "install" && word->text != "i" &&
                   word->text.find(':') == std::string::npos) {
          report.add_command(step, command, *word,
                             fmt::format("`{}` has no version: write `GEM:VERSION`", word->text));
          break;
        }
      }
    }
  }
}

bool is_version_part(std::string_view part) {
  return std::ranges::all_of(part, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view(".~^_:+").find(c) != std::string_view::npos;
  });
}

// name-1.2-3.el9, where one part behind a dash begins with a digit.
bool has_rpm_version(std::string_view package) {
  if (package.ends_with(".rpm")) return true;
  auto dash = package.find('-');
  if (dash == std::string_view::npos) return false;
  bool digit = false;
  while (dash != std::string_view::npos) {
    const auto next = package.find('-', dash + 1);
    const auto part = package.substr(
        dash + 1, next == std::string_view::npos ? std::string_view::npos : next - dash - 1);
    if (!is_version_part(part)) return false;
    digit = digit || (!part.empty() && part[0] >= '0' && part[0] <= '9');
    dash = next;
  }
  return digit;
}

void rpm_unpinned(const Build& build, DockerfileReport& report,
                  std::initializer_list<std::string_view> programs) {
  for (const auto& step : build.steps()) {
    for (const auto& command : step.commands.commands) {
      if (!is_one_of(shell::program_of(command), programs) ||
          !shell::has_argument(command, "install") || shell::has_argument(command, "group"))
        continue;
      const bool module = shell::has_argument(command, "module");
      for (const auto* word : shell::operands(command)) {
        if (word->text == "install" || word->text == "module") continue;
        const std::string_view package = word->text;
        // A variable is a version where this stage knows it.
        const bool pinned = module ? has_any(package, {":"})
                            : dockerfile::has_variable(package)
                                ? has_any(package, {"-"}) && build.is_set(package, step.stage)
                                : has_rpm_version(package);
        if (pinned) continue;
        report.add_command(step, command, *word,
                           fmt::format("`{}` has no version: write `PACKAGE-VERSION`", word->text));
        break;
      }
    }
  }
}

void yum_unpinned(const Build& build, DockerfileReport& report) {
  rpm_unpinned(build, report, {"yum"});
}
void dnf_unpinned(const Build& build, DockerfileReport& report) {
  rpm_unpinned(build, report, {"dnf", "microdnf"});
}

bool is_pip_pinned(std::string_view package) {
  if (starts_with_any(package, {"git", "hg+", "svn", "bzr+"}) && has_any(package, {"://", "+"}))
    return has_any(package, {"@"});
  return has_any(package, {"==", ">=", "<=", ">", "<", "!=", "~=", "/"}) ||
         ends_with_any(package, {".whl", ".tar.gz"}) || package == ".";
}

void pip_unpinned(const Build& build, DockerfileReport& report) {
  const Texts with_value = {"abi",
                            "b",
                            "build",
                            "e",
                            "editable",
                            "extra-index-url",
                            "f",
                            "find-links",
                            "i",
                            "index-url",
                            "implementation",
                            "no-binary",
                            "only-binary",
                            "platform",
                            "prefix",
                            "progress-bar",
                            "proxy",
                            "python",
                            "python-version",
                            "root",
                            "root-user-action",
                            "src",
                            "t",
                            "target",
                            "trusted-host",
                            "upgrade-strategy"};
  for (const auto& step : build.steps()) {
    for (const auto& command : step.commands.commands) {
      if (!is_pip_install(command) || shell::has_flag(command, "constraint") ||
          shell::has_argument(command, "-c") || shell::has_argument(command, "-r") ||
          shell::has_flag(command, "requirement") || shell::has_argument(command, "."))
        continue;
      bool behind_install = false;
      for (const auto* word : shell::operands(command, with_value)) {
        if (!behind_install || word->text == "install") {
          behind_install = behind_install || word->text == "install";
          continue;
        }
        if (is_pip_pinned(word->text)) continue;
        report.add_command(step, command, *word,
                           fmt::format("`{}` has no version: write `PACKAGE==VERSION`, or a file "
                                       "of requirements",
                                       word->text));
        break;
      }
    }
  }
}

bool is_npm_pinned(std::string_view package) {
  if (starts_with_any(package, {"git://", "git+ssh://", "git+http://", "git+https://"}))
    return has_any(package, {"#"});
  if (ends_with_any(package, {".tar", ".tar.gz", ".tgz"}) ||
      starts_with_any(package, {"/", "./", "../", "~/"}))
    return true;
  return package.find('@', 1) != std::string_view::npos;
}

void npm_unpinned(const Build& build, DockerfileReport& report) {
  for (const auto& step : build.steps()) {
    for (const auto& command : step.commands.commands) {
      if (shell::program_of(command) != "npm") continue;
      const auto words = shell::operands(command, {"loglevel", "registry", "prefix", "cache"});
      if (words.empty() || !is_one_of(words.front()->text, {"install", "i", "add"})) continue;
      const auto found = std::find_if(words.begin() + 1, words.end(),
                                      [](const Word* word) { return !is_npm_pinned(word->text); });
      if (found != words.end())
        report.add_command(
            step, command, **found,
            fmt::format("`{}` has no version: write `PACKAGE@VERSION`", (*found)->text));
    }
  }
}

void go_unpinned(const Build& build, DockerfileReport& report) {
  for (const auto& step : build.steps()) {
    for (const auto& command : step.commands.commands) {
      if (shell::program_of(command) != "go") continue;
      const auto words = shell::operands(command);
      if (words.size() < 2 || !is_one_of(words.front()->text, {"install", "get", "run"})) continue;
      // Behind the first package of `go run` are its arguments.
      const auto last = words.front()->text == "run" ? words.begin() + 2 : words.end();
      const auto found = std::find_if(words.begin() + 1, last, [](const Word* word) {
        const std::string_view package = word->text;
        if (package == "tool" || starts_with_any(package, {".", "/"})) return false;
        return !has_any(package, {"@"}) || ends_with_any(package, {"@latest", "@none"});
      });
      if (found != last)
        report.add_command(
            step, command, **found,
            fmt::format("`{}` has no version: write `PACKAGE@VERSION`", (*found)->text));
    }
  }
}

constexpr DockerfileCheck kChecks[] = {
    {"apt-unpinned", apt_unpinned},       {"apk-unpinned", apk_unpinned},
    {"zypper-unpinned", zypper_unpinned}, {"gem-unpinned", gem_unpinned},
    {"yum-unpinned", yum_unpinned},       {"dnf-unpinned", dnf_unpinned},
    {"pip-unpinned", pip_unpinned},       {"npm-unpinned", npm_unpinned},
    {"go-unpinned", go_unpinned},
};

}  // namespace

std::span<const DockerfileCheck> pin_checks() { return kChecks; }

}  // namespace crema::scan

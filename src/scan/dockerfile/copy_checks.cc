// What is copied into an image, and where to.
#include "checks.h"

#include "crema/base/strings.h"
#include "crema/dockerfile/variables.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

namespace crema::scan {
namespace {

using dockerfile::unquoted;
using dockerfile::Verb;

constexpr std::string_view kArchives[] = {".tar", ".z",   ".bz2", ".gz",   ".lz",  ".lzma",
                                          ".tz",  ".tb2", ".tbz", ".tbz2", ".tgz", ".tlz",
                                          ".tpz", ".txz", ".xz",  ".zst",  ".tzst"};

bool is_archive(std::string_view path) {
  const auto lower = to_lower(path);
  return std::ranges::any_of(kArchives, [&](auto end) { return lower.ends_with(end); });
}

bool is_remote(std::string_view source) {
  return source.starts_with("http://") || source.starts_with("https://") ||
         source.starts_with("git@") || source.starts_with("git://") || source.ends_with(".git");
}

bool is_drive(std::string_view path) {
  return path.size() > 1 && path[1] == ':' &&
         ((path[0] >= 'a' && path[0] <= 'z') || (path[0] >= 'A' && path[0] <= 'Z'));
}

// Absolute, or nobody can tell.
bool is_absolute(std::string_view path) {
  return path.starts_with('/') || path.starts_with('\\') || path.starts_with('$') || is_drive(path);
}

std::string_view name_of(std::string_view path) {
  return path.substr(path.find_last_of("/\\") + 1);
}

void add_for_files(const Build& build, DockerfileReport& report) {
  for (const auto& step : build.steps()) {
    const auto& words = step.instruction->words;
    if (!step.is(Verb::add) || words.size() < 2 || !step.instruction->documents.empty()) continue;
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
      const auto source = unquoted(words[i].text);
      if (is_archive(source) || is_remote(source)) continue;
      report.add(step, fmt::format("ADD takes `{}`, which COPY would", source));
      break;
    }
  }
}

void remote_add(const Build& build, DockerfileReport& report) {
  for (const auto& step : build.steps()) {
    const auto& words = step.instruction->words;
    if (!step.is(Verb::add) || step.instruction->flag("checksum") != nullptr) continue;
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
      const auto source = unquoted(words[i].text);
      if (!is_remote(source) || source.ends_with(".git")) continue;
      report.add(step, words[i],
                 fmt::format("Nothing checks that `{}` is still what it was", source));
    }
  }
}

void copy_without_slash(const Build& build, DockerfileReport& report) {
  for (const auto& step : build.steps()) {
    const auto& words = step.instruction->words;
    if (!step.is(Verb::copy) || words.size() < 3) continue;
    const auto target = unquoted(words.back().text);
    if (target.ends_with('/') || target.ends_with('\\')) continue;
    report.add(step, words.back(),
               fmt::format("`{}` gets several sources and does not end with a slash", target));
  }
}

void relative_workdir(const Build& build, DockerfileReport& report) {
  for (const auto& step : build.steps()) {
    if (!step.is(Verb::workdir) || step.instruction->words.empty()) continue;
    const auto path = unquoted(step.instruction->words.front().text);
    if (!is_absolute(path))
      report.add(step, step.instruction->words.front(),
                 fmt::format("What `{}` means depends on the lines and the image before", path));
  }
}

void system_workdir(const Build& build, DockerfileReport& report) {
  constexpr std::string_view kFolders[] = {"/proc",  "/sys",     "/dev",      "/boot",
                                           "/etc",   "/bin",     "/sbin",     "/lib",
                                           "/lib64", "/usr/bin", "/usr/sbin", "/usr/lib"};
  for (const auto& step : build.steps()) {
    if (!step.is(Verb::workdir) || step.instruction->words.empty()) continue;
    auto path = build.expanded(step.instruction->words.front().text);
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    if (path.starts_with("/proc/") || path.starts_with("/sys/") || path.starts_with("/dev/") ||
        path.starts_with("/boot/") || std::ranges::find(kFolders, path) != std::end(kFolders))
      report.add(step, step.instruction->words.front(),
                 fmt::format("`{}` belongs to the system", path));
  }
}

void relative_copy(const Build& build, DockerfileReport& report) {
  const auto& steps = build.steps();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto& step = steps[i];
    if (!step.is(Verb::copy) || step.instruction->words.size() < 2) continue;
    const auto target = unquoted(step.instruction->words.back().text);
    if (is_absolute(target) || build.has_before(step.stage, i, Verb::workdir)) continue;
    report.add(step, step.instruction->words.back(),
               fmt::format("Where `{}` is depends on the base image: no WORKDIR was set", target));
  }
}

bool extracts(const shell::Command& command) {
  constexpr std::string_view kPrograms[] = {"unzip", "gunzip", "bunzip2",    "unlzma", "unxz",
                                            "zgz",   "zcat",   "uncompress", "gzcat"};
  const auto program = shell::program_of(command);
  if (std::ranges::find(kPrograms, program) != std::end(kPrograms)) return true;
  return program == "tar" &&
         (shell::has_flag(command, "x") || shell::has_flag(command, "extract") ||
          shell::has_flag(command, "get"));
}

// The archives that a COPY from the context brings: their names in the image.
std::vector<std::string> archives_of(const dockerfile::Instruction& copy) {
  std::vector<std::string> names;
  // First the name, then the quotes: the slashes of Windows are escapes elsewhere.
  const auto name = [](const dockerfile::Word& word) { return unquoted(name_of(word.text)); };
  if (auto target = name(copy.words.back()); is_archive(target)) return {std::move(target)};
  for (std::size_t i = 0; i + 1 < copy.words.size(); ++i)
    if (auto source = name(copy.words[i]); is_archive(source)) names.push_back(std::move(source));
  return names;
}

void archive_copied(const Build& build, DockerfileReport& report) {
  const auto& steps = build.steps();
  // By stage and name, the last step that extracts it.
  std::map<std::pair<std::size_t, std::string_view>, std::size_t> extracted;
  for (std::size_t i = 0; i < steps.size(); ++i)
    for (const auto& command : steps[i].commands.commands)
      if (extracts(command))
        for (const auto& word : command.arguments)
          extracted[{steps[i].stage, name_of(word.text)}] = i;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto& copy = steps[i];
    if (!copy.is(Verb::copy) || copy.instruction->words.size() < 2 ||
        copy.instruction->flag("from") != nullptr)
      continue;
    for (const auto& archive : archives_of(*copy.instruction)) {
      const auto found = extracted.find({copy.stage, archive});
      if (found == extracted.end() || found->second < i) continue;
      report.add(copy,
                 fmt::format("`{}` is copied and extracted later: the image holds both", archive));
      break;
    }
  }
}

constexpr DockerfileCheck kChecks[] = {
    {"add-for-files", add_for_files},           {"remote-add", remote_add},
    {"copy-without-slash", copy_without_slash}, {"relative-workdir", relative_workdir},
    {"system-workdir", system_workdir},         {"relative-copy", relative_copy},
    {"archive-copied", archive_copied},
};

}  // namespace

std::span<const DockerfileCheck> copy_checks() { return kChecks; }

}  // namespace crema::scan

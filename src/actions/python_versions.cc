#include "python_versions.h"

#include "inputs.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <system_error>

namespace crema::actions {
namespace {

namespace fs = std::filesystem;

constexpr int kOldestMinor = 6, kNewestMinor = 20;

constexpr const char* kAsk =
    "import platform, sys\n"
    "print(platform.python_version(), platform.python_implementation())\n"
    "print(sys.executable)\n"
    "print(getattr(sys, 'base_prefix', sys.prefix))\n";

std::optional<PythonVersion> ask(run::ActionContext& context, const fs::path& program) {
  const auto text = output_of(context, {program.string(), "-I", "-c", kAsk});
  if (!text) return std::nullopt;
  const auto lines = split_lines(*text);
  if (lines.size() != 3) return std::nullopt;
  const auto words = split(lines[0], ' ');
  const auto version = words.size() == 2 ? parse_version(words[0]) : std::nullopt;
  if (!version) return std::nullopt;
  return PythonVersion{*version, std::string(words[0]), std::string(words[1]), lines[1], lines[2]};
}

// A program that may be a Python, and the version its place or name promises.
struct Candidate {
  fs::path program;
  Version promised;
};

// Those that promise the newest come first, so that few have to be asked.
std::vector<Candidate> candidates(const run::ActionContext& context) {
  std::vector<Candidate> programs;
  const auto add = [&](const fs::path& program, std::string_view name) {
    std::error_code error;
    const auto real = fs::canonical(program, error);
    if (error || std::ranges::find(programs, real, &Candidate::program) != programs.end()) return;
    const auto digits = name.find_first_of("0123456789");
    const auto version =
        digits == std::string_view::npos ? std::nullopt : parse_version(name.substr(digits));
    programs.push_back({real, version.value_or(Version{})});
  };
  const auto add_children = [&](const fs::path& folder, std::string_view below) {
    std::error_code error;
    for (fs::directory_iterator entries(folder, error), end; !error && entries != end;
         entries.increment(error)) {
      add(entries->path() / below, entries->path().filename().native());
    }
  };
  for (const auto& home : homes(context)) {
    add_children(home / ".pyenv/versions", "bin/python");
    add_children(home / ".local/share/uv/python", "bin/python3");
  }
  if (const auto root = context.variable("PYENV_ROOT"); !root.empty()) {
    add_children(fs::path(root) / "versions", "bin/python");
  }
  add_children(context.tool_cache() / "Python", "x64/bin/python");
  add_children(context.tool_cache() / "Python", "arm64/bin/python");
  for (int minor = kNewestMinor; minor >= kOldestMinor; --minor) {
    const auto name = fmt::format("python3.{}", minor);
    if (const auto program = context.find_program(name)) add(*program, name);
    for (const auto* folder : {"/usr/bin", "/usr/local/bin"}) add(fs::path(folder) / name, name);
  }
  for (const auto* name : {"python3", "python", "pypy3"}) {
    if (const auto program = context.find_program(name)) add(*program, "");
  }
  std::ranges::sort(programs, std::greater(), &Candidate::promised);
  return programs;
}

std::string describe(const std::vector<PythonVersion>& installed) {
  std::vector<std::string> parts;
  for (const auto& each : installed) {
    parts.push_back(fmt::format("{}{} ({})",
                                each.implementation == "CPython" ? "" : each.implementation + " ",
                                each.name, each.program.string()));
  }
  return parts.empty() ? "none" : join(parts, ", ");
}

// The value of `key = "..."` in a section of a TOML file: all that is needed of it here.
std::optional<std::string> toml_text(std::string_view text, std::string_view section,
                                     std::string_view key) {
  bool inside = false;
  for (const auto line : split_lines(text)) {
    const auto content = trim(line);
    if (content.starts_with('[')) {
      inside = content.size() > 2 && trim(content.substr(1, content.find(']') - 1)) == section;
      continue;
    }
    const auto equals = content.find('=');
    if (!inside || equals == std::string_view::npos || trim(content.substr(0, equals)) != key)
      continue;
    const auto value = trim(content.substr(equals + 1));
    if (value.size() < 2 || (value.front() != '"' && value.front() != '\'')) return std::nullopt;
    return std::string(value.substr(1, value.find(value.front(), 1) - 1));
  }
  return std::nullopt;
}

}  // namespace

Result<PythonVersion> provide_python(run::ActionContext& context, std::string_view spec,
                                     bool prereleases) {
  std::string_view text = trim(spec);
  if (text.starts_with("graalpy") || (text.ends_with('t') && text.starts_with("3."))) {
    return fail("actions/not-supported", fmt::format("not supported: the Python '{}'", spec));
  }
  const bool pypy = text.starts_with("pypy");
  if (pypy) text.remove_prefix(text.starts_with("pypy-") ? 5 : 4);
  if (pypy) text = text.substr(0, text.find("-v"));
  if (text.ends_with("-dev")) {
    prereleases = true;
    text.remove_suffix(4);
  }
  const auto range = CREMA_TRY(VersionRange::parse(text.empty() ? "*" : text));
  std::vector<PythonVersion> installed;
  for (const auto& candidate : candidates(context)) {
    const auto python = ask(context, candidate.program);
    if (!python) continue;
    auto version = python->version;
    if (prereleases) version.prerelease.clear();
    if (range.contains(version) && (python->implementation == "PyPy") == pypy) return *python;
    installed.push_back(*python);
  }
  auto problem = make_error(
      "actions/no-such-python",
      fmt::format("no Python for '{}' on this machine; installed: {}", spec, describe(installed)));
  problem.hint =
      "install it (`pyenv install`, `uv python install`), or ask for one that is installed";
  return fail(std::move(problem));
}

Result<std::vector<std::string>> python_versions_in(const fs::path& file) {
  const auto text = sys::read_file(file);
  if (!text) {
    return fail(
        "actions/no-such-file",
        fmt::format("The specified python version file at: {} doesn't exist.", file.string()));
  }
  const auto name = file.filename().string();
  std::vector<std::string> versions;
  if (name.ends_with(".toml")) {
    auto version = toml_text(*text, "project", "requires-python");
    if (!version) version = toml_text(*text, "tool.poetry.dependencies", "python");
    if (version) versions.push_back(*version);
  } else if (name == "Pipfile") {
    auto version = toml_text(*text, "requires", "python_full_version");
    if (!version) version = toml_text(*text, "requires", "python_version");
    if (version) versions.push_back(*version);
  } else {
    for (const auto line : split_lines(*text)) {
      auto content = trim(line.substr(0, line.find('#')));
      if (name == ".tool-versions") {
        if (!content.starts_with("python ")) continue;
        content = trim(content.substr(7));
      }
      if (!content.empty()) versions.emplace_back(content);
    }
  }
  if (versions.empty()) {
    return fail("actions/no-version",
                fmt::format("{} asks for no version of Python", file.string()));
  }
  return versions;
}

}  // namespace crema::actions

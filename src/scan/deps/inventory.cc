#include "crema/scan/deps/inventory.h"

#include "lock_notes.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

namespace crema::scan {
namespace {

using Kind = DependencyFile;

constexpr std::pair<std::string_view, Kind> kNames[] = {
    {"go.mod", Kind::go_mod},
    {"go.sum", Kind::go_sum},
    {"go.work", Kind::go_work},
    {"package-lock.json", Kind::package_lock},
    {"npm-shrinkwrap.json", Kind::package_lock},
    {"pnpm-lock.yaml", Kind::pnpm_lock},
    {"yarn.lock", Kind::unread},
    {"bun.lock", Kind::unread},
    {"bun.lockb", Kind::unread},
    {"Cargo.lock", Kind::unread},
    {"Gemfile.lock", Kind::unread},
    {"composer.lock", Kind::unread},
    {"requirements.txt", Kind::unread},
    {"poetry.lock", Kind::unread},
    {"Pipfile.lock", Kind::unread},
    {"uv.lock", Kind::unread},
    {"pom.xml", Kind::unread},
    {"gradle.lockfile", Kind::unread},
    {"packages.lock.json", Kind::unread},
    {"mix.lock", Kind::unread},
    {"pubspec.lock", Kind::unread},
};

// Bytes; beyond, it is no file that a tool wrote for a build, and reading it would cost too much.
std::size_t largest_of(Kind kind) {
  constexpr std::size_t kMebi = std::size_t{1} << 20U;
  switch (kind) {
    case Kind::go_mod:
    case Kind::go_work:
      return 2 * kMebi;
    case Kind::go_source:
    case Kind::pnpm_lock:
      return 8 * kMebi;
    case Kind::go_sum:
    case Kind::modules_txt:
    case Kind::package_lock:
      return 24 * kMebi;
    case Kind::unread:
    case Kind::none:
      break;
  }
  return std::string_view::npos;
}

bool has_folder(std::string_view path, std::string_view name) {
  const auto folder = folder_of(path);
  return std::ranges::any_of(split(folder, '/'),
                             [&](std::string_view part) { return part == name; });
}

SourcePtr source_of(std::string_view path, std::string_view text) {
  return std::make_shared<SourceFile>(std::string(path), std::string(text));
}

std::string reason_of(const Diagnostic& error) {
  return error.span.known() ? fmt::format("line {}: {}", error.span.line, error.message)
                            : error.message;
}

// A text is kept as it is where it can be read; the letter says what it is.
template <class T>
FileAnswer kept(std::string_view path, char letter, std::string_view text,
                const Result<T>& parsed) {
  FileAnswer answer;
  if (parsed)
    answer.notes = letter + std::string(text);
  else
    answer.not_scanned.push_back(
        {std::string(path), parsed.error().code, reason_of(parsed.error())});
  return answer;
}

FileAnswer kept_lock(std::string_view path, const Result<LockFile>& parsed) {
  FileAnswer answer;
  if (parsed)
    answer.notes = 'L' + encode(*parsed);
  else
    answer.not_scanned.push_back(
        {std::string(path), parsed.error().code, reason_of(parsed.error())});
  return answer;
}

// Everything but go.mod, by folder.
struct Beside {
  std::map<std::string, std::map<GoModule, std::string>> sums;
  std::map<std::string, std::vector<VendoredModule>> vendored;
  std::map<std::string, GoWork> works;
};

void add_source(std::string_view path, std::string_view notes, Inventory& inventory) {
  inventory.packages[folder_of(path)].push_back({.path = std::string(path),
                                                 .test = notes.front() == 't',
                                                 .facts = decode_go_source(notes.substr(1))});
}

void add(const FileNotes& file, Inventory& inventory, Beside& beside) {
  const auto text = file.notes.substr(1);
  const auto folder = folder_of(file.path);
  switch (file.notes.front()) {
    case 'M':
      if (auto mod = parse_go_mod(source_of(file.path, text)))
        inventory.go.push_back({.path = std::string(file.path), .folder = folder, .mod = *mod});
      break;
    case 'S':
      if (auto sums = parse_go_sum(source_of(file.path, text))) beside.sums[folder] = *sums;
      break;
    case 'W':
      if (auto work = parse_go_work(source_of(file.path, text))) beside.works[folder] = *work;
      break;
    case 'V':
      // vendor/modules.txt is about the folder above.
      if (auto modules = parse_modules_txt(source_of(file.path, text)))
        beside.vendored[folder_of(folder)] = *modules;
      break;
    case 'L':
      inventory.locks.push_back({std::string(file.path), decode_lock(text)});
      break;
    case 's':
    case 't':
      add_source(file.path, file.notes, inventory);
      break;
    default:
      break;
  }
}

void join_workspaces(Inventory& inventory, const Beside& beside) {
  for (const auto& [folder, work] : beside.works) {
    std::set<std::string> used;
    for (const auto& use : work.uses) {
      auto path = (std::filesystem::path(folder) / use).lexically_normal().generic_string();
      while (path.ends_with('/')) path.pop_back();
      used.insert(path == "." ? "" : path);
    }
    std::vector<BuildList*> lists;
    std::vector<std::string> own;
    for (auto& project : inventory.go) {
      if (!used.contains(project.folder)) continue;
      lists.push_back(&project.list);
      own.push_back(project.mod.path);
      // The workspace's lines count for all its modules.
      if (!work.language.toolchain.empty())
        project.mod.language.toolchain = work.language.toolchain;
    }
    join_workspace(work, own, std::move(lists));
  }
}

// What is known of a build list is said where it is less than all.
void say_gaps(const GoProject& project, const std::set<std::string>& folders,
              std::vector<NotScanned>& all) {
  if (project.list.source == BuildList::Source::incomplete)
    all.push_back({project.path, "deps/incomplete",
                   "a go.mod of before Go 1.17 names only a part of what is built, and neither "
                   "go.sum nor the module cache has the rest"});
  for (const auto& module : project.list.modules) {
    if (module.folder.empty()) continue;
    auto folder =
        (std::filesystem::path(project.folder) / module.folder).lexically_normal().generic_string();
    while (folder.ends_with('/')) folder.pop_back();
    if (folder == ".") folder.clear();
    if (!folders.contains(folder))
      all.push_back({project.path, "deps/local-replacement",
                     fmt::format("{} is replaced by the folder {}, which is not a module of the "
                                 "tree",
                                 module.required.path, module.folder)});
  }
}

}  // namespace

DependencyFile dependency_file(std::string_view path) {
  const auto name = path.substr(path.rfind('/') + 1);
  if (path.ends_with("vendor/modules.txt")) return Kind::modules_txt;
  if (name.ends_with(".go")) return has_folder(path, "testdata") ? Kind::none : Kind::go_source;
  for (const auto& [known, kind] : kNames) {
    if (known != name) continue;
    return has_folder(path, "node_modules") || has_folder(path, "vendor") ? Kind::none : kind;
  }
  return Kind::none;
}

FileAnswer note_dependencies(std::string_view path, std::string_view text, const GoTarget& target,
                             const SymbolsByPackage& symbols) {
  const auto source = [&] { return source_of(path, text); };
  const auto kind = dependency_file(path);
  if (const auto largest = largest_of(kind); text.size() > largest) {
    FileAnswer answer;
    answer.not_scanned.push_back({std::string(path), "deps/too-large",
                                  fmt::format("it has {} MiB, and more than {} are not read",
                                              text.size() >> 20U, largest >> 20U)});
    return answer;
  }
  switch (kind) {
    case Kind::go_mod:
      return kept(path, 'M', text, parse_go_mod(source()));
    case Kind::go_sum:
      return kept(path, 'S', text, parse_go_sum(source()));
    case Kind::go_work:
      return kept(path, 'W', text, parse_go_work(source()));
    case Kind::modules_txt:
      return kept(path, 'V', text, parse_modules_txt(source()));
    case Kind::package_lock:
      return kept_lock(path, parse_package_lock(source()));
    case Kind::pnpm_lock:
      return kept_lock(path, parse_pnpm_lock(source()));
    case Kind::unread: {
      FileAnswer answer;
      answer.not_scanned.push_back(
          {std::string(path), "deps/not-yet", "crema does not read this kind of lock file yet"});
      return answer;
    }
    case Kind::go_source: {
      FileAnswer answer;
      const auto name = path.substr(path.rfind('/') + 1);
      if (is_built(name, text, target))
        answer.notes =
            (name.ends_with("_test.go") ? 't' : 's') + encode(read_go_source(text, symbols));
      return answer;
    }
    case Kind::none:
      break;
  }
  return {};
}

Inventory make_inventory(std::span<const FileNotes> notes, const ModuleCache& cache) {
  Inventory inventory;
  Beside beside;
  for (const auto& file : notes)
    if (!file.notes.empty()) add(file, inventory, beside);
  std::set<std::string> folders;
  for (auto& project : inventory.go) {
    folders.insert(project.folder);
    BuildFacts facts{.cache = &cache};
    if (const auto found = beside.sums.find(project.folder); found != beside.sums.end()) {
      project.sums = found->second;
      facts.sums = &project.sums;
    }
    if (const auto found = beside.vendored.find(project.folder); found != beside.vendored.end())
      facts.vendored = &found->second;
    project.list = build_list(project.mod, facts);
  }
  join_workspaces(inventory, beside);
  for (const auto& project : inventory.go) say_gaps(project, folders, inventory.not_scanned);
  return inventory;
}

Result<Inventory> read_inventory(const std::filesystem::path& root, const ModuleCache& cache) {
  const auto tree = CREMA_TRY(walk_tree(root));
  std::vector<std::pair<std::string, FileAnswer>> answers;
  for (const auto& file : tree.files) {
    const auto kind = dependency_file(file.path);
    if (kind == Kind::none || kind == Kind::go_source) continue;
    FileAnswer answer;
    if (auto text = read_source(root, file))
      answer = note_dependencies(file.path, *text, {}, {});
    else
      answer.not_scanned.push_back({file.path, text.error().code, text.error().message});
    answers.emplace_back(file.path, std::move(answer));
  }
  std::vector<FileNotes> notes;
  notes.reserve(answers.size());
  for (const auto& [path, answer] : answers) notes.push_back({path, answer.notes});
  auto inventory = make_inventory(notes, cache);
  for (auto& [path, answer] : answers)
    std::ranges::move(answer.not_scanned, std::back_inserter(inventory.not_scanned));
  return inventory;
}

}  // namespace crema::scan

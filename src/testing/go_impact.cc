#include "crema/testing/go_impact.h"

#include "framework.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"
#include "crema/sys/process.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

namespace crema::testing {
namespace {

namespace fs = std::filesystem;
using Impacts = std::map<std::string, Impact, std::less<>>;

// One package a line, its fields behind tabs: none of them can hold one.
constexpr std::string_view kFields =
    "{{.ImportPath}}\t{{.Dir}}\t{{join .Imports \" \"}}\t"
    "{{join .TestImports \" \"}} {{join .XTestImports \" \"}}\t"
    "{{join .EmbedFiles \"|\"}}|{{join .TestEmbedFiles \"|\"}}|{{join .XTestEmbedFiles \"|\"}}\t"
    "{{len .TestGoFiles}}{{len .XTestGoFiles}}";

std::vector<std::string> words(std::string_view text, char separator) {
  std::vector<std::string> out;
  for (const auto word : split(text, separator)) {
    if (!word.empty()) out.emplace_back(word);
  }
  return out;
}

// `below` is true for the sources of tests only.
std::string sources_of(const fs::path& folder, bool tests_only) {
  std::string all;
  std::error_code error;
  for (auto entry = fs::directory_iterator(folder, error);
       !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const auto name = entry->path().filename().string();
    if (!name.ends_with(tests_only ? "_test.go" : ".go")) continue;
    if (const auto text = sys::read_file(entry->path())) all += *text;
  }
  return all;
}

bool holds_any(std::string_view text, std::span<const std::string_view> parts) {
  return std::ranges::any_of(parts,
                             [&](auto part) { return text.find(part) != std::string_view::npos; });
}

std::optional<GoPackage> package_of(std::string_view line, const fs::path& root,
                                    const GoModule& module) {
  const auto fields = split(line, '\t');
  if (fields.size() != 6) return std::nullopt;
  GoPackage package{.path = std::string(fields[0]), .folder = {}, .module = module.folder};
  const auto folder = fs::path(fields[1]).lexically_relative(root).string();
  package.folder = folder == "." ? "" : folder;
  package.imports = words(fields[2], ' ');
  package.test_imports = words(fields[3], ' ');
  for (const auto& file : words(fields[4], '|'))
    package.embeds.push_back(package.folder.empty() ? file : package.folder + "/" + file);
  package.has_tests = fields[5] != "00";
  constexpr std::array<std::string_view, 4> kBuilds = {R"("go", "build")", R"("go", "run")",
                                                       R"("go","build")", R"(exec.Command("go")"};
  constexpr std::array<std::string_view, 3> kLooks = {R"("..)", R"(`..)", "runtime.Caller"};
  const auto tests = package.has_tests ? sources_of(fields[1], true) : std::string();
  package.tests_build_programs = holds_any(tests, kBuilds);
  package.tests_look_up = holds_any(tests, kLooks);
  return package;
}

// Files that no test reads unless it names them.
bool is_for_people(std::string_view file) {
  const auto name = file.substr(file.rfind('/') + 1);
  return name.ends_with(".md") || name.starts_with("LICENSE") || name == ".gitignore" ||
         file.starts_with(".github/");
}

class Spread {
 public:
  Spread(const fs::path& root, const std::vector<GoPackage>& packages)
      : root_(root), packages_(packages) {
    for (const auto& package : packages) by_folder_[package.folder].push_back(&package);
  }

  Impacts of(std::span<const std::string> changed) {
    for (const auto& file : changed) look_at(file);
    follow_imports();
    for (const auto& package : packages_) {
      if (package.tests_build_programs && !go_file_.empty())
        mark(package, {.file = go_file_,
                       .import = {},
                       .only_its_tests = true,
                       .how = "its tests build programs, and"});
    }
    return std::move(impacts_);
  }

 private:
  void look_at(const std::string& file) {
    const auto slash = file.rfind('/');
    const auto folder = slash == std::string::npos ? "" : file.substr(0, slash);
    const auto name = file.substr(slash + 1);
    if (name == "go.mod" || name == "go.sum" || name == "go.work" || name == "go.work.sum" ||
        file.find("vendor/modules.txt") != std::string::npos)
      return mark_module(file, folder, name);
    if (name.ends_with(".go")) go_file_ = file;
    const auto here = by_folder_.find(folder);
    if (here != by_folder_.end()) {
      const bool tests = name.ends_with("_test.go");
      for (const auto* package : here->second)
        mark(*package, {.file = file, .import = {}, .only_its_tests = tests, .how = "its file"});
    }
    if (name.ends_with(".go")) return follow_lost_package(file, folder);
    look_at_data(file, folder, name);
  }

  void mark_module(const std::string& file, const std::string& folder, const std::string& name) {
    for (const auto& package : packages_) {
      const bool all = name.starts_with("go.work");
      if (all || package.module == folder || is_below(folder, package.module + "/vendor"))
        mark(package, {.file = file, .import = {}, .only_its_tests = false, .how = "its module's"});
    }
  }

  // A folder that is no package any more: whoever still imports it is affected.
  void follow_lost_package(const std::string& file, const std::string& folder) {
    if (by_folder_.contains(folder)) return;
    for (const auto& package : packages_) {
      const auto imports_it = [&](const std::string& import) {
        return import.ends_with("/" + folder) || import == folder;
      };
      if (std::ranges::any_of(package.imports, imports_it) ||
          std::ranges::any_of(package.test_imports, imports_it))
        mark(package, {.file = file,
                       .import = {},
                       .only_its_tests = false,
                       .how = "it imports the package that was at"});
    }
  }

  // Data: of the package above it, of who embeds it, of who names it.
  void look_at_data(const std::string& file, std::string folder, const std::string& name) {
    while (!folder.empty() && !by_folder_.contains(folder)) {
      const auto slash = folder.rfind('/');
      folder = slash == std::string::npos ? "" : folder.substr(0, slash);
    }
    const auto above = by_folder_.find(folder);
    // What lies at the root belongs to all of it.
    if (above != by_folder_.end() && !folder.empty() && !is_for_people(file)) {
      for (const auto* package : above->second)
        mark(*package, {.file = file,
                        .import = {},
                        .only_its_tests = package->embeds.empty(),
                        .how = "data below it:"});
    }
    for (const auto& package : packages_) {
      if (std::ranges::find(package.embeds, file) != package.embeds.end())
        mark(package, {.file = file, .import = {}, .only_its_tests = false, .how = "it embeds"});
      else if (sources(package).find(name) != std::string::npos)
        mark(package,
             {.file = file, .import = {}, .only_its_tests = false, .how = "its sources name"});
      else if (package.tests_look_up && !is_for_people(file))
        mark(package, {.file = file,
                       .import = {},
                       .only_its_tests = true,
                       .how = "its tests look into folders above them, and"});
    }
  }

  const std::string& sources(const GoPackage& package) {
    auto [entry, fresh] = sources_.try_emplace(package.path);
    if (fresh) entry->second = sources_of(root_ / package.folder, false);
    return entry->second;
  }

  // What affects importers wins over what affects tests only.
  void mark(const GoPackage& package, Impact impact) {
    const auto [entry, fresh] = impacts_.try_emplace(package.path, impact);
    if (!fresh && (!entry->second.only_its_tests || impact.only_its_tests)) return;
    entry->second = std::move(impact);
    if (!entry->second.only_its_tests) next_.push_back(package.path);
  }

  void follow_imports() {
    std::multimap<std::string_view, const GoPackage*> importers, test_importers;
    for (const auto& package : packages_) {
      for (const auto& import : package.imports) importers.emplace(import, &package);
      for (const auto& import : package.test_imports) test_importers.emplace(import, &package);
    }
    while (!next_.empty()) {
      const auto path = std::move(next_.front());
      next_.pop_front();
      const auto spread = [&](const auto& map, bool tests) {
        const auto [begin, end] = map.equal_range(path);
        for (auto at = begin; at != end; ++at)
          mark(*at->second, {.file = {},
                             .import = path,
                             .only_its_tests = tests,
                             .how = tests ? "its tests import" : "imports"});
      };
      spread(importers, false);
      spread(test_importers, true);
    }
  }

  const fs::path& root_;
  const std::vector<GoPackage>& packages_;
  std::map<std::string, std::vector<const GoPackage*>, std::less<>> by_folder_;
  std::map<std::string, std::string> sources_;
  std::deque<std::string> next_;
  std::string go_file_;  // one that changed
  Impacts impacts_;
};

}  // namespace

GoImpact::GoImpact(fs::path root, std::vector<GoPackage> packages)
    : root_(std::move(root)), packages_(std::move(packages)) {
  std::ranges::sort(packages_, {}, &GoPackage::path);
}

Result<GoImpact> GoImpact::read(const fs::path& root, std::span<const GoModule> modules,
                                const std::string& tags, const sys::Host& host) {
  std::vector<GoPackage> packages;
  for (const auto& module : modules) {
    sys::Command command{.argv = {"go", "list", "-e", "-f", std::string(kFields)},
                         .environment = host.environment,
                         .working_directory = root / module.folder};
    if (!tags.empty()) command.argv.push_back("-tags=" + tags);
    command.argv.emplace_back("./...");
    const auto listed = CREMA_TRY(sys::capture(command, std::chrono::minutes(5)));
    if (!listed.exit.ok() && listed.output.empty())
      return fail("testing/go-list", "go list: " + std::string(trim(listed.error)));
    for (const auto line : split_lines(listed.output)) {
      if (auto package = package_of(line, root, module)) packages.push_back(std::move(*package));
    }
  }
  return GoImpact(root, std::move(packages));
}

Impacts GoImpact::affected_by(std::span<const std::string> changed) const {
  return Spread(root_, packages_).of(changed);
}

std::string explain_impact(const Impacts& impacts, std::string_view package) {
  std::string text(package);
  std::set<std::string, std::less<>> seen;
  auto at = impacts.find(package);
  if (at == impacts.end()) return "";
  while (at != impacts.end() && seen.insert(at->first).second) {
    const auto& impact = at->second;
    if (!impact.file.empty())
      return fmt::format("{}: {} {} changed", text, impact.how, impact.file);
    text += fmt::format("{} {} {}", text == package ? "" : ", which", impact.how, impact.import);
    at = impacts.find(impact.import);
  }
  return text;
}

}  // namespace crema::testing

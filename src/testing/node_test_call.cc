#include "node_test_call.h"

#include "framework.h"
#include "project_walk.h"

#include "crema/base/strings.h"
#include "crema/testing/exclusions.h"

#include <algorithm>
#include <array>
#include <set>

namespace crema::testing {
namespace {

namespace fs = std::filesystem;

// The words of a command that needs no shell: quotes are taken off, and patterns are Node.js's.
std::optional<std::vector<std::string>> words_of(std::string_view script) {
  std::vector<std::string> words;
  std::string word;
  char quote = 0;
  bool open = false;
  for (const char c : script) {
    const bool special = std::string_view("&|;<>`$\\\n").find(c) != std::string_view::npos;
    if (special || (quote == 0 && (c == '(' || c == ')'))) return std::nullopt;
    if (quote == 0 && c == ' ') {
      if (open) words.push_back(std::move(word));
      word.clear();
      open = false;
    } else if (quote == 0 ? c == '\'' || c == '"' : c == quote) {
      quote = quote == 0 ? c : '\0';
      open = true;
    } else {
      word += c;
      open = true;
    }
  }
  if (quote != 0) return std::nullopt;
  if (open) words.push_back(std::move(word));
  return words;
}

bool takes_a_value(std::string_view option) {
  constexpr std::array<std::string_view, 14> kOptions = {"-r",
                                                         "--require",
                                                         "--import",
                                                         "--loader",
                                                         "-C",
                                                         "--conditions",
                                                         "--env-file",
                                                         "--experimental-loader",
                                                         "--test-shard",
                                                         "--test-timeout",
                                                         "--test-reporter",
                                                         "--test-reporter-destination",
                                                         "--test-name-pattern",
                                                         "--test-concurrency"};
  return std::ranges::find(kOptions, option) != kOptions.end();
}

// Reporters, shards and coverage are crema's to say, and nobody waits for changes.
bool is_ours(std::string_view option) {
  constexpr std::array<std::string_view, 9> kOptions = {"--test",
                                                        "--watch",
                                                        "--test-shard",
                                                        "--test-reporter",
                                                        "--test-reporter-destination",
                                                        "--experimental-test-coverage",
                                                        "--test-coverage-lines",
                                                        "--test-coverage-branches",
                                                        "--test-coverage-functions"};
  return std::ranges::find(kOptions, option.substr(0, option.find('='))) != kOptions.end();
}

bool is_source(std::string_view name, bool typescript) {
  constexpr std::array<std::string_view, 6> kEndings = {".js", ".cjs", ".mjs",
                                                        ".ts", ".cts", ".mts"};
  if (name.ends_with(".d.ts") || name.ends_with(".d.cts") || name.ends_with(".d.mts")) return false;
  const auto some = std::span(kEndings).first(typescript ? kEndings.size() : 3);
  return std::ranges::any_of(some, [&](auto ending) { return name.ends_with(ending); });
}

bool is_test_by_name(std::string_view path) {
  const auto name = path.substr(path.rfind('/') + 1);
  const auto stem = name.substr(0, name.rfind('.'));
  return path.starts_with("test/") || path.find("/test/") != std::string_view::npos ||
         stem == "test" || stem.starts_with("test-") || stem.ends_with(".test") ||
         stem.ends_with("-test") || stem.ends_with("_test");
}

// "a.{js,ts}" is "a.js" and "a.ts"; one level deep, as Node.js's own documentation has them.
std::vector<std::string> without_braces(const std::string& pattern) {
  const auto open = pattern.find('{');
  const auto close = pattern.find('}', open);
  if (open == std::string::npos || close == std::string::npos) return {pattern};
  std::vector<std::string> all;
  for (const auto one : split(std::string_view(pattern).substr(open + 1, close - open - 1), ','))
    all.push_back(pattern.substr(0, open) + std::string(one) + pattern.substr(close + 1));
  return all;
}

class Files {
 public:
  Files(const fs::path& root, const std::string& folder) : root_(root), folder_(folder) {}

  void add_by_name(const std::string& below, bool typescript) {
    walk(below, [&](const std::string& path, const std::string& name) {
      return is_source(name, typescript) && is_test_by_name(path);
    });
  }
  void add(const std::string& given, bool typescript) {
    const auto text = fs::path(given).lexically_normal().string();
    std::error_code error;
    if (fs::is_regular_file(root_ / folder_ / text, error)) {
      if (auto path = joined(folder_, text); !path.starts_with(".."))
        found_.insert(std::move(path));
    } else if (fs::is_directory(root_ / folder_ / text, error)) {
      add_by_name(text == "." ? "" : text, typescript);
    } else {
      // Only what the pattern can mean: folders in which nobody looks by himself may be named.
      const auto fixed = text.substr(0, text.find_first_of("*?{["));
      const auto slash = fixed.rfind('/');
      const auto patterns = without_braces(text);
      walk(slash == std::string::npos ? "" : fixed.substr(0, slash),
           [&](const std::string& path, const std::string&) {
             return std::ranges::any_of(
                 patterns, [&](const auto& pattern) { return matches_path(pattern, path); });
           });
    }
  }
  std::vector<std::string> sorted() const { return {found_.begin(), found_.end()}; }

 private:
  static std::string joined(const std::string& folder, const std::string& path) {
    return (fs::path(folder) / path).lexically_normal().string();
  }
  // `below` is relative to the package, and so is the path that `is_meant` gets.
  void walk(const std::string& below, const auto& is_meant) {
    auto from = joined(folder_, below);
    if (from.ends_with('/')) from.pop_back();
    if (from.starts_with("..")) return;
    walk_folders(root_, from, [&](const ProjectFolder& here) {
      for (const auto& name : here.files) {
        const auto path = joined(here.path, name);
        const auto inside = fs::path(path).lexically_relative(folder_.empty() ? "." : folder_);
        if (is_meant(inside.string(), name)) found_.insert(path);
      }
      return true;
    });
  }

  const fs::path& root_;
  const std::string& folder_;
  std::set<std::string> found_;
};

}  // namespace

std::optional<NodeTestCall> node_test_call(std::string_view script) {
  const auto words = words_of(script);
  if (!words) return std::nullopt;
  NodeTestCall call;
  std::size_t at = 0;
  for (; at < words->size() && (*words)[at] != "node"; ++at) {
    const auto& word = (*words)[at];
    const auto equals = word.find('=');
    if (word == "cross-env") continue;
    if (equals == std::string::npos || equals == 0) return std::nullopt;
    call.environment.emplace_back(word.substr(0, equals), word.substr(equals + 1));
  }
  bool tests = false;
  for (++at; at < words->size(); ++at) {
    const auto& word = (*words)[at];
    if (!word.starts_with('-')) {
      call.files.push_back(word);
      continue;
    }
    tests = tests || word == "--test";
    if (!is_ours(word)) call.options.push_back(word);
    if (!takes_a_value(word) || at + 1 == words->size()) continue;
    ++at;
    if (!is_ours(word)) call.options.push_back((*words)[at]);
  }
  if (!tests) return std::nullopt;
  return call;
}

std::optional<NodeTestCall> node_test_call_of(std::span<const std::string> scripts) {
  std::optional<NodeTestCall> all;
  for (const auto& script : scripts) {
    auto call = node_test_call(script);
    if (!call) continue;
    if (!all) {
      all = std::move(call);
    } else if (all->files.empty() || call->files.empty()) {
      all->files.clear();  // wherever Node.js looks
    } else {
      all->files.insert(all->files.end(), call->files.begin(), call->files.end());
    }
  }
  return all;
}

std::vector<std::string> node_test_files(const fs::path& root, const std::string& folder,
                                         const NodeTestCall& call, bool typescript) {
  Files files(root, folder);
  if (call.files.empty()) files.add_by_name("", typescript);
  for (const auto& given : call.files) files.add(given, typescript);
  return files.sorted();
}

}  // namespace crema::testing

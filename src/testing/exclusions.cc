#include "crema/testing/exclusions.h"

#include "crema/base/strings.h"
#include "crema/formats/yaml.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace crema::testing {
namespace {

// One entry of codecov's list, as a pattern of ours: a folder means all that is in it, and "name/"
// at the beginning of nothing means anywhere.
std::string codecov_pattern(std::string_view text) {
  std::string pattern(text);
  while (pattern.starts_with("./")) pattern.erase(0, 2);
  if (pattern.starts_with('/')) pattern.erase(0, 1);
  if (pattern.ends_with('/')) return pattern + "**";
  const auto name =
      pattern.substr(pattern.rfind('/') == std::string::npos ? 0 : pattern.rfind('/') + 1);
  const bool folder = name.find('.') == std::string::npos && name.find('*') == std::string::npos;
  return folder ? pattern + "/**" : pattern;
}

}  // namespace

// Goes through the pattern once, with all places of the path that its beginning may lead to: the
// time is that of pattern times path, however many stars there are.
bool matches_path(std::string_view pattern, std::string_view path) {
  std::vector<bool> here(path.size() + 1);
  here[0] = true;
  while (!pattern.empty()) {
    std::vector<bool> next(path.size() + 1);
    if (pattern.starts_with("**")) {
      pattern.remove_prefix(2);
      if (pattern.empty()) return std::ranges::find(here, true) != here.end();
      if (pattern.starts_with('/')) pattern.remove_prefix(1);
      bool reached = false;
      for (std::size_t at = 0; at <= path.size(); ++at) {
        next[at] = here[at] || (reached && path[at - 1] == '/');
        reached = reached || here[at];
      }
    } else if (pattern.front() == '*') {
      pattern.remove_prefix(1);
      for (std::size_t at = 0; at <= path.size(); ++at)
        next[at] = here[at] || (at > 0 && next[at - 1] && path[at - 1] != '/');
    } else {
      const char wanted = pattern.front();
      pattern.remove_prefix(1);
      for (std::size_t at = 0; at < path.size(); ++at)
        next[at + 1] = here[at] && (wanted == '?' ? path[at] != '/' : path[at] == wanted);
    }
    here = std::move(next);
  }
  return here[path.size()];
}

void Exclusions::add_sonar(const SourcePtr& properties) {
  std::uint32_t number = 0;
  std::string wanted;
  std::uint32_t first = 0;
  bool goes_on = false;
  for (const auto line : split_lines(properties->text())) {
    ++number;
    auto text = trim(line);
    if (!goes_on) {
      wanted.clear();
      if (text.starts_with('#') || text.starts_with('!')) continue;
      const auto sign = text.find_first_of("=:");
      if (sign == std::string_view::npos) continue;
      const auto key = trim(text.substr(0, sign));
      if (key != "sonar.coverage.exclusions" && key != "sonar.exclusions") continue;
      first = number;
      text = trim(text.substr(sign + 1));
    }
    goes_on = text.ends_with('\\');
    if (goes_on) text.remove_suffix(1);
    wanted += text;
    if (goes_on) continue;
    for (const auto part : split(wanted, ',')) {
      if (const auto pattern = trim(part); !pattern.empty())
        add({std::string(pattern), fmt::format("{}:{}", properties->path(), first)});
    }
  }
}

Result<> Exclusions::add_codecov(const SourcePtr& yaml) {
  const auto root = CREMA_TRY(formats::parse_yaml(yaml));
  for (const auto& [key, value] : root->entries) {
    if (key->text != "ignore") continue;
    for (const auto& item : value->items)
      add({codecov_pattern(item->text), fmt::format("{}:{}", yaml->path(), item->line)});
  }
  return {};
}

Result<> Exclusions::add_crema(const SourcePtr& yaml) {
  const auto wrong = [&](const formats::YamlNode& node, std::string message) {
    auto error = make_error("cover/settings", std::move(message));
    error.span = {yaml, node.line, node.column, node.end_column};
    error.hint = "coverage: {exclude: [\"**/mocks/**\"]}";
    return fail(std::move(error));
  };
  const auto root = CREMA_TRY(formats::parse_yaml(yaml));
  for (const auto& [key, value] : root->entries) {
    if (key->text != "coverage") continue;
    for (const auto& [name, patterns] : value->entries) {
      if (name->text != "exclude") return wrong(*name, fmt::format("unknown key '{}'", name->text));
      if (patterns->kind != formats::YamlKind::sequence)
        return wrong(*patterns, "a list of patterns is expected");
      for (const auto& item : patterns->items)
        add({item->text, fmt::format("{}:{}", yaml->path(), item->line)});
    }
  }
  return {};
}

const Exclusion* Exclusions::find(std::string_view path) const {
  for (const auto& entry : entries_) {
    if (matches_path(entry.pattern, path)) return &entry;
  }
  return nullptr;
}

}  // namespace crema::testing

#include "crema/scan/core/marker.h"

#include "crema/base/strings.h"

#include <algorithm>
#include <array>
#include <optional>

namespace crema::scan {
namespace {

using Scopes = std::vector<MarkerScope>;

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.' || c == '/';
}

std::string_view name_at(std::string_view text) {
  return text.substr(
      0, static_cast<std::size_t>(std::ranges::find_if_not(text, is_name) - text.begin()));
}

// Names between commas, up to what is no name.
std::vector<std::string> names_at(std::string_view text) {
  std::vector<std::string> names;
  for (;;) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    const auto name = name_at(text);
    if (name.empty()) return names;
    names.emplace_back(name);
    text.remove_prefix(name.size());
    if (!text.starts_with(',')) return names;
    text.remove_prefix(1);
  }
}

std::string behind(std::string_view text, std::string_view separator) {
  const auto at = text.find(separator);
  return at == std::string_view::npos ? "" : std::string(trim(text.substr(at + separator.size())));
}

bool is_day(std::string_view text) {
  constexpr std::string_view kForm = "dddd-dd-dd";
  return text.size() >= kForm.size() &&
         std::ranges::equal(text.substr(0, kForm.size()), kForm, [](char c, char form) {
           return form == 'd' ? c >= '0' && c <= '9' : c == form;
         });
}

// Each gets what stands behind its word, to the end of the line.
std::optional<Marker> own(std::string_view rest, std::string_view) {
  Marker marker{.tool = "crema",
                .scopes = {MarkerScope::line, MarkerScope::line_below},
                .rules = names_at(rest.substr(0, rest.find("--"))),
                .reason = behind(rest, "-- ")};
  if (marker.rules.empty()) return std::nullopt;  // all of a line is more than anybody means
  const auto until = behind(rest.substr(0, rest.find("--")), " until ");
  if (is_day(until)) marker.until = until.substr(0, 10);
  return marker;
}

std::optional<Marker> gitleaks(std::string_view, std::string_view) {
  return Marker{.tool = "gitleaks", .scopes = {MarkerScope::line}, .family = "secrets"};
}

std::optional<Marker> checkov(std::string_view rest, std::string_view path) {
  const auto rule = name_at(rest);
  if (rule.empty()) return std::nullopt;
  const auto name = path.substr(path.rfind('/') + 1);
  const bool dockerfile = to_lower(name).find("dockerfile") != std::string::npos;
  rest.remove_prefix(rule.size());
  return Marker{.tool = "checkov",
                .scopes = {dockerfile ? MarkerScope::file : MarkerScope::resource},
                .rules = {std::string(rule)},
                .reason = rest.starts_with(':') ? std::string(trim(rest.substr(1))) : ""};
}

std::optional<Marker> trivy(std::string_view rest, std::string_view) {
  const auto rule = name_at(rest);
  if (rule.empty()) return std::nullopt;
  Marker marker{.tool = "trivy",
                .scopes = {MarkerScope::line, MarkerScope::line_below, MarkerScope::resource},
                .rules = {std::string(rule)}};
  const auto until = behind(rest, ":exp:");
  if (is_day(until)) marker.until = until.substr(0, 10);
  return marker;
}

std::optional<Marker> hadolint(std::string_view rest, MarkerScope scope) {
  auto rules = names_at(rest);
  if (rules.empty()) return std::nullopt;
  return Marker{.tool = "hadolint", .scopes = {scope}, .rules = std::move(rules)};
}

std::optional<Marker> hadolint_next(std::string_view rest, std::string_view) {
  return hadolint(rest, MarkerScope::line_below);
}

std::optional<Marker> hadolint_all(std::string_view rest, std::string_view) {
  return hadolint(rest, MarkerScope::file);
}

std::optional<Marker> gosec(std::string_view rest, std::string_view) {
  Marker marker{.tool = "gosec",
                .scopes = {MarkerScope::line},
                .family = "code",
                .reason = behind(rest, "-- ")};
  for (const auto word : split(rest.substr(0, rest.find("--")), ' ')) {
    const auto name = name_at(word);
    if (name.size() > 1 && name[0] == 'G' && name[1] >= '0' && name[1] <= '9')
      marker.rules.emplace_back(name);
  }
  return marker;
}

// Only where all linters are meant or the security one is.
std::optional<Marker> nolint(std::string_view rest, std::string_view) {
  if (rest.starts_with(':')) {
    const auto names = names_at(rest.substr(1));
    if (std::ranges::none_of(names,
                             [](const auto& name) { return name == "gosec" || name == "all"; }))
      return std::nullopt;
  }
  return Marker{.tool = "golangci-lint",
                .scopes = {MarkerScope::line},
                .family = "code",
                .reason = behind(rest, "// ")};
}

std::optional<Marker> semgrep(std::string_view rest, std::string_view) {
  if (rest.starts_with("grep")) rest.remove_prefix(4);
  Marker marker{.tool = "semgrep", .scopes = {MarkerScope::line, MarkerScope::line_below}};
  if (rest.starts_with(':')) marker.rules = names_at(rest.substr(1));
  return marker;
}

std::optional<Marker> zizmor(std::string_view rest, std::string_view) {
  auto rules = names_at(rest);
  if (rules.empty()) return std::nullopt;
  return Marker{.tool = "zizmor", .scopes = {MarkerScope::line}, .rules = std::move(rules)};
}

std::optional<Marker> sonar(std::string_view, std::string_view) {
  return Marker{.tool = "sonar", .scopes = {MarkerScope::line}, .family = "code"};
}

struct Word {
  std::string_view word;
  std::optional<Marker> (*read)(std::string_view rest, std::string_view path);
};

constexpr std::array kWords = {
    Word{"crema:ignore ", own},
    Word{"gitleaks:allow", gitleaks},
    Word{"checkov:skip=", checkov},
    Word{"bridgecrew:skip=", checkov},
    Word{"trivy:ignore:", trivy},
    Word{"hadolint ignore=", hadolint_next},
    Word{"hadolint global ignore=", hadolint_all},
    Word{"#nosec", gosec},
    Word{"# nosec", gosec},
    Word{"gosec:disable", gosec},
    Word{"//nolint", nolint},
    Word{"nosem", semgrep},
    Word{"zizmor: ignore[", zizmor},
    Word{"NOSONAR", sonar},
};

constexpr auto kTexts = [] {
  std::array<std::string_view, kWords.size()> texts{};
  for (std::size_t i = 0; i < kWords.size(); ++i) texts[i] = kWords[i].word;
  return texts;
}();

// A line that only a comment is on: what is meant is the code below it.
bool is_comment(std::string_view line) {
  const auto text = trim(line);
  return text.starts_with('#') || text.starts_with("//") || text.starts_with("<!--") ||
         text.starts_with("/*");
}

// The next line that is neither empty nor a comment; the one below where there is none.
std::uint32_t code_below(std::span<const std::string_view> lines, std::size_t index) {
  for (auto next = index + 1; next < lines.size(); ++next)
    if (!trim(lines[next]).empty() && !is_comment(lines[next]))
      return static_cast<std::uint32_t>(next + 1);
  return static_cast<std::uint32_t>(index + 2);
}

bool reaches(const Marker& marker, MarkerScope scope, const Found& found) {
  if (scope == MarkerScope::file) return true;
  if (scope == MarkerScope::resource)
    return found.first_line <= marker.line + 1 && marker.line <= found.last_line;
  // What stands right above a thing speaks of all its lines: of an instruction that goes on.
  if (scope == MarkerScope::line_below && marker.code_below == found.first_line) return true;
  if (found.finding.locations.empty()) return false;
  const auto& place = found.finding.locations.front();
  const auto line = scope == MarkerScope::line ? marker.line : marker.code_below;
  return place.line <= line && line <= std::max(place.line, place.end_line);
}

}  // namespace

std::span<const std::string_view> marker_words() { return kTexts; }

std::vector<Marker> find_markers(std::string_view path, std::string_view text) {
  std::vector<Marker> markers;
  const auto lines = split_lines(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    for (const auto& [word, read] : kWords) {
      const auto at = lines[i].find(word);
      if (at == std::string_view::npos) continue;
      auto marker = read(lines[i].substr(at + word.size()), path);
      if (!marker) continue;
      marker->line = static_cast<std::uint32_t>(i + 1);
      marker->code_below = is_comment(lines[i]) ? code_below(lines, i) : marker->line;
      markers.push_back(std::move(*marker));
    }
  }
  return markers;
}

bool covers(const Marker& marker, const Found& found) {
  const auto& finding = found.finding;
  if (!marker.family.empty() && marker.family != finding.family) return false;
  const auto named = [&](const std::string& rule) {
    return equals_ignore_case(rule, finding.rule) ||
           std::ranges::any_of(finding.aliases,
                               [&](const auto& alias) { return equals_ignore_case(rule, alias); });
  };
  if (!marker.rules.empty() && std::ranges::none_of(marker.rules, named)) return false;
  return std::ranges::any_of(marker.scopes,
                             [&](MarkerScope scope) { return reaches(marker, scope, found); });
}

}  // namespace crema::scan

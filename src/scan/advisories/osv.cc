#include "crema/scan/advisories/osv.h"

#include "crema/base/strings.h"
#include "crema/formats/json.h"
#include "crema/scan/advisories/cvss.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <simdjson.h>

#include <algorithm>
#include <utility>

namespace crema::scan {
namespace {

using simdjson::dom::element;
using Kind = OsvEvent::Kind;

constexpr std::pair<std::string_view, Kind> kEvents[] = {{"introduced", Kind::introduced},
                                                         {"fixed", Kind::fixed},
                                                         {"last_affected", Kind::last_affected},
                                                         {"limit", Kind::limit}};

std::string text_of(element value, const char* key) {
  std::string_view text;
  return value[key].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

// The elements of an array; none where it is something else.
std::vector<element> items(element value, const char* key) {
  simdjson::dom::array array;
  std::vector<element> all;
  if (value[key].get(array) != simdjson::SUCCESS) return all;
  all.reserve(array.size());
  for (const element item : array) all.push_back(item);
  return all;
}

std::vector<std::string> texts(element value, const char* key) {
  std::vector<std::string> all;
  for (const auto item : items(value, key)) {
    std::string_view text;
    if (item.get(text) == simdjson::SUCCESS && !text.empty()) all.emplace_back(text);
  }
  return all;
}

// "2026-11-02" of a timestamp; the year 1 is how Go's database says nothing.
std::string day_of(element advisory, const char* key) {
  auto text = text_of(advisory, key).substr(0, 10);
  const bool day = text.size() == 10 && text[4] == '-' && text[7] == '-' &&
                   text.find_first_not_of("0123456789-") == std::string::npos;
  if (!day || text.starts_with("000")) return "";
  return text;
}

std::vector<OsvEvent> read_events(element range) {
  std::vector<OsvEvent> events;
  for (const auto event : items(range, "events"))
    for (const auto& [name, kind] : kEvents)
      if (auto version = text_of(event, name.data()); !version.empty())
        events.push_back({kind, std::move(version)});
  return events;
}

std::vector<OsvImport> read_imports(element affected) {
  std::vector<OsvImport> imports;
  element specific;
  if (affected["ecosystem_specific"].get(specific) != simdjson::SUCCESS) return imports;
  for (const auto item : items(specific, "imports")) {
    OsvImport import{.path = text_of(item, "path"), .symbols = texts(item, "symbols")};
    for (const char* key : {"goos", "goarch"})
      std::ranges::move(texts(item, key), std::back_inserter(import.platforms));
    if (!import.path.empty()) imports.push_back(std::move(import));
  }
  return imports;
}

std::optional<OsvAffected> read_affected(element item) {
  element package;
  if (item["package"].get(package) != simdjson::SUCCESS) return std::nullopt;
  OsvAffected affected{.ecosystem = text_of(package, "ecosystem"),
                       .package = text_of(package, "name"),
                       .versions = texts(item, "versions"),
                       .imports = read_imports(item)};
  if (affected.ecosystem.empty() || affected.package.empty()) return std::nullopt;
  for (const auto range : items(item, "ranges"))
    if (text_of(range, "type") != "GIT")
      if (auto events = read_events(range); !events.empty())
        affected.ranges.push_back(std::move(events));
  return affected;
}

// Of one `severity` list: an advisory has one, and each of its packages may.
void read_severity(element holder, OsvAdvisory& advisory) {
  for (const auto item : items(holder, "severity")) {
    const auto score = cvss_base_score(text_of(item, "score"));
    if (!score || (advisory.score && *advisory.score >= *score)) continue;
    advisory.score = score;
    advisory.severity = cvss_severity(*score);
  }
}

// GitHub's database rates in a word, and calls medium moderate.
std::optional<evidence::FindingSeverity> rated(std::string_view word) {
  if (equals_ignore_case(word, "moderate")) return evidence::FindingSeverity::medium;
  return evidence::finding_severity(word);
}

OsvAdvisory read_advisory(element root) {
  OsvAdvisory advisory{.id = text_of(root, "id"),
                       .aliases = texts(root, "aliases"),
                       .summary = text_of(root, "summary"),
                       .modified = day_of(root, "modified"),
                       .published = day_of(root, "published"),
                       .withdrawn = !text_of(root, "withdrawn").empty()};
  read_severity(root, advisory);
  for (const auto item : items(root, "affected")) {
    read_severity(item, advisory);
    if (auto affected = read_affected(item)) advisory.affected.push_back(std::move(*affected));
  }
  element specific;
  if (root["database_specific"].get(specific) == simdjson::SUCCESS) {
    const auto review = text_of(specific, "review_status");
    if (review == "REVIEWED") advisory.review = OsvAdvisory::Review::reviewed;
    if (review == "UNREVIEWED") advisory.review = OsvAdvisory::Review::unreviewed;
    if (!advisory.severity) advisory.severity = rated(text_of(specific, "severity"));
  }
  return advisory;
}

}  // namespace

Result<OsvAdvisory> parse_osv(const SourcePtr& file) {
  simdjson::dom::parser parser;
  element root;
  const auto wrong = parser.parse(file->text().data(), file->text().size()).get(root);
  if (wrong != simdjson::SUCCESS) {
    // The slow reader knows the place.
    const auto tree = formats::parse_json(file);
    if (!tree) return fail(tree.error());
    return fail("osv/advisory",
                fmt::format("{} is no advisory: {}", file->path(), simdjson::error_message(wrong)),
                {.source = file, .line = 1, .column = 1});
  }
  const auto refuse = [&](std::string_view why) {
    return fail("osv/advisory", fmt::format("{} is no advisory: {}", file->path(), why),
                {.source = file, .line = 1, .column = 1});
  };
  if (!root.is_object()) return refuse("it is no object");
  simdjson::dom::array affected;
  auto advisory = read_advisory(root);
  if (advisory.id.empty()) return refuse("it has no `id`");
  // Withdrawn ones and those of commits alone may leave it out.
  const auto kind = root["affected"].get(affected);
  if (kind != simdjson::SUCCESS && kind != simdjson::NO_SUCH_FIELD)
    return refuse("`affected` is no list");
  return advisory;
}

}  // namespace crema::scan

#include "crema/base/strings.h"
#include "crema/scan/core/ignore_rules.h"
#include "crema/scan/waivers/waiver.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <map>

namespace crema::scan {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// A star stands for anything, slashes too. Only the last one is ever tried again.
bool matches_any_case(std::string_view pattern, std::string_view text) {
  constexpr auto kNone = std::string_view::npos;
  std::size_t at = 0;
  std::size_t star = kNone;
  std::size_t retry = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = ++at;
      retry = i;
    } else if (at < pattern.size() && lower(pattern[at]) == lower(text[i])) {
      ++at;
      ++i;
    } else if (star != kNone) {
      at = star;
      i = ++retry;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == '*') ++at;
  return at == pattern.size();
}

bool names_rule(const std::vector<std::string>& rules, const evidence::Finding& finding) {
  return std::ranges::any_of(rules, [&](const auto& rule) {
    return matches_any_case(rule, finding.rule) ||
           std::ranges::any_of(finding.aliases,
                               [&](const auto& alias) { return matches_any_case(rule, alias); });
  });
}

bool names_path(const Waiver& waiver, std::string_view path) {
  if (waiver.paths.empty() && waiver.path_expressions.empty()) return true;
  if (std::ranges::any_of(waiver.paths,
                          [&](const auto& one) { return PathPattern(one).matches(path); }))
    return true;
  return std::ranges::any_of(waiver.path_expressions, [&](const auto& expression) {
    return RE2::PartialMatch("/" + std::string(path), RE2(expression, RE2::Quiet));
  });
}

std::string text_of(const Span& place) {
  return place.source == nullptr ? "" : fmt::format("{}:{}", place.source->path(), place.line);
}

void suppress(evidence::Finding& finding, evidence::Suppression suppression) {
  finding.state = evidence::FindingState::suppressed;
  finding.suppressions.push_back(std::move(suppression));
}

bool is_over(std::string_view until, std::string_view today) {
  return !until.empty() && until < today;
}

Diagnostic expired(std::string_view what, std::string_view until, const Span& place) {
  auto warning =
      make_warning("waiver/expired",
                   fmt::format("{} was until {} and covers nothing any more", what, until), place);
  warning.hint = "fix what it covers, or give it a new day and a reason for it";
  return warning;
}

std::string rules_text(const std::vector<std::string>& rules) {
  return rules.empty() ? "" : " of " + join(rules, ", ");
}

class Applying {
 public:
  Applying(std::span<Found> found, std::string_view today) : found_(found), today_(today) {}

  void waiver(const Waiver& waiver) {
    const auto what = "the waiver" + rules_text(waiver.rules);
    if (is_over(waiver.until, today_)) {
      ledger_.warnings.push_back(expired(what, waiver.until, waiver.place));
      return;
    }
    std::size_t covered = 0;
    for (auto& one : found_) {
      if (!covers(waiver, one)) continue;
      ++covered;
      if (waiver.known) {
        if (one.finding.state == evidence::FindingState::fresh)
          one.finding.state = evidence::FindingState::known;
        continue;
      }
      suppress(one.finding,
               {.by = waiver.owner.empty() ? text_of(waiver.place)
                                           : waiver.owner + ", " + text_of(waiver.place),
                .reason = waiver.reason,
                .until = waiver.until});
    }
    if (covered == 0 && !waiver.known)
      unused(what + " covers nothing", waiver.place, "remove it, or correct what it names");
  }

  void markers(const FileMarkers& file) {
    for (const auto& marker : file.markers) {
      const auto place = Span{std::make_shared<SourceFile>(file.path, ""), marker.line, 1};
      if (is_over(marker.until, today_)) {
        ledger_.warnings.push_back(
            expired("the comment" + rules_text(marker.rules), marker.until, place));
        continue;
      }
      bool used = false;
      for (auto* one : in_file(file.path)) {
        if (!covers(marker, *one)) continue;
        used = true;
        suppress(one->finding, {.by = fmt::format("{}:{}", file.path, marker.line),
                                .reason = marker.reason,
                                .until = marker.until});
      }
      // A comment of another tool may be for a rule that only that tool has.
      if (!used && marker.tool == "crema") {
        unused("the comment" + rules_text(marker.rules) + " covers nothing", place,
               "remove it, or write it on the line of the finding or above it");
      }
    }
  }

  Ledger take() {
    for (const auto& one : found_) {
      if (one.finding.state == evidence::FindingState::suppressed) ++ledger_.suppressed;
      if (one.finding.state == evidence::FindingState::known) ++ledger_.known;
    }
    return std::move(ledger_);
  }

 private:
  std::span<Found> found_;
  std::string_view today_;
  Ledger ledger_;
  std::map<std::string, std::vector<Found*>, std::less<>> by_path_;

  void unused(std::string message, const Span& place, std::string hint) {
    auto warning = make_warning("waiver/unused", std::move(message), place);
    warning.hint = std::move(hint);
    ledger_.warnings.push_back(std::move(warning));
  }

  const std::vector<Found*>& in_file(std::string_view path) {
    if (by_path_.empty())
      for (auto& one : found_)
        if (!one.finding.locations.empty())
          by_path_[one.finding.locations.front().path].push_back(&one);
    static const std::vector<Found*> kNone;
    const auto found = by_path_.find(path);
    return found == by_path_.end() ? kNone : found->second;
  }
};

}  // namespace

bool covers(const Waiver& waiver, const Found& found) {
  const auto& finding = found.finding;
  if (!waiver.family.empty() && waiver.family != finding.family) return false;
  if (!waiver.fingerprint.empty() && waiver.fingerprint != finding.fingerprint) return false;
  if (!waiver.content.empty() && waiver.content != found.content) return false;
  if (!found.commit.empty() && !found.commit.starts_with(waiver.commit)) return false;
  if (!waiver.rules.empty() && !names_rule(waiver.rules, finding)) return false;
  if (!waiver.subject.empty() && !matches_any_case(waiver.subject, finding.subject)) return false;
  if (waiver.claim != evidence::Reach::unknown && finding.reach > waiver.claim) return false;
  const auto place =
      finding.locations.empty() ? evidence::FindingLocation{} : finding.locations.front();
  if (waiver.line != 0 && waiver.line != place.line) return false;
  return names_path(waiver, place.path);
}

Ledger apply_waivers(std::span<Found> found, std::span<const Waiver> waivers,
                     std::span<const FileMarkers> markers, std::string_view today) {
  Applying applying(found, today);
  for (const auto& waiver : waivers) applying.waiver(waiver);
  for (const auto& file : markers) applying.markers(file);
  return applying.take();
}

}  // namespace crema::scan

#include "finding_conditions.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace crema::gate {
namespace {

using evidence::Finding;
using evidence::FindingState;

std::string text_of(const Finding& finding) {
  auto text = finding.rule;
  if (!finding.locations.empty()) {
    const auto& place = finding.locations.front();
    text += "  " + place.path + (place.line == 0 ? "" : fmt::format(":{}", place.line));
  }
  return text + "  " + (finding.message.empty() ? finding.subject : finding.message);
}

std::optional<std::chrono::sys_days> day_of(std::string_view text) {
  constexpr std::size_t kSize = 10;  // "2026-11-25"
  if (text.size() < kSize) return std::nullopt;
  const auto number = [&](std::size_t from, std::size_t size) {
    int value = 0;
    for (const char c : text.substr(from, size)) value = value * 10 + (c - '0');
    return value;
  };
  const std::chrono::year_month_day found{std::chrono::year(number(0, 4)),
                                          std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                          std::chrono::day(static_cast<unsigned>(number(8, 2)))};
  if (!found.ok()) return std::nullopt;
  return std::chrono::sys_days(found);
}

// How many there are, and what they are; each incident once.
class Counting {
 public:
  void add(const Finding& finding) {
    if (!finding.incident.empty() && !incidents_.insert(finding.incident).second) return;
    details_.push_back(text_of(finding));
  }
  std::vector<std::string> take() { return std::move(details_); }

 private:
  std::set<std::string, std::less<>> incidents_;
  std::vector<std::string> details_;
};

bool counts(const Finding& finding, bool all) {
  return finding.state == FindingState::fresh || (all && finding.state == FindingState::known);
}

bool meets(const FindingCondition& condition, const Finding& finding, std::chrono::sys_days today) {
  if (condition.severity && finding.severity < *condition.severity) return false;
  if (condition.reach && finding.reach < *condition.reach) return false;
  if (condition.fix && *condition.fix != !finding.fix.version.empty()) return false;
  if (condition.exploited && *condition.exploited != finding.exploited) return false;
  if (!condition.family.empty() && condition.family != finding.family) return false;
  if (!condition.rule.empty() && condition.rule != finding.rule &&
      std::ranges::find(finding.aliases, condition.rule) == finding.aliases.end())
    return false;
  if (!condition.older_than) return true;
  const auto published = day_of(finding.published);
  return published && today - *published > *condition.older_than;
}

FindingRow row_of(std::string condition, std::uint64_t most, std::vector<std::string> details) {
  const bool fulfilled = details.size() <= most;
  Row row{.condition = std::move(condition),
          .wanted = fmt::format("<= {}", most),
          .actual = std::to_string(details.size())};
  if (!fulfilled) row.details = std::move(details);
  return {std::move(row), fulfilled};
}

}  // namespace

std::vector<FindingRow> finding_conditions(const Policy& policy,
                                           std::span<const evidence::Scan* const> scans,
                                           std::chrono::year_month_day today,
                                           const std::function<bool(std::string_view)>& waived) {
  std::vector<const Finding*> open;
  // A report that is uploaded holds what the scan itself has left already.
  std::set<std::pair<std::string_view, std::string_view>> met;
  for (const auto* scan : scans)
    for (const auto& finding : scan->findings) {
      if (!finding.fingerprint.empty() && !met.emplace(finding.rule, finding.fingerprint).second)
        continue;
      if (finding.state == FindingState::suppressed || waived(finding.rule) ||
          (!finding.fingerprint.empty() && waived(finding.fingerprint)) ||
          std::ranges::any_of(finding.aliases, waived))
        continue;
      open.push_back(&finding);
    }
  std::vector<FindingRow> rows;
  for (const auto& [severity, most] : policy.findings) {
    Counting counting;
    for (const auto* finding : open)
      if (finding->severity == severity && counts(*finding, policy.all_findings))
        counting.add(*finding);
    rows.push_back(row_of(fmt::format("{}{} findings", policy.all_findings ? "" : "new ",
                                      evidence::to_text(severity)),
                          most, counting.take()));
  }
  for (const auto& condition : policy.finding_conditions) {
    Counting counting;
    for (const auto* finding : open)
      if (counts(*finding, condition.all.value_or(policy.all_findings)) &&
          meets(condition, *finding, today))
        counting.add(*finding);
    rows.push_back(row_of(condition.name, condition.most, counting.take()));
  }
  return rows;
}

}  // namespace crema::gate

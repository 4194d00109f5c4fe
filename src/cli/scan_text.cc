#include "scan_text.h"

#include "scan_frame.h"
#include "scan_groups.h"

#include "crema/base/strings.h"
#include "crema/scan/incidents.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace crema::cli {
namespace {

using evidence::Finding;
using evidence::FindingSeverity;
using evidence::FindingState;
using evidence::Style;
using evidence::Tone;

constexpr std::size_t kPlacesShown = 4;
constexpr std::size_t kAdvisoriesShown = 6;
constexpr std::size_t kLeftOutShown = 10;
constexpr std::size_t kTextWidth = 92;

std::string counted(std::size_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

Tone tone_of(FindingSeverity severity) {
  switch (severity) {
    case FindingSeverity::critical:
    case FindingSeverity::high:
      return Tone::red;
    case FindingSeverity::medium:
      return Tone::yellow;
    case FindingSeverity::low:
      return Tone::cyan;
    case FindingSeverity::note:
      return Tone::dim;
  }
  return Tone::plain;
}

// Words broken into lines that begin below each other.
std::string wrapped(std::string_view text, std::size_t indent) {
  std::string out;
  std::size_t width = 0;
  for (const auto word : split(text, ' ')) {
    const auto cells = evidence::display_width(word);
    if (width > 0 && width + 1 + cells > kTextWidth) {
      out += "\n" + std::string(indent, ' ');
      width = 0;
    }
    out += (width > 0 ? " " : "") + std::string(word);
    width += (width > 0 ? 1 : 0) + cells;
  }
  return out;
}

std::string place_text(const Finding& finding) {
  if (finding.locations.empty()) return finding.subject;
  const auto& place = finding.locations.front();
  return place.line == 0 ? place.path : fmt::format("{}:{}", place.path, place.line);
}

// Each place once, as many as are wanted.
std::string other_places(const FindingGroup& group, std::size_t most, const Style& style) {
  std::vector<std::string> places;
  std::set<std::string> seen = {place_text(*group.members.front())};
  for (const auto* member : group.members)
    if (auto place = place_text(*member); seen.insert(place).second) places.push_back(place);
  if (places.empty()) return "";
  std::string out;
  for (std::size_t i = 0; i < std::min(most, places.size()); ++i)
    out += fmt::format("        {}\n", places[i]);
  if (places.size() > most)
    out +=
        style.paint(Tone::dim, fmt::format("        and {} more places\n", places.size() - most));
  return out;
}

class FindingsText {
 public:
  FindingsText(const scan::ScanOutcome& outcome, const ScanTextOptions& options, const Style& style)
      : outcome_(outcome), options_(options), style_(style), frames_(options.root, outcome.found) {}

  std::string text() {
    std::string out;
    std::size_t left_out = 0;
    for (const auto& group : groups_of(outcome_.found, outcome_.rules)) {
      if (options_.only_new && group.fresh == 0) continue;
      if (!options_.all && group.severity < FindingSeverity::medium) {
        left_out += group.members.size();
        continue;
      }
      out += heading(group) + (group.upgrade ? upgrade(group) : by_rule(group)) + "\n";
    }
    if (left_out > 0)
      out += style_.paint(Tone::dim, fmt::format("  {} of low severity: --all shows them\n\n",
                                                 counted(left_out, "finding")));
    return out;
  }

 private:
  const scan::ScanOutcome& outcome_;
  const ScanTextOptions& options_;
  const Style& style_;
  ScanFrames frames_;

  std::string heading(const FindingGroup& group) const {
    auto line = fmt::format("{} {}",
                            style_.paint(tone_of(group.severity),
                                         fmt::format("{:<8}", evidence::to_text(group.severity))),
                            style_.paint(Tone::bold, group.title));
    if (!group.name.empty()) line += "  " + style_.paint(Tone::dim, group.name);
    if (group.fresh < group.members.size())
      line += style_.paint(Tone::dim, group.fresh == 0 ? std::string("  known")
                                                       : fmt::format("  {} of {} new", group.fresh,
                                                                     group.members.size()));
    return line + "\n";
  }

  std::string by_rule(const FindingGroup& group) {
    const auto& first = *group.members.front();
    auto out = fmt::format("    {} {}", style_.paint(Tone::blue, "-->"), place_text(first));
    if (!first.subject.empty()) out += "  " + style_.paint(Tone::dim, first.subject);
    out += "\n";
    // What a commit says of itself stands there; the file may be another today.
    if (!first.locations.empty() && !first.locations.front().message.empty())
      out += fmt::format("        {}\n", evidence::strip_escapes(first.locations.front().message));
    else if (!first.locations.empty())
      out += frames_.frame(first.locations.front(), style_);
    if (!first.message.empty() && first.message != group.title)
      out += fmt::format("        {}\n", wrapped(evidence::strip_escapes(first.message), 8));
    out += other_places(group, options_.all ? group.members.size() : kPlacesShown, style_);
    if (!group.fix.empty())
      out += fmt::format("    {} {}\n", style_.paint(Tone::green, "fix"), wrapped(group.fix, 8));
    return out;
  }

  // The advisories that go away, the nearest to the code first, and where.
  std::string upgrade(const FindingGroup& group) const {
    std::map<std::string_view, const Finding*> advisories;
    std::set<std::string> places;
    for (const auto* member : group.members) {
      auto& known = advisories[member->incident.empty() ? member->rule : member->incident];
      if (known == nullptr || member->reach > known->reach) known = member;
      places.insert(place_text(*member));
    }
    std::vector<const Finding*> rows;
    rows.reserve(advisories.size());
    for (const auto& [name, finding] : advisories) rows.push_back(finding);
    std::ranges::sort(rows, {}, [](const Finding* row) {
      return std::tuple(!row->exploited, -static_cast<int>(row->reach), row->rule);
    });
    const auto most = options_.all ? rows.size() : kAdvisoriesShown;
    std::string out;
    for (std::size_t i = 0; i < std::min(most, rows.size()); ++i) out += advisory(*rows[i]);
    if (rows.size() > most)
      out += style_.paint(Tone::dim,
                          fmt::format("        and {} more advisories\n", rows.size() - most));
    const std::vector<std::string> all(places.begin(), places.end());
    const auto shown = std::min(options_.all ? all.size() : kPlacesShown, all.size());
    out +=
        fmt::format("    {} {}{}\n", style_.paint(Tone::blue, "-->"),
                    fmt::join(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
                    all.size() > shown ? fmt::format(" and {} more", all.size() - shown) : "");
    return out;
  }

  std::string advisory(const Finding& finding) const {
    std::string names = finding.rule;
    for (const auto& alias : finding.aliases)
      if (alias.starts_with("CVE-")) names += "  " + alias;
    const auto reach = evidence::to_text(finding.reach);
    // The message begins with what the heading and the names say already.
    std::string_view why = finding.message;
    if (const auto colon = why.find(": "); colon != std::string_view::npos)
      why.remove_prefix(colon + 2);
    return fmt::format("        {:<30} {}{:<13} {}\n", names,
                       finding.exploited ? style_.paint(Tone::red, "exploited, ") : "",
                       reach.empty() ? "reach unknown" : reach,
                       style_.paint(Tone::dim, evidence::strip_escapes(why)));
  }
};

std::string not_scanned_text(const scan::ScanOutcome& outcome, const Style& style) {
  if (outcome.not_scanned.empty()) return "";
  auto out =
      style.paint(Tone::yellow, fmt::format("not scanned: {}\n", outcome.not_scanned.size()));
  for (std::size_t i = 0; i < outcome.not_scanned.size() && i < kLeftOutShown; ++i) {
    const auto& one = outcome.not_scanned[i];
    out += fmt::format("    {}: {} {}\n", one.path.empty() ? "." : one.path, one.reason,
                       style.paint(Tone::dim, "[" + one.code + "]"));
  }
  if (outcome.not_scanned.size() > kLeftOutShown)
    out += style.paint(
        Tone::dim, fmt::format("    and {} more\n", outcome.not_scanned.size() - kLeftOutShown));
  return out + "\n";
}

// A row for each family that took part, a column for each severity.
std::string table_text(const scan::ScanOutcome& outcome, const Style& style) {
  constexpr std::array kSeverities = {FindingSeverity::critical, FindingSeverity::high,
                                      FindingSeverity::medium, FindingSeverity::low,
                                      FindingSeverity::note};
  std::map<std::pair<std::string_view, FindingSeverity>, std::size_t> counts;
  for (const auto& one : outcome.found)
    if (one.finding.state != FindingState::suppressed)
      ++counts[{one.finding.family, one.finding.severity}];
  auto out = style.paint(Tone::dim, fmt::format("{:<16}{:>9}{:>9}{:>9}{:>9}{:>9}\n", "", "critical",
                                                "high", "medium", "low", "note"));
  for (const auto family : scan::scan_families()) {
    const bool took_part = std::ranges::any_of(
        outcome.scanners, [&](const auto& scanner) { return scanner.family == family; });
    if (!took_part) continue;
    out += fmt::format("{:<16}", family);
    for (const auto severity : kSeverities) {
      const auto number = counts[{family, severity}];
      const auto cell = fmt::format("{:>9}", number);
      out += number == 0 ? style.paint(Tone::dim, cell) : style.paint(tone_of(severity), cell);
    }
    out += "\n";
  }
  return out;
}

// How much it is, from raw findings to what is to be done.
std::string amounts_text(const scan::ScanOutcome& outcome, std::size_t findings) {
  std::size_t upgrades = 0;
  std::size_t rules = 0;
  for (const auto& group : groups_of(outcome.found, outcome.rules))
    if (!group.upgrade)
      ++rules;
    else if (!group.members.front()->fix.version.empty())
      ++upgrades;
  auto text = fmt::format("{}, {}", counted(findings, "finding"),
                          counted(scan::count_incidents(outcome.found), "incident"));
  if (rules > 0) text += fmt::format(", {} broken", counted(rules, "rule"));
  if (upgrades > 0) text += fmt::format(", {} to make", counted(upgrades, "upgrade"));
  return text;
}

}  // namespace

std::string findings_text(const scan::ScanOutcome& outcome, const ScanTextOptions& options,
                          const Style& style) {
  return FindingsText(outcome, options, style).text();
}

std::string scan_summary_text(const scan::ScanOutcome& outcome, const gate::Verdict& verdict,
                              std::chrono::nanoseconds took, const Style& style) {
  auto out = not_scanned_text(outcome, style) + table_text(outcome, style);
  std::size_t suppressed = 0;
  std::size_t known = 0;
  std::size_t rules = 0;
  for (const auto& one : outcome.found) {
    suppressed += one.finding.state == FindingState::suppressed ? 1U : 0U;
    known += one.finding.state == FindingState::known ? 1U : 0U;
  }
  for (const auto& scanner : outcome.scanners) rules += scanner.rules.size();
  const auto findings = outcome.found.size() - suppressed;
  auto line = findings == 0 ? std::string("nothing found") : amounts_text(outcome, findings);
  if (outcome.interrupted) line = "interrupted; so far: " + line;
  if (known > 0) line += fmt::format("; {} known", known);
  if (!outcome.base.empty()) line += fmt::format(" since {}", outcome.base.substr(0, 10));
  if (suppressed > 0) line += fmt::format("; {} suppressed", suppressed);
  out += line + "\n";
  std::string data;
  for (const auto& scanner : outcome.scanners)
    if (!scanner.data.empty()) data += ", " + scanner.data;
  out +=
      style.paint(Tone::dim, fmt::format("{} in {}, {} rules{}{}\n", counted(outcome.files, "file"),
                                         evidence::duration_text(took), rules, data,
                                         outcome.from_cache > 0 && !outcome.interrupted
                                             ? fmt::format("; {} unchanged", outcome.from_cache)
                                             : ""));
  for (const auto& row : verdict.rows) {
    if (row.state != gate::State::failed && row.state != gate::State::missing) continue;
    out += fmt::format("{} {}: {}, wanted {}\n", style.glyph(evidence::Outcome::failure),
                       row.condition, row.actual, row.wanted);
  }
  return out;
}

}  // namespace crema::cli

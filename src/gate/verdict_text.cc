#include "crema/gate/verdict.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace crema::gate {
namespace {

using evidence::Style;
using evidence::Tone;

constexpr std::size_t kShownDetails = 12;

std::string glyph_of(State state, const Style& style) {
  switch (state) {
    case State::passed:
      return style.glyph(evidence::Outcome::success);
    case State::failed:
    case State::missing:
      return style.glyph(evidence::Outcome::failure);
    case State::waived:
      return style.paint(Tone::yellow, style.unicode ? "○" : "o");
    case State::not_looked:
      return style.glyph(evidence::Outcome::skipped);
  }
  return " ";
}

std::string actual_text(const Row& row) {
  if (row.state == State::missing) return "missing";
  if (row.state == State::not_looked) return "not looked at";
  return row.actual;
}

std::string padded_to(std::string_view text, std::size_t width) {
  const auto has = evidence::display_width(text);
  return std::string(text) + std::string(width > has ? width - has : 0, ' ');
}

std::string day_text(std::chrono::year_month_day day) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

std::string waiver_note(const WaiverUse& use) {
  if (use.expired) return "has expired, and does not count";
  return use.used ? "in use" : "is not needed any more";
}

// Pipes and line breaks would end a cell.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

nlohmann::ordered_json waiver_json(const WaiverUse& use) {
  return {{"condition", use.waiver.condition},
          {"reason", use.waiver.reason},
          {"owner", use.waiver.owner},
          {"until", day_text(use.waiver.until)},
          {"used", use.used},
          {"expired", use.expired}};
}

}  // namespace

std::string verdict_text(const Verdict& verdict, const Style& style) {
  std::size_t condition = 9, wanted = 6, actual = 6;
  for (const auto& row : verdict.rows) {
    condition = std::max(condition, evidence::display_width(row.condition));
    wanted = std::max(wanted, evidence::display_width(row.wanted));
    actual = std::max(actual, evidence::display_width(actual_text(row)));
  }
  auto out =
      style.paint(Tone::dim,
                  fmt::format("  {}  {}  {}  {}", padded_to("condition", condition),
                              padded_to("wanted", wanted), padded_to("actual", actual), "from")) +
      "\n";
  for (const auto& row : verdict.rows) {
    const bool bad = row.state == State::failed || row.state == State::missing;
    const auto shown = padded_to(actual_text(row), actual);
    auto line = fmt::format("{} {}  {}  {}  {}", glyph_of(row.state, style),
                            padded_to(row.condition, condition), padded_to(row.wanted, wanted),
                            bad ? style.paint(Tone::red, shown) : shown,
                            style.paint(Tone::dim, row.source));
    while (line.ends_with(' ')) line.pop_back();
    out += line + "\n";
    if (!bad) continue;
    for (std::size_t i = 0; i < row.details.size() && i < kShownDetails; ++i)
      out += "    " + row.details[i] + "\n";
    if (row.details.size() > kShownDetails)
      out +=
          style.paint(Tone::dim, fmt::format("    {} more\n", row.details.size() - kShownDetails));
  }
  for (const auto& use : verdict.waivers) {
    out += style.paint(use.expired ? Tone::red : Tone::yellow,
                       fmt::format("! waiver of {} until {} ({}: {}) {}\n", use.waiver.condition,
                                   day_text(use.waiver.until), use.waiver.owner, use.waiver.reason,
                                   waiver_note(use)));
  }
  return out +
         (verdict.passed() ? style.paint(Tone::green, "The gate is open")
                           : style.paint(Tone::red, "The gate is closed")) +
         "\n";
}

std::string verdict_markdown(const Verdict& verdict) {
  auto out = fmt::format(
      "### The gate is {}\n\n| | condition | wanted | actual | from |\n"
      "|---|---|---|---|---|\n",
      verdict.passed() ? "open" : "closed");
  for (const auto& row : verdict.rows) {
    out += fmt::format("| {} | {} | {} | {} | {} |\n", to_text(row.state), cell(row.condition),
                       cell(row.wanted), cell(actual_text(row)), cell(row.source));
  }
  for (const auto& row : verdict.rows) {
    if ((row.state != State::failed && row.state != State::missing) || row.details.empty())
      continue;
    out += fmt::format("\n<details><summary>{}</summary>\n\n", row.condition);
    for (const auto& detail : row.details) out += fmt::format("- `{}`\n", detail);
    out += "\n</details>\n";
  }
  for (const auto& use : verdict.waivers) {
    out += fmt::format("\n- waiver of {} until {} by {}: {} ({})\n", use.waiver.condition,
                       day_text(use.waiver.until), use.waiver.owner, use.waiver.reason,
                       waiver_note(use));
  }
  return out;
}

std::string verdict_json(const Verdict& verdict) {
  nlohmann::ordered_json json = {{"passed", verdict.passed()},
                                 {"conditions", nlohmann::ordered_json::array()},
                                 {"waivers", nlohmann::ordered_json::array()}};
  for (const auto& row : verdict.rows) {
    json["conditions"].push_back({{"condition", row.condition},
                                  {"wanted", row.wanted},
                                  {"actual", row.actual},
                                  {"state", to_text(row.state)},
                                  {"source", row.source},
                                  {"details", row.details}});
  }
  for (const auto& use : verdict.waivers) json["waivers"].push_back(waiver_json(use));
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace crema::gate

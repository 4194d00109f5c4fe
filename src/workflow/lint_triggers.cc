// Rules about when a workflow runs, and with which inputs.
#include "lint_rules.h"
#include "problems.h"

#include "crema/base/strings.h"
#include "crema/workflow/trigger.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace crema::workflow {
namespace {

using std::chrono::minutes;
using std::chrono::sys_seconds;

constexpr minutes kShortest{5};

// The shortest time between two of a schedule's next hundred runs.
std::optional<minutes> shortest_gap(const std::string& cron) {
  constexpr int kRuns = 100;
  sys_seconds at{std::chrono::sys_days{std::chrono::year{2024} / std::chrono::January / 1}};
  std::optional<minutes> shortest;
  std::optional<sys_seconds> before;
  for (int i = 0; i < kRuns; ++i) {
    const auto next = next_cron(cron, "", at);
    if (!next) return std::nullopt;
    if (before) {
      const auto gap = std::chrono::duration_cast<minutes>(*next - *before);
      if (!shortest || gap < *shortest) shortest = gap;
      if (*shortest < kShortest) return shortest;
    }
    before = at = *next;
  }
  return shortest;
}

bool all_negative(const std::vector<std::string>& patterns) {
  return !patterns.empty() && std::all_of(patterns.begin(), patterns.end(),
                                          [](const auto& one) { return one.starts_with('!'); });
}

// What is wrong with a pattern; "" when nothing is. Source: GitHub's filter pattern cheat sheet.
std::string fault_of(std::string_view pattern, bool path) {
  const bool negative = pattern.starts_with('!');
  const auto body = pattern.substr(negative ? 1 : 0);
  if (body.empty()) return negative ? "there is nothing behind the `!`" : "it is empty";
  if (body != trim(body)) return "it starts or ends with a blank";
  if (path && (body.starts_with("./") || body.starts_with("../") || body.starts_with('/')))
    return "paths begin at the repository's root, without `/` or `./`";
  if (!path && (body.starts_with('/') || body.ends_with('/') || body.find(' ') != body.npos))
    return "no branch or tag has such a name";
  for (auto open = body.find('['); open != body.npos; open = body.find('[', open + 1)) {
    if (open > 0 && body[open - 1] == '\\') continue;
    const auto close = body.find(']', open + 1);
    if (close == body.npos) return "a `[` is not closed";
    if (close == open + 1) return "there is nothing between `[` and `]`";
  }
  return "";
}

void check_filter(const Trigger& trigger, std::string_view filter, LintReport& report) {
  const Token* written = trigger.raw.find(filter);
  if (written == nullptr) return;
  const bool path = filter.starts_with("paths");
  for (const Token& pattern :
       written->kind == Token::Kind::string ? std::vector<Token>{*written} : written->items) {
    const std::string fault = fault_of(pattern.text, path);
    if (fault.empty()) continue;
    report.add(pattern.span,
               fmt::format("`{}` is no pattern for `{}`: {}", pattern.text, filter, fault),
               "quote it and check it against the names it is meant for");
  }
}

void check_default(const Input& input, LintReport& report) {
  const Token& fallback = input.fallback;
  if (input.type == InputType::choice && input.options.empty()) {
    report.add(input.span, fmt::format("the choice `{}` has no `options`", input.name),
               "add them, or leave out `type: choice`");
    return;
  }
  if (fallback.is_null() || !fallback.is_literal() || fallback.text.empty()) return;
  const auto wrong = [&](std::string_view what, std::string hint) {
    report.add(fallback.span,
               fmt::format("the default `{}` of `{}` is {}", fallback.text, input.name, what),
               std::move(hint));
  };
  if (input.type == InputType::choice) {
    if (std::find(input.options.begin(), input.options.end(), fallback.text) == input.options.end())
      wrong("none of its options", suggest(fallback.text, input.options));
  } else if (input.type == InputType::boolean) {
    const bool boolean = fallback.kind == Token::Kind::boolean || fallback.text == "true" ||
                         fallback.text == "false";
    if (!boolean) wrong("no boolean", "write `true` or `false`");
  } else if (input.type == InputType::number) {
    if (std::isnan(expr::text_to_number(fallback.text))) wrong("no number", "write a number");
  }
}

}  // namespace

void check_cron_times(const Workflow& workflow, LintReport& report) {
  for (const Trigger& trigger : workflow.triggers) {
    for (const auto& schedule : trigger.schedules) {
      const auto gap = shortest_gap(schedule.cron);
      if (!gap || *gap >= kShortest) continue;
      report.add(schedule.span,
                 fmt::format("this asks for a run every {} minute{}, GitHub starts one every five "
                             "at most",
                             gap->count(), gap->count() == 1 ? "" : "s"),
                 "write `*/5` for the minutes, or less often");
    }
  }
}

void check_negative_filters(const Workflow& workflow, LintReport& report) {
  for (const Trigger& trigger : workflow.triggers) {
    const std::array<std::pair<std::string_view, const std::vector<std::string>*>, 3> filters = {
        {{"branches", &trigger.branches}, {"tags", &trigger.tags}, {"paths", &trigger.paths}}};
    for (const auto& [name, patterns] : filters) {
      if (!all_negative(*patterns)) continue;
      const Token* written = trigger.raw.find(name);
      report.add(written == nullptr ? trigger.span : written->span,
                 fmt::format("`{}` has only patterns that leave out: nothing is left in", name),
                 fmt::format("use `{}-ignore:`, or add `'**'` as the first pattern", name));
    }
  }
}

void check_patterns(const Workflow& workflow, LintReport& report) {
  for (const Trigger& trigger : workflow.triggers) {
    for (const std::string_view filter :
         {"branches", "branches-ignore", "tags", "tags-ignore", "paths", "paths-ignore"})
      check_filter(trigger, filter, report);
  }
}

void check_input_defaults(const Workflow& workflow, LintReport& report) {
  for (const Input& input : workflow.dispatch_inputs) check_default(input, report);
  for (const Input& input : workflow.call_inputs) check_default(input, report);
}

}  // namespace crema::workflow

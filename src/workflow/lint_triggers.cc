// Rules about when and where a workflow runs.
#include "lint_rules.h"
#include "problems.h"

#include "crema/base/strings.h"
#include "crema/workflow/trigger.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

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

struct Label {
  std::string_view name;
  std::string_view instead;  // "": current
};

// Source: GitHub's actions/runner-images.
constexpr std::array kLabels = {
    Label{"ubuntu-latest", ""},
    Label{"ubuntu-24.04", ""},
    Label{"ubuntu-22.04", ""},
    Label{"ubuntu-24.04-arm", ""},
    Label{"ubuntu-22.04-arm", ""},
    Label{"ubuntu-slim", ""},
    Label{"ubuntu-20.04", "ubuntu-24.04"},
    Label{"ubuntu-18.04", "ubuntu-24.04"},
    Label{"ubuntu-16.04", "ubuntu-24.04"},
    Label{"windows-latest", ""},
    Label{"windows-2025", ""},
    Label{"windows-2022", ""},
    Label{"windows-2019", "windows-2022"},
    Label{"windows-2016", "windows-2022"},
    Label{"windows-11-arm", ""},
    Label{"macos-latest", ""},
    Label{"macos-26", ""},
    Label{"macos-15", ""},
    Label{"macos-15-intel", ""},
    Label{"macos-14", ""},
    Label{"macos-13", "macos-15-intel"},
    Label{"macos-12", "macos-14"},
    Label{"macos-11", "macos-14"},
    Label{"macos-10.15", "macos-14"},
};

void check_label(const Token& label, LintReport& report) {
  if (label.kind != Token::Kind::string) return;
  std::vector<std::string> current;
  for (const Label& known : kLabels) {
    if (equals_ignore_case(known.name, label.text)) {
      if (!known.instead.empty()) {
        report.add(label.span, fmt::format("GitHub has retired the image `{}`", label.text),
                   fmt::format("use `{}`", known.instead));
      }
      return;
    }
    if (known.instead.empty()) current.emplace_back(known.name);
  }
  // Labels of one's own runners are free: only what looks like a slip of the pen is one.
  const bool hosted = label.text.find('-') != std::string::npos &&
                      label.text.find_first_of("0123456789") == std::string::npos;
  const std::string near = nearest(label.text, current);
  if (hosted && near.ends_with("-latest") && label.text.size() + 2 >= near.size() &&
      near.size() + 2 >= label.text.size()) {
    report.add(label.span, fmt::format("no image of GitHub's is called `{}`", label.text),
               fmt::format("write `{}` instead, unless it is a runner of your own", near));
  }
}

bool all_negative(const std::vector<std::string>& patterns) {
  return !patterns.empty() && std::all_of(patterns.begin(), patterns.end(),
                                          [](const auto& one) { return one.starts_with('!'); });
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

void check_runner_labels(const Workflow& workflow, LintReport& report) {
  for (const Job& job : workflow.jobs) {
    const Token* labels = &job.runs_on;
    if (labels->kind == Token::Kind::mapping) labels = labels->find("labels");
    if (labels == nullptr) continue;
    check_label(*labels, report);
    const bool own = std::any_of(labels->items.begin(), labels->items.end(), [](const Token& one) {
      return equals_ignore_case(one.text, "self-hosted");
    });
    if (own) continue;
    for (const Token& label : labels->items) check_label(label, report);
  }
}

void check_wait_targets(const Workflow& workflow, LintReport& report) {
  for (const Job& job : workflow.jobs) {
    for (const Step& step : job.steps) {
      const auto* wait = std::get_if<WaitStep>(&step.action);
      if (wait == nullptr) continue;
      for (const std::string& id : wait->ids) {
        const auto target = std::find_if(job.steps.begin(), job.steps.end(), [&](const Step& one) {
          return equals_ignore_case(one.id, id);
        });
        if (target == job.steps.end() || target->background) continue;
        report.add(step.span,
                   fmt::format("`{}` does not run in the background: there is nothing "
                               "to wait for",
                               id),
                   fmt::format("add `background: true` to `{}`", id));
      }
    }
  }
}

}  // namespace crema::workflow

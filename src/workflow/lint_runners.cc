// Rules about where jobs run and what their steps wait for.
#include "lint_rules.h"
#include "problems.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::workflow {
namespace {

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

}  // namespace

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

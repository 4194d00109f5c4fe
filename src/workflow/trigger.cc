// decide_trigger: `on:` against an event. Source: GitHub's documentation of "events that trigger
// workflows" and of `on.<event>` in the workflow syntax.
#include "crema/workflow/trigger.h"

#include "filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::workflow {
namespace {

constexpr std::string_view kBranchPrefix = "refs/heads/";
constexpr std::string_view kTagPrefix = "refs/tags/";

// Without `types:` these events count for some of their activities only; all others for all.
constexpr std::array<std::string_view, 3> kPullRequestTypes = {"opened", "synchronize", "reopened"};

bool is_pull_request(std::string_view event) {
  return event == "pull_request" || event == "pull_request_target";
}

std::string quoted_list(std::span<const std::string> texts) {
  std::string list;
  for (const std::string& text : texts) {
    if (!list.empty()) list += ", ";
    list += "'" + text + "'";
  }
  return list;
}

class TriggerCheck {
 public:
  TriggerCheck(const Trigger& trigger, const EventFacts& event)
      : trigger_(trigger), event_(event) {}

  TriggerDecision decide() {
    check_types();
    check_workflows();
    check_schedules();
    if (event_.name == "push")
      check_pushed_ref();
    else
      check_branch(target_branch());
    check_paths();
    TriggerDecision decision{.runs = true, .filters = std::move(filters_)};
    for (const FilterOutcome& filter : decision.filters) {
      if (filter.passed) continue;
      decision.runs = false;
      decision.reason = fmt::format("skipped: {}: {}", filter.filter, filter.reason);
      return decision;
    }
    decision.reason = decision.filters.empty()
                          ? fmt::format("runs: `on: {}` has no filter", event_.name)
                          : fmt::format("runs: `on: {}` passes its filters", event_.name);
    return decision;
  }

 private:
  void add(std::string filter, bool passed, std::string reason) {
    filters_.push_back({std::move(filter), passed, std::move(reason)});
  }

  // " (line 5)" of a pattern, as far as its place is known.
  std::string place_of(std::string_view filter, std::size_t index) const {
    const Token* list = trigger_.raw.find(filter);
    if (list == nullptr) return "";
    const Token* item = index < list->items.size() ? &list->items[index] : list;
    return item->span.line == 0 ? "" : fmt::format(" (line {})", item->span.line);
  }

  std::string verdict_text(std::string_view filter, std::span<const std::string> patterns,
                           std::string_view text, const FilterVerdict& verdict) const {
    if (!verdict.decided_by)
      return fmt::format("'{}' matches none of {}", text, quoted_list(patterns));
    const std::string& pattern = patterns[*verdict.decided_by];
    const std::string place = place_of(filter, *verdict.decided_by);
    if (verdict.matches) return fmt::format("'{}' matches '{}'{}", text, pattern, place);
    return fmt::format("'{}' is excluded by '{}'{}", text, pattern, place);
  }

  void check_types() {
    const std::string& activity = event_.activity;
    if (trigger_.types.empty()) {
      if (!is_pull_request(event_.name) || activity.empty()) return;
      const bool usual = std::find(kPullRequestTypes.begin(), kPullRequestTypes.end(), activity) !=
                         kPullRequestTypes.end();
      add("types", usual,
          fmt::format("without `types:`, '{}' {} opened, synchronize and reopened", activity,
                      usual ? "is among" : "is not among"));
      return;
    }
    if (activity.empty())
      return add("types", true, "the event names no activity, so every type passes");
    const auto& types = trigger_.types;
    const bool listed = std::find(types.begin(), types.end(), activity) != types.end();
    add("types", listed,
        fmt::format("'{}' is {} {}", activity, listed ? "among" : "not among", quoted_list(types)));
  }

  void check_workflows() {
    if (event_.name != "workflow_run" || trigger_.workflows.empty()) return;
    const auto& names = trigger_.workflows;
    const bool listed =
        std::find(names.begin(), names.end(), event_.upstream_workflow) != names.end();
    add("workflows", listed,
        fmt::format("'{}' is {} {}", event_.upstream_workflow, listed ? "among" : "not among",
                    quoted_list(names)));
  }

  void check_schedules() {
    const expr::Value fired = event_.payload.member("schedule");
    if (event_.name != "schedule" || fired.kind() != expr::Kind::string) return;
    const auto& lines = trigger_.schedules;
    const bool listed = std::any_of(lines.begin(), lines.end(), [&](const auto& line) {
      return line.cron == fired.as_string();
    });
    add("schedule", listed,
        fmt::format("'{}' is {}", fired.as_string(),
                    listed ? "one of its lines" : "none of its lines"));
  }

  // The branch the filter of an event other than push looks at.
  std::string target_branch() const {
    if (!event_.base_ref.empty()) return short_branch(event_.base_ref);
    if (event_.name == "workflow_run") {
      const expr::Value branch = event_.payload.member("workflow_run").member("head_branch");
      if (branch.kind() == expr::Kind::string) return branch.as_string();
    }
    return short_branch(event_.ref);
  }

  static std::string short_branch(std::string_view ref) {
    if (ref.starts_with(kBranchPrefix)) ref.remove_prefix(kBranchPrefix.size());
    return std::string(ref);
  }

  void check_branch(const std::string& branch) {
    check_ref_lists(branch, "branches", trigger_.branches, trigger_.branches_ignore);
  }

  void check_ref_lists(std::string_view name, std::string_view key,
                       std::span<const std::string> wanted, std::span<const std::string> ignored) {
    if (!wanted.empty()) {
      const FilterVerdict verdict = apply_filter(wanted, name);
      add(std::string(key), verdict.matches, verdict_text(key, wanted, name, verdict));
    }
    if (!ignored.empty()) {
      const std::string ignore_key = std::string(key) + "-ignore";
      const FilterVerdict verdict = apply_filter(ignored, name);
      add(ignore_key, !verdict.matches, verdict_text(ignore_key, ignored, name, verdict));
    }
  }

  // A workflow that filters branches only does not run for tags, and the other way round.
  void check_pushed_ref() {
    const std::string_view ref = event_.ref;
    const bool is_tag = ref.starts_with(kTagPrefix);
    const bool filters_branches = !trigger_.branches.empty() || !trigger_.branches_ignore.empty();
    const bool filters_tags = !trigger_.tags.empty() || !trigger_.tags_ignore.empty();
    if (is_tag && filters_branches && !filters_tags)
      return add("branches", false,
                 fmt::format("'{}' is a tag, and only branches are filtered",
                             ref.substr(kTagPrefix.size())));
    if (!is_tag && filters_tags && !filters_branches)
      return add("tags", false,
                 fmt::format("'{}' is a branch, and only tags are filtered", short_branch(ref)));
    if (is_tag)
      check_ref_lists(ref.substr(kTagPrefix.size()), "tags", trigger_.tags, trigger_.tags_ignore);
    else
      check_branch(short_branch(ref));
  }

  void check_paths() {
    const bool wanted = !trigger_.paths.empty();
    if (!wanted && trigger_.paths_ignore.empty()) return;
    const std::string key = wanted ? "paths" : "paths-ignore";
    if (event_.name == "push" && std::string_view(event_.ref).starts_with(kTagPrefix))
      return add(key, true, "paths are not looked at when a tag is pushed");
    if (!event_.changed_paths)
      return add(key, true, "which files changed is unknown, so the filter passes");
    wanted ? check_wanted_paths(*event_.changed_paths) : check_ignored_paths(*event_.changed_paths);
  }

  void check_wanted_paths(const std::vector<std::string>& changed) {
    for (const std::string& path : changed) {
      const FilterVerdict verdict = apply_filter(trigger_.paths, path);
      if (verdict.matches)
        return add("paths", true, verdict_text("paths", trigger_.paths, path, verdict));
    }
    add("paths", false,
        fmt::format("none of {} changed files matches {}", changed.size(),
                    quoted_list(trigger_.paths)));
  }

  void check_ignored_paths(const std::vector<std::string>& changed) {
    for (const std::string& path : changed) {
      if (!apply_filter(trigger_.paths_ignore, path).matches)
        return add("paths-ignore", true, fmt::format("'{}' is not ignored", path));
    }
    if (changed.empty()) return add("paths-ignore", true, "no file changed, so none is ignored");
    add("paths-ignore", false,
        fmt::format("all {} changed files match {}", changed.size(),
                    quoted_list(trigger_.paths_ignore)));
  }

  const Trigger& trigger_;
  const EventFacts& event_;
  std::vector<FilterOutcome> filters_;
};

}  // namespace

TriggerDecision decide_trigger(const Workflow& workflow, const EventFacts& event) {
  const auto trigger = std::find_if(workflow.triggers.begin(), workflow.triggers.end(),
                                    [&](const Trigger& one) { return one.event == event.name; });
  if (trigger != workflow.triggers.end()) return TriggerCheck(*trigger, event).decide();
  std::vector<std::string> events;
  for (const Trigger& one : workflow.triggers) events.push_back(one.event);
  return {.runs = false,
          .reason = fmt::format("skipped: `on:` names {}, not '{}'",
                                events.empty() ? "no event" : quoted_list(events), event.name)};
}

}  // namespace crema::workflow

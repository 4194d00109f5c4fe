// Whether an event starts a workflow, and why: `on:` with its filters against the facts of the
// event. Pure: the facts come from the caller. Source: GitHub's documentation of events and filter
// patterns.
#pragma once

#include "crema/expr/value.h"
#include "crema/workflow/model.h"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::workflow {

struct EventFacts {
  std::string name;      // "push", "pull_request", ...
  std::string activity;  // "opened"; "" when the event has none
  std::string ref;       // "refs/heads/main", "refs/tags/v1", "refs/pull/1/merge"
  std::string base_ref;  // branch a pull request goes into
  std::optional<std::vector<std::string>> changed_paths;  // nullopt: unknown, path filters pass
  std::map<std::string, std::string> dispatch_inputs;
  std::string upstream_workflow;  // workflow_run
  expr::Value payload;            // github.event
};

struct FilterOutcome {
  std::string filter;  // "branches", "paths-ignore", "types"
  bool passed = false;
  std::string reason;  // "main matches 'main' (line 5)"
};

struct TriggerDecision {
  bool runs = false;
  std::string reason;
  std::vector<FilterOutcome> filters;
};

TriggerDecision decide_trigger(const Workflow& workflow, const EventFacts& event);

// The `inputs` context of a dispatch: defaults applied, types checked, choices enforced.
Result<expr::Value> dispatch_inputs(const Workflow& workflow,
                                    const std::map<std::string, std::string>& given);

// GitHub's filter patterns: * ** ? + [] and a leading ! (later patterns override earlier ones).
bool matches_filter(std::span<const std::string> patterns, std::string_view text);

// Gives the compiled time zone file (TZif, RFC 8536) of an IANA name, as it lies in
// /usr/share/zoneinfo. This room reads no files, so the caller does.
using ZoneLoader = std::function<Result<std::string>(std::string_view name)>;

// The next time a cron line fires after `after`, in `timezone` (IANA name; "" is UTC, which needs
// no loader). Times a clock change skips fire right after it, as GitHub documents; times it repeats
// fire once. A line that fires every hour (`*` hours) just goes on through both.
Result<std::chrono::sys_seconds> next_cron(std::string_view cron, std::string_view timezone,
                                           std::chrono::sys_seconds after,
                                           const ZoneLoader& load_zone = {});

}  // namespace crema::workflow

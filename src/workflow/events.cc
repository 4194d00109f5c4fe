#include "events.h"

#include "crema/base/strings.h"

#include <algorithm>
#include <array>

namespace crema::workflow {
namespace {

constexpr std::string_view kPullRequestTypes =
    "assigned unassigned labeled unlabeled opened edited closed reopened synchronize "
    "converted_to_draft locked unlocked enqueued dequeued milestoned demilestoned "
    "ready_for_review review_requested review_request_removed auto_merge_enabled "
    "auto_merge_disabled stacked";
constexpr std::string_view kPullRequestFilters = "branches branches-ignore paths paths-ignore";
constexpr std::string_view kCommentTypes = "created edited deleted";

constexpr std::array kEvents = {
    EventKind{"branch_protection_rule", "", "created edited deleted"},
    EventKind{"check_run", "", "created rerequested completed requested_action"},
    EventKind{"check_suite", "", "completed"},
    EventKind{"create", "", ""},
    EventKind{"delete", "", ""},
    EventKind{"deployment", "", ""},
    EventKind{"deployment_status", "", ""},
    EventKind{"discussion", "",
              "created edited deleted transferred pinned unpinned labeled unlabeled locked "
              "unlocked category_changed answered unanswered"},
    EventKind{"discussion_comment", "", kCommentTypes},
    EventKind{"dynamic", "", ""},
    EventKind{"fork", "", ""},
    EventKind{"gollum", "", ""},
    EventKind{"image_version", "names versions", "created ready deleted"},
    EventKind{"interactive_component", "", ""},
    EventKind{"issue_comment", "", kCommentTypes},
    EventKind{"issues", "",
              "opened edited deleted transferred pinned unpinned closed reopened assigned "
              "unassigned labeled unlabeled locked unlocked milestoned demilestoned field_added "
              "field_removed typed untyped"},
    EventKind{"label", "", "created edited deleted"},
    EventKind{"member", "", ""},
    EventKind{"merge_group", "branches branches-ignore", "checks_requested"},
    EventKind{"milestone", "", "created closed opened edited deleted"},
    EventKind{"page_build", "", ""},
    EventKind{"project", "", "created closed reopened edited deleted"},
    EventKind{"project_card", "", "created moved converted edited deleted"},
    EventKind{"project_column", "", "created updated moved deleted"},
    EventKind{"public", "", ""},
    EventKind{"pull_request", kPullRequestFilters, kPullRequestTypes},
    EventKind{"pull_request_comment", "", kCommentTypes},
    EventKind{"pull_request_review", "", "submitted edited dismissed"},
    EventKind{"pull_request_review_comment", "", kCommentTypes},
    EventKind{"pull_request_target", kPullRequestFilters, kPullRequestTypes},
    EventKind{"push", "branches branches-ignore tags tags-ignore paths paths-ignore", ""},
    EventKind{"registry_package", "", "published updated"},
    EventKind{"release", "", "published unpublished created edited deleted prereleased released"},
    EventKind{"repository_dispatch", "", "*"},
    EventKind{"schedule", "", ""},
    EventKind{"status", "", ""},
    EventKind{"watch", "", "started"},
    EventKind{"workflow_call", "inputs secrets outputs", ""},
    EventKind{"workflow_dispatch", "inputs", ""},
    EventKind{"workflow_run", "workflows branches branches-ignore",
              "completed requested in_progress"},
};

}  // namespace

const EventKind* find_event(std::string_view name) {
  const auto* found = std::find_if(kEvents.begin(), kEvents.end(),
                                   [&](const EventKind& event) { return event.name == name; });
  return found == kEvents.end() ? nullptr : found;
}

const std::vector<std::string>& event_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const EventKind& event : kEvents) all.emplace_back(event.name);
    return all;
  }();
  return names;
}

bool lists(std::string_view names, std::string_view name) {
  const auto all = split(names, ' ');
  return std::find(all.begin(), all.end(), name) != all.end();
}

}  // namespace crema::workflow

#include "reachability.h"

#include "crema/base/strings.h"
#include "crema/expr/value.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace crema::scan {
namespace {

using formats::YamlNode;

bool is_pattern(std::string_view text) {
  return text.find_first_of("*?+[!") != std::string_view::npos;
}

// Members of `github` that only a run knows.
std::vector<std::string> unknown_paths(bool ref_is_known, bool is_pull_request) {
  std::vector<std::string> paths;
  for (const auto member : {"action",
                            "action_path",
                            "action_ref",
                            "action_repository",
                            "action_status",
                            "actor",
                            "actor_id",
                            "api_url",
                            "env",
                            "event",
                            "event_path",
                            "graphql_url",
                            "job",
                            "path",
                            "repository",
                            "repository_id",
                            "repository_owner",
                            "repository_owner_id",
                            "repositoryUrl",
                            "retention_days",
                            "run_id",
                            "run_number",
                            "run_attempt",
                            "secret_source",
                            "server_url",
                            "sha",
                            "token",
                            "triggering_actor",
                            "workflow",
                            "workflow_ref",
                            "workflow_sha",
                            "workspace",
                            "ref_protected"})
    paths.push_back(std::string("github.") + member);
  if (!ref_is_known)
    for (const auto member : {"ref", "ref_name", "ref_type"})
      paths.push_back(std::string("github.") + member);
  if (is_pull_request)
    for (const auto member : {"head_ref", "base_ref", "ref_name"})
      paths.push_back(std::string("github.") + member);
  return paths;
}

bool is_about_pull_request(std::string_view event) {
  return event == "pull_request" || event == "pull_request_target";
}

// Without one of these, a job whose needs did not run does not run either.
bool asks_for_status(std::string_view condition) {
  for (const auto function : {"always(", "failure(", "cancelled("})
    if (to_lower(condition).find(function) != std::string::npos) return true;
  return false;
}

}  // namespace

std::string Reachability::Event::shown() const {
  if (ref.starts_with("refs/heads/")) return fmt::format("{} to {}", name, ref.substr(11));
  if (ref.starts_with("refs/tags/")) return fmt::format("{} of {}", name, ref.substr(10));
  return name;
}

Reachability::Reachability(const WorkflowFile& file) {
  if (file.kind != WorkflowFileKind::workflow || file.has_trigger("workflow_call")) return;
  events_ = read_events(file);
  for (const Job& job : file.jobs) {
    std::vector<const Job*> open;
    find_events(file, job, open);
  }
}

std::vector<Reachability::Event> Reachability::read_events(const WorkflowFile& file) {
  std::vector<Event> events;
  for (const auto& [name, filters] : file.triggers) {
    const auto branches = texts_of(find(filters, "branches"));
    const auto tags = texts_of(find(filters, "tags"));
    if (name == "pull_request") {
      events.push_back({name, "refs/pull/1/merge"});
    } else if (name != "push" || (branches.empty() && tags.empty()) ||
               std::ranges::any_of(branches, is_pattern)) {
      events.push_back({name, ""});
    } else {
      for (const auto& branch : branches) events.push_back({name, "refs/heads/" + branch});
      for (const auto& tag : tags)
        events.push_back({name, is_pattern(tag) ? "" : "refs/tags/" + tag});
    }
  }
  constexpr std::size_t kMost = 64;
  if (events.size() > kMost) events.resize(kMost);
  return events;
}

std::vector<std::size_t> Reachability::find_events(const WorkflowFile& file, const Job& job,
                                                   std::vector<const Job*>& open) {
  if (const auto known = of_jobs_.find(&job); known != of_jobs_.end()) return known->second;
  std::vector<std::size_t> out;
  // Jobs that need each other are GitHub's to refuse; a chain that long is nobody's.
  constexpr std::size_t kLongest = 200;
  if (open.size() > kLongest || std::ranges::find(open, &job) != open.end()) {
    for (std::size_t i = 0; i < events_.size(); ++i) out.push_back(i);
    return out;
  }
  open.push_back(&job);
  const auto condition = text_of(job.find("if"));
  const bool stands_alone = asks_for_status(condition);
  std::vector<std::vector<std::size_t>> before;
  for (const auto& need : job.needs)
    if (const Job* other = file.find_job(need); other != nullptr && !stands_alone)
      before.push_back(find_events(file, *other, open));
  for (std::size_t i = 0; i < events_.size(); ++i) {
    const bool needs_run = std::ranges::all_of(
        before, [&](const auto& list) { return std::ranges::find(list, i) != list.end(); });
    if (needs_run && may_hold(condition, events_[i])) out.push_back(i);
  }
  open.pop_back();
  of_jobs_[&job] = out;
  return out;
}

bool Reachability::may_hold(std::string_view condition, const Event& event) const {
  condition = trim(condition);
  if (condition.empty()) return true;
  const auto fenced = template_expressions(condition);
  // Text around an expression makes it true.
  if (!fenced.empty() && (fenced.size() > 1 || fenced[0].whole != condition)) return true;
  const auto expression = fenced.empty() ? whole_expression(condition) : fenced[0];
  if (!expression.parsed) return true;
  const bool pull = is_about_pull_request(event.name);
  expr::Object github;
  github.set("event_name", event.name);
  github.set("ref", event.ref);
  github.set("ref_name", event.ref.starts_with("refs/heads/")  ? event.ref.substr(11)
                         : event.ref.starts_with("refs/tags/") ? event.ref.substr(10)
                                                               : "");
  github.set("ref_type", event.ref.starts_with("refs/tags/") ? "tag" : "branch");
  if (!pull) {
    github.set("head_ref", "");
    github.set("base_ref", "");
  }
  expr::Scope scope;
  scope.contexts["github"] = expr::Value(std::move(github));
  expr::Unknowns unknowns{.paths = unknown_paths(!event.ref.empty(), pull),
                          .functions = {"success", "failure", "always", "cancelled", "hashFiles"}};
  if (expression.tree() == nullptr) return true;
  for (const auto& context : mentioned_contexts(*expression.tree()))
    if (!context.starts_with("github"))
      unknowns.paths.push_back(context.path.substr(0, context.path.find('.')));
  const auto value = expression.parsed->evaluate_known(scope, unknowns);
  return !value || value->certainty == expr::Certainty::unknown || value->value.truthy();
}

const std::vector<std::size_t>& Reachability::events_of(const Job& job) const {
  const auto found = of_jobs_.find(&job);
  return found == of_jobs_.end() ? none_ : found->second;
}

bool Reachability::can_run(const Step& step) const {
  if (!knows_triggers()) return true;
  const auto condition = text_of(step.find("if"));
  return std::ranges::any_of(events_of(*step.job),
                             [&](std::size_t i) { return may_hold(condition, events_[i]); });
}

std::string Reachability::shown(const std::vector<std::size_t>& events) const {
  std::vector<std::string> names;
  for (const auto i : events)
    if (const auto name = events_[i].shown(); std::ranges::find(names, name) == names.end())
      names.push_back(name);
  if (names.size() > 4) {
    names.resize(4);
    names.emplace_back("...");
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string Reachability::why_never(const Step& step) const {
  return fmt::format("`{}` is false for {}, and nothing else gets this far",
                     trim(text_of(step.find("if"))), shown(events_of(*step.job)));
}

std::string Reachability::why_never(const Job& job) const {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < events_.size(); ++i) all.push_back(i);
  return fmt::format("`{}` is false, or what it needs does not run, for {}",
                     trim(text_of(job.find("if"))), shown(all));
}

}  // namespace crema::scan

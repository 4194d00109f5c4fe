#include "attacker.h"

#include "known_actions.h"

#include "crema/base/strings.h"

#include <algorithm>
#include <array>
#include <set>

namespace crema::scan {
namespace {

using formats::YamlNode;

// Members of events that strangers fill with any text. Source: the payloads of GitHub's webhooks.
bool is_free_text(std::string_view leaf) {
  constexpr auto kLeaves = std::to_array<std::string_view>(
      {"title",          "body",         "text",           "message",   "name",
       "email",          "ref",          "label",          "page_name", "default_branch",
       "description",    "head_branch",  "display_title",  "head_ref",  "homepage",
       "commit_message", "commit_title", "summary",        "tag_name",  "target_commitish",
       "diff_hunk",      "path",         "client_payload", "branch",    "environment",
       "task",           "payload",      "context",        "slug"});
  return std::ranges::find(kLeaves, leaf) != kLeaves.end();
}

// Numbers, hashes, dates, flags and words of a fixed list.
bool is_fixed(std::string_view leaf) {
  constexpr auto kLeaves = std::to_array<std::string_view>({"id",
                                                            "number",
                                                            "sha",
                                                            "after",
                                                            "before",
                                                            "action_path",
                                                            "job",
                                                            "repository",
                                                            "run_number",
                                                            "run_attempt",
                                                            "server_url",
                                                            "token",
                                                            "workspace",
                                                            "event_name",
                                                            "ref_type",
                                                            "additions",
                                                            "deletions",
                                                            "size",
                                                            "commits",
                                                            "comments",
                                                            "draft",
                                                            "merged",
                                                            "mergeable",
                                                            "rebaseable",
                                                            "locked",
                                                            "private",
                                                            "fork",
                                                            "type",
                                                            "state",
                                                            "status",
                                                            "conclusion",
                                                            "position",
                                                            "line",
                                                            "side",
                                                            "created",
                                                            "deleted",
                                                            "forced",
                                                            "author_association",
                                                            "site_admin",
                                                            "base_sha",
                                                            "head_sha",
                                                            "commit_id",
                                                            "state_reason",
                                                            "visibility",
                                                            "archived",
                                                            "disabled",
                                                            "repository_owner",
                                                            "repositoryurl",
                                                            "prerelease",
                                                            "distinct",
                                                            "timestamp",
                                                            "color",
                                                            "mergeable_state",
                                                            "pusher_type",
                                                            "changed_files",
                                                            "maintainer_can_modify",
                                                            "event",
                                                            "gravatar_id",
                                                            "tree_id",
                                                            "api_url",
                                                            "graphql_url",
                                                            "retention_days",
                                                            "secret_source",
                                                            "ref_protected",
                                                            "workflow_sha",
                                                            "action",
                                                            "api_url",
                                                            "language"});
  if (std::ranges::find(kLeaves, leaf) != kLeaves.end()) return true;
  for (const auto end : {"_id", "_at", "_count", "_sha", "_on"})
    if (leaf.ends_with(end)) return true;
  return leaf.starts_with("has_") || leaf.starts_with("is_") || leaf.starts_with("allow_");
}

Verdict of_github(const std::string& path) {
  if (path == "github.event.*" || path == "github.event" || path == "github")
    return {Control::anybody, {}};
  const auto leaf = std::string_view(path).substr(path.rfind('.') + 1);
  if (path.starts_with("github.event.inputs.")) return {Control::writers, {}};
  if (!path.starts_with("github.event.")) {
    if (path == "github.head_ref") return {Control::anybody, {}};
    if (path == "github.actor" || path == "github.triggering_actor") return {Control::limited, {}};
    return {is_fixed(leaf) ? Control::nobody : Control::writers, {}};
  }
  // The base of a pull request, and the repository itself, are the maintainers'.
  if (path.starts_with("github.event.repository.") || path.find(".base.") != std::string::npos)
    return {is_fixed(leaf) ? Control::nobody : Control::writers, {}};
  if (is_free_text(leaf)) return {Control::anybody, {}};
  if (is_fixed(leaf)) return {Control::nobody, {}};
  if (leaf == "login" || leaf.ends_with("url")) return {Control::limited, {}};
  return {Control::anybody, {}};
}

// Set by the runner itself and not by the workflow.
bool is_runner_variable(std::string_view name) {
  constexpr auto kFree =
      std::to_array<std::string_view>({"github_ref", "github_ref_name", "github_head_ref",
                                       "github_base_ref", "github_actor", "github_workflow"});
  if (std::ranges::find(kFree, name) != kFree.end()) return false;
  return name.starts_with("github_") || name.starts_with("runner_") || name == "ci" ||
         name == "home" || name == "path";
}

class Tracer {
 public:
  explicit Tracer(const WorkflowFile& file) : file_(file) {}

  Verdict of(const Job* job, const Step* step, const ContextPath& context) {
    if (context.of_call) {
      const auto inner = of(job, step, {.path = context.path, .written = context.written});
      return {std::max(inner.control, Control::unknown), inner.source};
    }
    const auto& path = context.path;
    for (const auto fixed : {"secrets", "runner", "job", "strategy", "vars"})
      if (context.starts_with(fixed))
        return {fixed == std::string_view("vars") ? Control::unknown : Control::nobody, {}};
    if (context.starts_with("github")) return of_github(path);
    if (context.starts_with("inputs")) return of_input(context);
    // Each value is followed once: a circle ends here, and so does a fan.
    if (!seen_.insert(path + (step == nullptr ? "" : step->subject)).second || seen_.size() > 200)
      return {};
    if (context.starts_with("env")) return of_variable(job, step, context);
    if (context.starts_with("matrix")) return of_matrix(job, context);
    if (context.starts_with("steps")) return of_step_output(job, path);
    if (context.starts_with("needs")) return of_need(job, path);
    return {Control::unknown, {}};
  }

 private:
  const WorkflowFile& file_;
  std::set<std::string> seen_;

  Verdict of_text(const Job* job, const Step* step, std::string_view text) {
    Verdict worst;
    for (const auto& expression : template_expressions(text)) {
      if (expression.tree() == nullptr) continue;
      for (const auto& context : resulting_contexts(*expression.tree())) {
        auto verdict = of(job, step, context);
        if (verdict.control <= worst.control) continue;
        if (verdict.source.empty()) verdict.source = context.written;
        worst = std::move(verdict);
      }
    }
    return worst;
  }

  Verdict of_input(const ContextPath& context) const {
    const auto name = context.member();
    const YamlNode* inputs = nullptr;
    Control asked = Control::caller;
    if (file_.kind == WorkflowFileKind::action) {
      inputs = file_.find("inputs");
    } else {
      for (const auto event : {"workflow_call", "workflow_dispatch"}) {
        const auto found = file_.triggers.find(event);
        if (found == file_.triggers.end()) continue;
        if (const YamlNode* here = find(found->second, "inputs"); has(here, name)) inputs = here;
        asked = event == std::string_view("workflow_call") ? Control::caller : Control::writers;
        if (inputs != nullptr) break;
      }
    }
    const YamlNode* input = member(inputs, name);
    const auto type = text_of(find(input, "type"));
    if (type == "boolean" || type == "number" || type == "choice" || type == "environment")
      return {type == "environment" ? Control::unknown : Control::nobody, {}};
    return {input == nullptr && file_.kind != WorkflowFileKind::action ? Control::unknown : asked,
            {}};
  }

  static const YamlNode* member(const YamlNode* node, std::string_view name) {
    if (node == nullptr) return nullptr;
    for (const auto& [key, value] : node->entries)
      if (equals_ignore_case(key->text, name)) return value.get();
    return nullptr;
  }
  static bool has(const YamlNode* node, std::string_view name) {
    return member(node, name) != nullptr;
  }

  Verdict of_variable(const Job* job, const Step* step, const ContextPath& context) {
    const auto name = context.member();
    const YamlNode* places[] = {step == nullptr ? nullptr : step->find("env"),
                                job == nullptr ? nullptr : job->find("env"), file_.find("env")};
    for (std::size_t i = 0; i < 3; ++i)
      if (const YamlNode* value = member(places[i], name); value != nullptr)
        return of_text(i < 2 ? job : nullptr, i == 0 ? step : nullptr, text_of(value));
    return {is_runner_variable(name) ? Control::nobody : Control::unknown, {}};
  }

  Verdict of_matrix(const Job* job, const ContextPath& context) {
    const YamlNode* strategy = job == nullptr ? nullptr : job->find("strategy");
    const YamlNode* matrix = find(strategy, "matrix");
    if (matrix == nullptr) return {};
    if (matrix->kind == formats::YamlKind::scalar)
      return dynamic(of_text(job, nullptr, matrix->text));
    auto name =
        std::string_view(context.path).substr(std::min<std::size_t>(7, context.path.size()));
    name = name.substr(0, name.find('.'));
    Verdict worst = of_values(job, name.empty() ? matrix : member(matrix, name));
    if (const YamlNode* include = find(matrix, "include"); include != nullptr) {
      if (include->kind == formats::YamlKind::scalar)
        worst = std::max(worst, dynamic(of_text(job, nullptr, include->text)), by_control);
      for (const auto& item : include->items)
        worst = std::max(worst, of_values(job, member(item.get(), name)), by_control);
    }
    return worst;
  }

  static bool by_control(const Verdict& a, const Verdict& b) { return a.control < b.control; }
  // Values that are only known when it runs are at least that: unknown.
  static Verdict dynamic(Verdict verdict) {
    verdict.control = std::max(verdict.control, Control::unknown);
    return verdict;
  }

  Verdict of_values(const Job* job, const YamlNode* node) {
    if (node == nullptr) return {};
    if (node->kind == formats::YamlKind::scalar)
      return node->text.find("${{") == std::string::npos
                 ? Verdict{}
                 : dynamic(of_text(job, nullptr, node->text));
    Verdict worst;
    for (const auto& item : node->items)
      worst = std::max(worst, of_values(job, item.get()), by_control);
    for (const auto& [key, value] : node->entries)
      worst = std::max(worst, of_values(job, value.get()), by_control);
    return worst;
  }

  // steps.ID.outputs.NAME: what the step was given may come out of it again.
  Verdict of_step_output(const Job* job, const std::string& path) {
    if (path.ends_with(".outcome") || path.ends_with(".conclusion")) return {};
    const auto parts = split(std::string_view(path), '.');
    if (job == nullptr || parts.size() < 2) return {Control::unknown, {}};
    for (const Step& step : job->steps) {
      if (!equals_ignore_case(text_of(step.find("id")), parts[1])) continue;
      if (parts.size() > 3 && gives_free_text(step.uses, parts[3]))
        return {Control::anybody, step.uses.written};
      if (step.script().empty()) return {Control::unknown, {}};
      auto verdict = of_text(job, &step, step.script());
      if (const YamlNode* env = step.find("env"); env != nullptr)
        for (const auto& [key, value] : env->entries)
          verdict = std::max(verdict, of_text(job, &step, text_of(value.get())), by_control);
      verdict.control = std::max(verdict.control, Control::unknown);
      return verdict;
    }
    return {Control::unknown, {}};
  }

  // needs.JOB.outputs.NAME
  Verdict of_need(const Job*, const std::string& path) {
    if (path.ends_with(".result")) return {};
    const auto parts = split(std::string_view(path), '.');
    const Job* other = parts.size() < 4 ? nullptr : file_.find_job(parts[1]);
    if (other == nullptr) return {Control::unknown, {}};
    auto verdict = of_text(other, nullptr, text_of(member(other->find("outputs"), parts[3])));
    verdict.control = std::max(verdict.control, Control::unknown);
    return verdict;
  }
};

bool is_pattern(std::string_view text) {
  return text.find_first_of("*?+[!") != std::string_view::npos;
}

}  // namespace

Verdict who_controls(const WorkflowFile& file, const Job* job, const Step* step,
                     const ContextPath& context) {
  return Tracer(file).of(job, step, context);
}

bool ref_is_bounded(const WorkflowFile& file) {
  if (file.kind != WorkflowFileKind::workflow) return false;
  return std::ranges::all_of(file.triggers, [](const auto& trigger) {
    const auto& [event, filters] = trigger;
    if (event == "pull_request" || event == "schedule" || event == "pull_request_target" ||
        event == "merge_group")
      return true;
    if (event != "push") return false;
    auto branches = texts_of(find(filters, "branches"));
    auto tags = texts_of(find(filters, "tags"));
    if (branches.empty()) return false;
    return std::ranges::none_of(branches, is_pattern) && std::ranges::none_of(tags, is_pattern);
  });
}

}  // namespace crema::scan

// Rules about conditions that do not say what they seem to.
#include "checks.h"
#include "reachability.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::scan {
namespace {

using evidence::Confidence;
using evidence::FindingSeverity;
using expr::Node;
using expr::Op;

bool is_condition(const PlacedExpression& expression) {
  return expression.key == "if" && expression.job != nullptr;
}

// The contexts that people outside, or at least other people, decide on.
bool is_chosen(const ContextPath& context) {
  constexpr std::array<std::string_view, 9> kChosen = {
      "env",        "github.actor", "github.base_ref", "github.head_ref",        "github.ref",
      "github.sha", "inputs",       "github.ref_name", "github.triggering_actor"};
  return std::ranges::any_of(kChosen, [&](auto one) { return context.starts_with(one); });
}

void find_contains(const Node& node, const PlacedExpression& expression, WorkflowReport& report) {
  const bool contains = node.op == Op::call && equals_ignore_case(node.name, "contains");
  if (contains && node.children.size() == 2 && node.children[0].op == Op::literal &&
      node.children[0].value.kind() == expr::Kind::string &&
      (node.children[1].op == Op::index || node.children[1].op == Op::context)) {
    const auto contexts = mentioned_contexts(node.children[1]);
    const auto& needle = contexts.empty() ? node.name : contexts[0].written;
    auto& found =
        report.add_at(expression,
                      fmt::format("any part of '{}' passes for `{}`, were it a single letter",
                                  node.children[0].value.as_string(), needle),
                      needle);
    if (contexts.empty() || !is_chosen(contexts[0])) found.finding.severity = FindingSeverity::note;
    return;
  }
  for (const auto& child : node.children) find_contains(child, expression, report);
}

bool is_actor_name(std::string_view path) {
  return path == "github.actor" || path == "github.triggering_actor" ||
         path == "github.event.pull_request.sender.login" || path == "github.event.sender.login";
}

bool is_actor_id(std::string_view path) {
  return path == "github.actor_id" || path == "github.event.pull_request.sender.id" ||
         path == "github.event.sender.id";
}

// The ids of bots that act in many repositories: Dependabot, Renovate, GitHub's own two.
bool is_bot_id(std::string_view id) {
  constexpr std::array<std::string_view, 5> kIds = {"29110", "49699333", "27856297", "29139614",
                                                    "41898282"};
  return std::ranges::find(kIds, id) != kIds.end();
}

std::string_view only_context(const Node& node, std::vector<ContextPath>& keep) {
  if (node.op != Op::index) return {};
  keep = mentioned_contexts(node);
  return keep.size() == 1 ? std::string_view(keep[0].path) : std::string_view();
}

bool compares_bot(const Node& node) {
  if (node.op != Op::equal) return false;
  for (const auto [a, b] : {std::pair(0, 1), std::pair(1, 0)}) {
    std::vector<ContextPath> contexts;
    const auto path = only_context(node.children[static_cast<std::size_t>(a)], contexts);
    const Node& literal = node.children[static_cast<std::size_t>(b)];
    if (literal.op != Op::literal) continue;
    const auto value = literal.value.to_text();
    if (is_actor_name(path) && value.ends_with("[bot]")) return true;
    if (is_actor_id(path) && is_bot_id(value)) return true;
  }
  return false;
}

bool mentions_bot(const Node& node, bool& alone, bool under_or) {
  if (compares_bot(node)) {
    // In `bot || other` the bot's word is enough by itself.
    alone = alone || under_or;
    return true;
  }
  bool any = false;
  for (const auto& child : node.children)
    any = mentions_bot(child, alone, under_or || node.op == Op::any) || any;
  return any;
}

void find_ternaries(const Node& node, const PlacedExpression& expression, WorkflowReport& report) {
  if (is_literal_only(node)) return;
  if (node.op == Op::any) {
    for (std::size_t i = 0; i + 1 < node.children.size(); ++i) {
      const Node& arm = node.children[i];
      if (arm.op != Op::all || !is_falsy_literal(arm.children.back())) continue;
      report.add_at(
          expression,
          fmt::format(
              "`{}` never gives {}: what is empty or false falls through to what stands behind "
              "`||`",
              expression.text.inner, expr::canonical_text(arm.children.back())),
          expr::canonical_text(node));
    }
  }
  for (const auto& child : node.children) find_ternaries(child, expression, report);
}

// A part that is always the same, though it is written as if it were not.
bool has_constant(const Node& node) {
  if (node.op != Op::literal && is_literal_only(node)) {
    // A list is written as JSON for want of another way.
    return !(node.op == Op::call && equals_ignore_case(node.name, "fromjson") &&
             node.children.size() == 1 && node.children[0].op == Op::literal);
  }
  if (node.op == Op::call && node.children.size() == 1 && node.children[0].op == Op::call) {
    const auto& inner = node.children[0];
    if ((equals_ignore_case(node.name, "fromjson") && equals_ignore_case(inner.name, "tojson")) ||
        (equals_ignore_case(node.name, "tojson") && equals_ignore_case(inner.name, "fromjson")))
      return true;
  }
  return std::ranges::any_of(node.children, has_constant);
}

}  // namespace

void check_always_true(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  const formats::YamlNode* last = nullptr;
  for (const auto& expression : file.expressions) {
    // The condition's own text only, and once however many expressions stand in it.
    if (!is_condition(expression) || expression.node == last) continue;
    const auto* owner =
        expression.step != nullptr ? expression.step->find("if") : expression.job->find("if");
    if (owner != expression.node || !expression.text.whole.starts_with("${{")) continue;
    last = expression.node;
    if (expression.node->text.size() == expression.text.whole.size()) continue;
    auto place = place_of(*expression.node);
    report
        .add_at(expression,
                fmt::format(
                    "this condition is always true: the text around `{}` is not empty, and a text "
                    "counts as true",
                    expression.text.whole),
                "always true")
        .finding.locations[0]
        .line = place.line;
  }
}

void check_contains(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  for (const auto& expression : file.expressions)
    if (is_condition(expression) && expression.text.tree() != nullptr)
      find_contains(*expression.text.tree(), expression, report);
}

void check_bot_conditions(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  for (const auto& expression : file.expressions) {
    if (!is_condition(expression) || expression.text.tree() == nullptr) continue;
    bool alone = expression.text.tree()->op == Op::equal;
    if (!mentions_bot(*expression.text.tree(), alone, alone)) continue;
    auto& found = report.add_at(
        expression,
        "who acted last is not who wrote the code: a stranger can let a bot act on a pull "
        "request of theirs",
        "actor");
    if (!alone) found.finding.confidence = Confidence::medium;
  }
}

void check_ternaries(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  for (const auto& expression : file.expressions)
    if (expression.text.tree() != nullptr)
      find_ternaries(*expression.text.tree(), expression, report);
}

void check_obfuscation(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  for (const Job& job : file.jobs) {
    for (const Step& step : job.steps) {
      if (step.uses.kind != Uses::Kind::repository) continue;
      if (const auto* with = step.find("with");
          with != nullptr && with->kind == formats::YamlKind::scalar && !with->text.empty())
        report
            .add(step, place_of(*with),
                 "which inputs the action is given is only known when it runs", "with")
            .finding.severity = FindingSeverity::note;
      const auto parts = split(std::string_view(step.uses.path), '/');
      const bool odd =
          !step.uses.path.empty() && std::ranges::any_of(parts, [](std::string_view part) {
            return part.empty() || part == "." || part == "..";
          });
      const bool trailing = step.uses.written.substr(0, step.uses.written.find('@')).ends_with("/");
      if (odd || trailing)
        report.add(step, place_of(*step.uses.node),
                   fmt::format("{} names its action in a way that searches and policies miss",
                               step.uses.written),
                   step.uses.written);
    }
  }
  for (const auto& expression : file.expressions) {
    if (expression.text.tree() == nullptr || !expression.text.whole.starts_with("${{")) continue;
    const auto& tree = *expression.text.tree();
    if (!has_constant(tree) && tree.op != Op::literal) continue;
    report.add_at(expression,
                  fmt::format("`{}` is written as an expression and is always the same",
                              expression.text.inner),
                  expression.text.inner);
  }
}

void check_never_runs(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  const Reachability reachability(file);
  for (const Job& job : file.jobs) {
    if (reachability.events_of(job).empty()) {
      if (const auto* condition = job.find("if");
          condition != nullptr && reachability.knows_triggers())
        report.add(job, place_of(*condition),
                   fmt::format("the job `{}` never runs: {}", job.id, reachability.why_never(job)),
                   "never");
      continue;
    }
    for (const Step& step : job.steps) {
      const auto* condition = step.find("if");
      if (condition == nullptr || reachability.can_run(step)) continue;
      report.add(
          step, place_of(*condition),
          fmt::format("the step `{}` never runs: {}", step.title(), reachability.why_never(step)),
          "never");
    }
  }
}

}  // namespace crema::scan

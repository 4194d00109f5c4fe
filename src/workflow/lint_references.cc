// Rules about what expressions refer to: steps, needs, the matrix, inputs.
#include "lint_rules.h"
#include "lint_sites.h"
#include "problems.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

namespace crema::workflow {
namespace {

using Names = std::vector<std::string>;

bool has(const Names& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& one) { return equals_ignore_case(one, name); });
}

bool reads(const Reference& reference, std::string_view context) {
  return reference.path.size() > 1 && equals_ignore_case(reference.path[0], context) &&
         reference.path[1] != "*";
}

// The keys of a matrix that is written out; nothing where some are only known in a run.
std::optional<Names> matrix_keys(const Token& matrix) {
  if (matrix.kind == Token::Kind::expression) return std::nullopt;
  Names keys;
  for (const auto& [key, values] : matrix.entries) {
    if (!key.is_literal()) return std::nullopt;
    if (key.text == "exclude") continue;
    if (key.text != "include") {
      keys.push_back(key.text);
      continue;
    }
    if (values.kind != Token::Kind::sequence) return std::nullopt;
    for (const Token& item : values.items) {
      if (item.kind != Token::Kind::mapping) return std::nullopt;
      for (const auto& [name, value] : item.entries) {
        if (!name.is_literal()) return std::nullopt;
        keys.push_back(name.text);
      }
    }
  }
  return keys;
}

// The outputs of a job; nothing where they are only known to a workflow that was not loaded.
std::optional<Names> outputs_of(const Job& job) {
  Names names;
  if (job.call) {
    if (job.call->workflow == nullptr) return std::nullopt;
    for (const auto& output : job.call->workflow->call_outputs) names.push_back(output.name);
    return names;
  }
  if (job.outputs.kind == Token::Kind::expression) return std::nullopt;
  for (const auto& [key, value] : job.outputs.entries) {
    if (!key.is_literal()) return std::nullopt;
    names.push_back(key.text);
  }
  return names;
}

std::string choose(std::string_view word, const Names& names, const std::string& otherwise) {
  const std::string hint = suggest(word, names);
  return hint.empty() ? otherwise : hint;
}

void check_step(const ExpressionSite& site, const Reference& reference, const Span& place,
                LintReport& report) {
  const auto& steps = site.job->steps;
  const bool anywhere = site.kind == SiteKind::job_outputs;
  const std::string& id = reference.path[1];
  Names earlier;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const bool before = anywhere || i < site.step;
    if (before && equals_ignore_case(steps[i].id, id)) return;
    if (before && !steps[i].generated_id) earlier.push_back(steps[i].id);
  }
  const bool later = std::any_of(steps.begin(), steps.end(),
                                 [&](const Step& step) { return equals_ignore_case(step.id, id); });
  if (later) {
    report.add(place, fmt::format("the step `{}` has not run yet: it does not come earlier", id),
               "move that step up");
    return;
  }
  report.add(place, fmt::format("no step of `{}` has the id `{}`", site.job->id, id),
             choose(id, earlier, "give the step you mean an `id:`"));
}

void check_need(const Workflow& workflow, const ExpressionSite& site, const Reference& reference,
                const Span& place, LintReport& report) {
  const std::string& id = reference.path[1];
  if (!has(site.job->needs, id)) {
    const bool exists = workflow.find_job(id) != nullptr;
    report.add(place, fmt::format("`{}` does not need `{}`", site.job->id, id),
               exists ? fmt::format("add `{}` to its `needs:`", id)
                      : choose(id, site.job->needs, "name a job in `needs:` first"));
    return;
  }
  const Job* needed = workflow.find_job(id);
  if (needed == nullptr || reference.path.size() < 3) return;
  const std::string& member = reference.path[2];
  const Names members = {"outputs", "result"};
  if (!has(members, member)) {
    report.add(place, fmt::format("`needs.{}` has no `{}`", id, member),
               choose(member, members, ""));
    return;
  }
  if (member != "outputs" || reference.path.size() < 4 || reference.path[3] == "*") return;
  const auto outputs = outputs_of(*needed);
  if (!outputs || has(*outputs, reference.path[3])) return;
  report.add(
      place, fmt::format("the job `{}` has no output `{}`", id, reference.path[3]),
      choose(reference.path[3], *outputs, fmt::format("add it to `outputs:` of `{}`", needed->id)));
}

// The name of the context when an expression is nothing but one: `${{ matrix }}`.
std::optional<std::string> whole_context(std::string_view expression) {
  const auto references = references_of(expression);
  if (references.size() != 1 || references[0].path.size() != 1) return std::nullopt;
  const std::string& name = references[0].path[0];
  const std::set<std::string, IgnoreCaseLess> contexts = {"github",   "inputs", "vars",    "needs",
                                                          "strategy", "matrix", "secrets", "steps",
                                                          "job",      "runner", "env"};
  if (trim(expression) != name || !contexts.contains(name)) return std::nullopt;
  return name;
}

}  // namespace

void check_step_references(const Workflow& workflow, LintReport& report) {
  for_each_reference(
      workflow, [&](const ExpressionSite& site, const Reference& reference, const Span& place) {
        if (site.job != nullptr && site.kind != SiteKind::job && reads(reference, "steps"))
          check_step(site, reference, place, report);
      });
}

void check_need_references(const Workflow& workflow, LintReport& report) {
  for_each_reference(
      workflow, [&](const ExpressionSite& site, const Reference& reference, const Span& place) {
        if (site.job != nullptr && reads(reference, "needs"))
          check_need(workflow, site, reference, place, report);
      });
}

void check_matrix_references(const Workflow& workflow, LintReport& report) {
  for_each_reference(
      workflow, [&](const ExpressionSite& site, const Reference& reference, const Span& place) {
        if (site.job == nullptr || !reads(reference, "matrix")) return;
        const auto keys = matrix_keys(site.job->strategy.matrix);
        if (!keys || has(*keys, reference.path[1])) return;
        if (site.job->strategy.whole.kind == Token::Kind::expression) return;
        report.add(
            place, fmt::format("the matrix of `{}` has no `{}`", site.job->id, reference.path[1]),
            choose(reference.path[1], *keys, "add a `strategy:` with a `matrix:` to the job"));
      });
}

void check_input_references(const Workflow& workflow, LintReport& report) {
  const bool dispatched = workflow.find_trigger("workflow_dispatch") != nullptr;
  const bool called = workflow.find_trigger("workflow_call") != nullptr;
  Names names;
  for (const auto* inputs : {&workflow.dispatch_inputs, &workflow.call_inputs}) {
    for (const Input& input : *inputs) names.push_back(input.name);
  }
  for_each_reference(workflow, [&](const ExpressionSite&, const Reference& reference,
                                   const Span& place) {
    if (!reads(reference, "inputs") || has(names, reference.path[1])) return;
    report.add(place, fmt::format("the workflow has no input `{}`", reference.path[1]),
               dispatched || called ? choose(reference.path[1], names, "declare it under `inputs:`")
                                    : "declare it under `on.workflow_dispatch.inputs`");
  });
}

void check_whole_contexts(const Workflow& workflow, LintReport& report) {
  const auto check = [&](const Token& token) {
    if (token.kind != Token::Kind::expression) return;
    if (const auto name = whole_context(token.text)) {
      report.add(token.span, fmt::format("`{}` is an object: as text it is just `Object`", *name),
                 fmt::format("write `${{{{ toJSON({}) }}}}`, or name a member", *name));
    }
  };
  for (const Job& job : workflow.jobs) {
    check(job.name);
    for (const auto& [key, value] : job.env.entries) check(value);
    for (const Step& step : job.steps) {
      check(step.name);
      for (const auto& [key, value] : step.env.entries) check(value);
      if (const auto* run = std::get_if<RunStep>(&step.action)) check(run->script);
      if (const auto* uses = std::get_if<UsesStep>(&step.action)) {
        for (const auto& [key, value] : uses->with.entries) check(value);
      }
    }
  }
}

}  // namespace crema::workflow

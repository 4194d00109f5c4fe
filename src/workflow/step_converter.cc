// Steps: their kinds, ids, conditions, and the groups that run in parallel. Source: actions/runner
// WorkflowTemplateConverter.ConvertToSteps; background steps: GitHub's workflow-parser.
#include "convert.h"
#include "scalar.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::workflow {
namespace {

Token label(std::string text) {
  Token token;
  token.kind = Token::Kind::string;
  token.text = std::move(text);
  return token;
}

Diagnostic step_error(std::string message, const Span& span, std::string hint) {
  auto error = make_error("workflow/step", std::move(message), span);
  error.hint = std::move(hint);
  return error;
}

class StepConverter {
 public:
  StepConverter(const Shape& condition, Problems& problems)
      : condition_(condition), problems_(problems) {}

  std::vector<Step> convert(const Token& steps) {
    for (const Token& step : steps.items) add(step);
    for (Step& step : steps_) {
      if (step.id.empty()) make_id(step);
    }
    finish_groups();
    return std::move(steps_);
  }

 private:
  // Steps [first, last) run in parallel; the step at `last` waits for them.
  struct Group {
    std::size_t first, last;
  };

  void add(const Token& token) {
    if (token.kind != Token::Kind::mapping) return;
    if (const Token* parallel = token.find("parallel")) {
      add_group(token, *parallel);
      return;
    }
    Step step = common(token);
    if (const Token* run = token.find("run")) {
      step.action = RunStep{*run, part(token, "shell"), part(token, "working-directory")};
    } else if (const Token* uses = token.find("uses")) {
      check_reference(*uses);
      step.action = UsesStep{uses->text, uses->span, part(token, "with")};
    } else if (!coordination(token, step)) {
      return;
    }
    steps_.push_back(std::move(step));
  }

  Step common(const Token& token) {
    Step step;
    step.span = token.span;
    step.name = part(token, "name");
    if (const Token* id = token.find("id")) take_id(*id, step);
    const Token* condition = token.find("if");
    step.condition = condition_of(condition, condition_, "steps.if", problems_);
    step.condition_source = condition_source(condition);
    step.env = part(token, "env");
    step.timeout_minutes = part(token, "timeout-minutes");
    step.continue_on_error = part(token, "continue-on-error");
    step.background = part(token, "background").boolean;
    return step;
  }

  void take_id(const Token& id, Step& step) {
    bool usable = false;
    auto added = ids_.add(id.text, usable);
    if (usable) step.id = id.text;
    if (added) return;
    added.error().span = id.span;
    if (usable) {
      problems_.tolerate(std::move(added).error());
    } else {
      problems_.refuse(std::move(added).error());
    }
  }

  // `wait`, `wait-all` and `cancel`: they always run.
  bool coordination(const Token& token, Step& step) {
    if (const Token* wait = token.find("wait")) {
      WaitStep action;
      for (const Token& target :
           wait->kind == Token::Kind::sequence ? wait->items : std::vector<Token>{*wait}) {
        check_target(target, step);
        action.ids.push_back(target.text);
      }
      step.action = std::move(action);
      if (step.name.is_null()) step.name = label("Wait");
    } else if (const Token* all = token.find("wait-all")) {
      if (all->kind == Token::Kind::boolean && !all->boolean) {
        problems_.refuse(step_error("`wait-all` cannot be false", all->span,
                                    "leave the step out, or write `wait-all:` alone"));
      }
      step.action = WaitAllStep{};
      if (step.name.is_null()) step.name = label("Wait for all");
    } else if (const Token* cancel = token.find("cancel")) {
      check_target(*cancel, step);
      step.action = CancelStep{cancel->text};
      if (step.name.is_null()) step.name = label("Cancel");
    } else {
      return false;
    }
    Token always = label("always()");
    step.condition = condition_of(&always, condition_, "steps.if", problems_);
    step.condition.span = {};
    return true;
  }

  void check_target(const Token& target, const Step& step) {
    if (target.text.starts_with("__")) {
      problems_.refuse(step_error(fmt::format("`{}` is no id of a step", target.text), target.span,
                                  "give the step an `id:` and name that"));
    } else if (equals_ignore_case(target.text, step.id)) {
      problems_.refuse(
          step_error("a step cannot wait for itself", target.span, "name an earlier step"));
    } else if (!ids_.contains(target.text)) {
      auto error = step_error(fmt::format("no earlier step has the id `{}`", target.text),
                              target.span, "name the `id:` of a step above this one");
      std::vector<std::string> known;
      for (const Step& earlier : steps_) {
        if (!earlier.id.empty()) known.push_back(earlier.id);
      }
      if (const auto near = nearest(target.text, known); !near.empty())
        error.hint = "write `" + near + "` instead";
      problems_.refuse(std::move(error));
    }
  }

  void add_group(const Token& token, const Token& parallel) {
    Step group;
    group.span = token.span;
    group.name = part(token, "name");
    if (group.name.is_null()) group.name = label("Parallel group");
    if (const Token* id = token.find("id")) take_id(*id, group);
    const auto first = steps_.size();
    for (const Token& member : parallel.items) add_member(member);
    groups_.push_back({first, steps_.size()});
    Token always = label("always()");
    group.condition = condition_of(&always, condition_, "steps.if", problems_);
    group.condition.span = {};
    group.action = WaitStep{};
    steps_.push_back(std::move(group));
  }

  void add_member(const Token& member) {
    for (const std::string_view key : {"background", "wait", "wait-all", "cancel", "parallel"}) {
      if (member.kind == Token::Kind::mapping && member.find(key) != nullptr) {
        problems_.refuse(step_error(fmt::format("`{}` cannot stand inside `parallel`", key),
                                    member.span,
                                    "everything in `parallel` runs at once and is waited for"));
        return;
      }
    }
    const auto before = steps_.size();
    add(member);
    if (steps_.size() > before) steps_.back().background = true;
  }

  void check_reference(const Token& uses) {
    const std::string& text = uses.text;
    if (uses.is_literal() &&
        (text.starts_with("docker://") || text.starts_with("./") || text.starts_with(".\\") ||
         text.starts_with("$/") || names_remote_action(text)))
      return;
    auto error = make_error("workflow/uses",
                            fmt::format("`{}` does not say which action to use", text), uses.span);
    const bool versionless = text.find('@') == std::string::npos;
    error.hint = versionless && text.find('/') != std::string::npos
                     ? fmt::format("add a version, as in `{}@v1`, or `./` for a folder", text)
                     : "write `owner/name@ref`, `owner/name/folder@ref`, `./folder` or "
                       "`docker://image`";
    problems_.refuse(std::move(error));
  }

  void make_id(Step& step) {
    std::string source = "run";
    if (const auto* uses = std::get_if<UsesStep>(&step.action)) {
      const std::string from = id_source(uses->reference);
      if (!from.empty()) source = from;
    } else if (const auto* wait = std::get_if<WaitStep>(&step.action)) {
      source = wait->ids.empty() ? "parallel" : "wait";
    } else if (std::holds_alternative<WaitAllStep>(step.action)) {
      source = "wait-all";
    } else if (std::holds_alternative<CancelStep>(step.action)) {
      source = "cancel";
    }
    step.id = ids_.make(source);
    step.generated_id = true;
  }

  void finish_groups() {
    for (const Group& group : groups_) {
      Step& wait = steps_[group.last];
      for (auto i = group.first; i < group.last; ++i) {
        steps_[i].parallel_group = wait.id;
        std::get<WaitStep>(wait.action).ids.push_back(steps_[i].id);
      }
    }
  }

  const Shape& condition_;
  Problems& problems_;
  Ids ids_;
  std::vector<Step> steps_;
  std::vector<Group> groups_;
};

}  // namespace

std::vector<Step> convert_steps(const Token& steps, const Shape& condition, Problems& problems) {
  return StepConverter(condition, problems).convert(steps);
}

}  // namespace crema::workflow

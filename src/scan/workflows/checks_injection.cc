// Rules about what strangers write and a step then runs.
#include "attacker.h"
#include "checks.h"
#include "known_actions.h"
#include "shell_commands.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::scan {
namespace {

using evidence::Confidence;
using evidence::FindingSeverity;

struct Weight {
  FindingSeverity severity;
  Confidence confidence;
  std::string_view who;
};

Weight weight_of(Control control) {
  switch (control) {
    case Control::anybody:
      return {FindingSeverity::high, Confidence::high, "strangers decide what it holds"};
    case Control::caller:
      return {FindingSeverity::medium, Confidence::medium,
              "whoever calls this decides what it holds"};
    case Control::limited:
      return {FindingSeverity::low, Confidence::medium,
              "it comes from outside, if only as a name or an address"};
    case Control::writers:
      return {FindingSeverity::medium, Confidence::medium,
              "whoever can push or start this decides what it holds"};
    default:
      return {FindingSeverity::note, Confidence::low, "nothing here says what it can hold"};
  }
}

// The branch that a workflow runs for, where its own filters leave no choice.
bool is_bounded_ref(const WorkflowFile& file, std::string_view path) {
  return (path == "github.ref" || path == "github.ref_name" || path == "env.github_ref" ||
          path == "env.github_ref_name") &&
         ref_is_bounded(file);
}

bool is_code(const PlacedExpression& expression) {
  if (expression.step == nullptr) return false;
  if (expression.node == expression.step->find("run")) return true;
  const auto inputs = code_inputs(expression.step->uses);
  const auto* with = expression.step->find("with");
  if (with == nullptr) return false;
  return std::ranges::any_of(with->entries, [&](const auto& entry) {
    return entry.second.get() == expression.node &&
           std::ranges::find(inputs, to_lower(entry.first->text)) != inputs.end();
  });
}

void report_injection(const PlacedExpression& expression, const ContextPath& context,
                      WorkflowReport& report) {
  const auto& file = report.file();
  const auto verdict = who_controls(file, expression.job, expression.step, context);
  if (verdict.control == Control::nobody) return;
  auto weight = weight_of(verdict.control);
  if (is_bounded_ref(file, context.path))
    weight = {FindingSeverity::note, Confidence::low,
              "only the branches this workflow names can be in it, for now"};
  const auto origin = verdict.source.empty() || verdict.source == context.written
                          ? std::string()
                          : fmt::format(", which comes from {},", verdict.source);
  const auto lines =
      static_cast<std::uint32_t>(std::ranges::count(expression.text.whole, '\n')) + 1;
  const Place begin{.line = expression.line, .column = expression.column};
  auto place = find_part(*file.source, begin, context.written, lines);
  if (place.line == 0) place = begin;
  auto& found = report.add(*expression.step, place,
                           fmt::format("`{}`{} becomes part of the script before it runs: {}",
                                       context.written, origin, weight.who),
                           context.path);
  found.finding.severity = weight.severity;
  found.finding.confidence = weight.confidence;
}

// What a step runs with the rights of the repository while strangers can start it.
bool is_privileged(const WorkflowFile& file) {
  return file.has_trigger("pull_request_target") || file.has_trigger("workflow_run");
}

bool writes_environment(const ShellCommand& command, std::string& where) {
  const auto names = [&](std::string_view text) {
    for (const auto name : {"GITHUB_ENV", "GITHUB_PATH"})
      if (text.find(name) != std::string_view::npos) {
        where = name;
        return true;
      }
    return false;
  };
  if (std::ranges::any_of(command.redirected_to, names)) {
    // Words without anything expanded in them are the file's own.
    const auto name = command.name();
    const bool prints = name == "echo" || name == "printf";
    // %NAME% is how cmd writes a variable.
    return !prints || std::ranges::any_of(command.words, [](const auto& word) {
      return !word.literal || word.text.find('%') != std::string::npos;
    });
  }
  const auto name = to_lower(command.name());
  constexpr std::array<std::string_view, 5> kWriters = {"tee", "out-file", "add-content",
                                                        "set-content", "tee-object"};
  return std::ranges::find(kWriters, name) != kWriters.end() &&
         std::ranges::any_of(command.arguments(), names);
}

bool names_head(std::string_view text) {
  const auto lower = to_lower(text);
  for (const auto part : {"github.event.pull_request.head", "github.head_ref",
                          "github.event.workflow_run.head", "refs/pull/"})
    if (lower.find(part) != std::string::npos) return true;
  return false;
}

}  // namespace

void check_template_injection(const WorkflowFile& file, const CheckSettings&,
                              WorkflowReport& report) {
  for (const PlacedExpression& expression : file.expressions) {
    if (!is_code(expression) || expression.text.tree() == nullptr) continue;
    for (const auto& context : resulting_contexts(*expression.text.tree()))
      report_injection(expression, context, report);
  }
}

void check_environment_files(const WorkflowFile& file, const CheckSettings&,
                             WorkflowReport& report) {
  if (file.kind == WorkflowFileKind::workflow && !is_privileged(file)) return;
  for (const Job& job : file.jobs) {
    for (const Step& step : job.steps) {
      const auto script = step.script();
      if (script.find("GITHUB_ENV") == std::string_view::npos &&
          script.find("GITHUB_PATH") == std::string_view::npos)
        continue;
      for (const auto& command : shell_commands(script)) {
        std::string where;
        if (!writes_environment(command, where)) continue;
        auto& found = report.add(
            step, line_in_script(file, step, command),
            fmt::format("what is written to {} here is set for all later steps: whoever decides on "
                        "the text can name LD_PRELOAD or a program of their own",
                        where),
            where);
        found.finding.confidence = Confidence::low;
      }
    }
  }
}

void check_untrusted_checkout(const WorkflowFile& file, const CheckSettings&,
                              WorkflowReport& report) {
  if (!is_privileged(file) && !file.has_trigger("issue_comment")) return;
  for (const Job& job : file.jobs) {
    for (const Step& step : job.steps) {
      const formats::YamlNode* at = nullptr;
      if (step.uses.is("actions/checkout")) {
        for (const auto name : {"ref", "repository"})
          if (const auto* input = step.input(name); names_head(text_of(input))) at = input;
      } else if (step.script().find("gh pr checkout") != std::string_view::npos) {
        at = step.find("run");
      }
      if (at == nullptr) continue;
      report.add(step, place_of(*at),
                 "this checks out the code of a pull request in a run that has the repository's "
                 "own rights and secrets: building or testing it hands them over",
                 "checkout of a pull request");
    }
  }
}

}  // namespace crema::scan

// Scan health: whether what a security step finds, or that it cannot work, has any effect.
#include "checks.h"
#include "reachability.h"
#include "security_tools.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::scan {
namespace {

using evidence::Confidence;
using evidence::FindingSeverity;
using formats::YamlNode;

// Whether a later step or job looks at how the step ended.
bool outcome_is_read(const WorkflowFile& file, const Step& step) {
  const auto id = text_of(step.find("id"));
  if (id.empty()) return false;
  const auto wanted = to_lower(fmt::format("steps.{}.outcome", id));
  return std::ranges::any_of(file.expressions, [&](const PlacedExpression& expression) {
    return to_lower(expression.text.inner).find(wanted) != std::string::npos;
  });
}

// The runner starts bash without pipefail unless the file asks for bash by its name.
bool fails_with_pipe(const WorkflowFile& file, const Step& step,
                     const std::vector<ShellCommand>& commands) {
  if (sets_pipefail(commands)) return true;
  for (const YamlNode* shell :
       {step.find("shell"), find(find(step.job->find("defaults"), "run"), "shell"),
        find(find(file.find("defaults"), "run"), "shell")})
    if (shell != nullptr)
      return trim(text_of(shell)) == "bash" ||
             text_of(shell).find("pipefail") != std::string_view::npos;
  return false;
}

// Why nobody learns how the tool ended; "" where somebody does.
std::string why_thrown_away(const WorkflowFile& file, const SecurityUse& use) {
  const Step& step = *use.step;
  if (is_true(step.find("continue-on-error")) && !outcome_is_read(file, step))
    return "`continue-on-error: true` on the step";
  if (is_true(step.job->find("continue-on-error"))) return "`continue-on-error: true` on the job";
  if (!use.command) return {};
  const auto commands = shell_commands(step.script());
  if (use.command->failure_ignored)
    return fmt::format("what stands behind `||` in `{}`", use.command->text);
  if (use.command->feeds_pipe && !fails_with_pipe(file, step, commands))
    return "the pipe: its result is that of the last program in it";
  const bool forgives = std::ranges::any_of(commands, [&](const ShellCommand& one) {
    return one.name() == "set" && one.has_argument("+e") && one.line <= use.command->line;
  });
  const bool is_last = commands.back().line <= use.command->line;
  const bool asks = step.script().find("$?") != std::string_view::npos ||
                    step.script().find("PIPESTATUS") != std::string_view::npos;
  if (forgives && !is_last && !asks) return "`set +e`";
  return {};
}

// Whether a step of the job takes SARIF to GitHub, where a branch rule may still look at it.
bool uploads_sarif(const Job& job) {
  return std::ranges::any_of(job.steps, [](const Step& step) {
    return step.uses.is("github/codeql-action/upload-sarif");
  });
}

bool mentions_secret_variable(const WorkflowFile& file, const Step& step,
                              const ContextPath& context) {
  if (context.starts_with("secrets")) return true;
  if (!context.starts_with("env")) return false;
  for (const YamlNode* env : {step.find("env"), step.job->find("env"), file.find("env")})
    if (env != nullptr)
      for (const auto& [key, value] : env->entries)
        if (equals_ignore_case(key->text, context.member()))
          return text_of(value.get()).find("secrets.") != std::string_view::npos;
  return false;
}

bool says_any(std::string_view text, std::initializer_list<std::string_view> words) {
  const auto lower = to_lower(text);
  return std::ranges::any_of(words,
                             [&](auto word) { return lower.find(word) != std::string::npos; });
}

// Whether a script can end the step with a failure of its own.
bool can_fail_itself(const std::vector<ShellCommand>& commands) {
  return std::ranges::any_of(commands, [](const ShellCommand& one) {
    const auto name = one.name();
    if (name == "exit" || name == "return") return one.words.size() > 1 && one.words[1].text != "0";
    return name == "false" || name == "test" || name == "[" || name == "[[" || name == "(("
               ? !one.is_condition
               : false;
  });
}

bool only_prints(const std::vector<ShellCommand>& commands) {
  return !commands.empty() && std::ranges::all_of(commands, [](const ShellCommand& one) {
    const auto name = one.name();
    return (name == "echo" || name == "printf" || name == "true" || name == ":") &&
           one.redirected_to.empty() && !one.feeds_pipe &&
           // A workflow command is more than print.
           one.text.find("::") == std::string::npos;
  });
}

}  // namespace

void check_thrown_away_results(const WorkflowFile& file, const CheckSettings&,
                               WorkflowReport& report) {
  for (const auto& use : security_uses(file)) {
    const auto why = why_thrown_away(file, use);
    if (why.empty()) continue;
    report.add(*use.step, use.place(file),
               fmt::format("the job passes whatever {} finds, and even if it cannot start: {}",
                           use.tool, why),
               fmt::format("{}: {}", use.tool, why));
  }
}

void check_tools_told_to_pass(const WorkflowFile& file, const CheckSettings&,
                              WorkflowReport& report) {
  for (const auto& use : security_uses(file)) {
    const auto why = told_to_pass(use);
    if (why.empty()) continue;
    const bool uploaded = writes_sarif(use) && uploads_sarif(*use.step->job);
    auto& found = report.add(*use.step, use.place(file),
                             fmt::format("{} passes whatever it finds: {}{}", use.tool, why,
                                         uploaded ? "; the report goes to GitHub, which stops "
                                                    "nothing unless a branch rule asks for it"
                                                  : ""),
                             std::string(use.tool));
    if (uploaded) found.finding.severity = FindingSeverity::medium;
  }
}

void check_security_never_runs(const WorkflowFile& file, const CheckSettings&,
                               WorkflowReport& report) {
  const Reachability reachability(file);
  const Step* last = nullptr;
  for (const auto& use : security_uses(file)) {
    if (use.step == last) continue;
    last = use.step;
    const auto condition = to_lower(trim(text_of(use.step->find("if"))));
    const bool off = condition == "false" || condition == "${{ false }}";
    if (!off && reachability.can_run(*use.step)) continue;
    const auto* written = use.step->find("if");
    const bool of_job = !off && reachability.events_of(*use.step->job).empty();
    report.add(*use.step, written != nullptr ? place_of(*written) : use.place(file),
               off ? fmt::format("{} is switched off: `if: false`", use.tool)
               : of_job
                   ? fmt::format("{} never runs, nor does its job: {}", use.tool,
                                 reachability.why_never(*use.step->job))
                   : fmt::format("{} never runs: {}", use.tool, reachability.why_never(*use.step)),
               std::string(use.tool));
  }
}

void check_skipped_without_secret(const WorkflowFile& file, const CheckSettings&,
                                  WorkflowReport& report) {
  for (const auto& use : security_uses(file)) {
    const auto* condition = use.step->find("if");
    if (condition == nullptr) continue;
    const auto fenced = template_expressions(condition->text);
    const auto expression = fenced.empty() ? whole_expression(condition->text) : fenced[0];
    if (expression.tree() == nullptr) continue;
    for (const auto& context : mentioned_contexts(*expression.tree())) {
      if (!mentions_secret_variable(file, *use.step, context)) continue;
      const bool refused = context.starts_with("secrets");
      auto& found = report.add(
          *use.step, place_of(*condition),
          refused
              ? fmt::format(
                    "GitHub refuses `{}` in `if`, and with it the whole workflow: {} never runs",
                    context.written, use.tool)
              : fmt::format(
                    "where `{}` is empty, as for pull requests of forks, {} is left out and the "
                    "job passes",
                    context.written, use.tool),
          std::string(use.tool));
      if (refused) found.finding.severity = FindingSeverity::high;
      break;
    }
  }
}

void check_nothing_to_scan(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  if (file.kind != WorkflowFileKind::workflow) return;
  const auto brings_files = [](const Step& step) {
    for (const auto action : {"actions/checkout", "actions/download-artifact", "actions/cache"})
      if (step.uses.is(action)) return true;
    // Any other action, and any script, may fetch the code in a way of its own.
    if (step.uses.kind == Uses::Kind::local) return true;
    return says_any(step.script(), {"git ", "gh repo", "curl", "wget", "tar ", "cp "});
  };
  for (const auto& use : security_uses(file)) {
    if (use.target != Target::repository || use.tool == "dependency-review" ||
        use.tool == "scorecard" || use.tool == "sonar")
      continue;
    // It checks out by itself.
    if (use.step->uses.is("golang/govulncheck-action") &&
        !is_false(use.step->input("repo-checkout")))
      continue;
    const auto& steps = use.step->job->steps;
    const bool any =
        std::any_of(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(use.step->index + 1),
                    brings_files);
    if (!any)
      report.add(*use.step, use.place(file),
                 fmt::format("{} finds an empty folder: nothing in this job checks the code out",
                             use.tool),
                 std::string(use.tool));
  }
}

void check_coverage_gates(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  for (const Job& job : file.jobs) {
    for (const Step& step : job.steps) {
      const auto script = step.script();
      if (!says_any(script, {"coverage"})) continue;
      const bool compares = says_any(script, {"threshold", "minimum", "below", "min_cov"}) &&
                            says_any(script, {"if ", "if(", "awk", "bc "});
      if (!compares) continue;
      const auto commands = shell_commands(script);
      std::string why;
      if (is_true(step.find("continue-on-error")))
        why = "`continue-on-error: true`";
      else if (is_true(job.find("continue-on-error")))
        why = "`continue-on-error: true` on the job";
      else if (!can_fail_itself(commands) &&
               !says_any(script, {"exit 1", "sys.exit", "process.exit"}))
        why = "nothing in its script ends with a failure";
      if (why.empty()) continue;
      auto& found = report.add(
          step, place_of(*step.find("run")),
          fmt::format("coverage is compared with a limit and the job passes either way: {}", why),
          "coverage");
      found.finding.confidence = Confidence::medium;
    }
  }
}

void check_placeholders(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  for (const Job& job : file.jobs) {
    for (const Step& step : job.steps) {
      const auto name = text_of(step.find("name"));
      if (step.script().empty() || !says_any(name, {"test", "scan", "lint", "audit", "security",
                                                    "coverage", "check", "verify"}))
        continue;
      // What reports on a test is no test.
      if (says_any(name, {"summary", "report", "result", "notify", "comment", "status", "output"}))
        continue;
      const auto commands = shell_commands(step.script());
      if (!only_prints(commands) || step.script().find("${{") != std::string_view::npos) continue;
      auto& found =
          report.add(step, line_in_script(file, step, commands[0]),
                     fmt::format("`{}` only prints: it passes for every commit", name), "prints");
      found.finding.confidence = Confidence::medium;
    }
  }
}

}  // namespace crema::scan

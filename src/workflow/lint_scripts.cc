// Rules about scripts and secrets.
#include "interpolation.h"
#include "lint_rules.h"
#include "lint_sites.h"
#include "problems.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::workflow {
namespace {

// What a stranger can write: `*` is any one member. Source: GitHub's "Security hardening".
constexpr std::array<std::string_view, 24> kUntrusted = {
    "github.head_ref",
    "github.event.issue.title",
    "github.event.issue.body",
    "github.event.pull_request.title",
    "github.event.pull_request.body",
    "github.event.pull_request.head.ref",
    "github.event.pull_request.head.label",
    "github.event.pull_request.head.repo.default_branch",
    "github.event.comment.body",
    "github.event.review.body",
    "github.event.review_comment.body",
    "github.event.discussion.title",
    "github.event.discussion.body",
    "github.event.pages.*.page_name",
    "github.event.commits.*.message",
    "github.event.commits.*.author.email",
    "github.event.commits.*.author.name",
    "github.event.head_commit.message",
    "github.event.head_commit.author.email",
    "github.event.head_commit.author.name",
    "github.event.workflow_run.head_branch",
    "github.event.workflow_run.head_commit.message",
    "github.event.workflow_run.head_commit.author.email",
    "github.event.workflow_run.pull_requests.*.head.ref",
};

bool matches(const std::vector<std::string>& path, std::string_view pattern) {
  const auto parts = split(pattern, '.');
  // commits[0] ends the path at the index: whatever follows may be untrusted, but is not seen.
  if (path.size() != parts.size()) return false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] != "*" && !equals_ignore_case(path[i], parts[i])) return false;
  }
  return true;
}

bool untrusted(const std::vector<std::string>& path) {
  return std::any_of(kUntrusted.begin(), kUntrusted.end(),
                     [&](std::string_view pattern) { return matches(path, pattern); });
}

struct Command {
  std::string_view text;
  std::string_view instead;
};
constexpr std::array kCommands = {
    Command{"::set-output ", "write `name=value` to `$GITHUB_OUTPUT`"},
    Command{"::save-state ", "write `name=value` to `$GITHUB_STATE`"},
    Command{"::set-env ", "write `name=value` to `$GITHUB_ENV`"},
    Command{"::add-path::", "write the folder to `$GITHUB_PATH`"},
};

void check_shell(const Token& shell, LintReport& report) {
  if (shell.kind != Token::Kind::string || shell.text.find("{0}") != std::string::npos) return;
  const std::vector<std::string> known = {"bash", "sh", "pwsh", "powershell", "python", "cmd"};
  if (std::find(known.begin(), known.end(), to_lower(shell.text)) != known.end()) return;
  const std::string near = nearest(shell.text, known);
  report.add(shell.span, fmt::format("`{}` is no shell the runner knows", shell.text),
             near.empty() ? fmt::format("give its command, as in `{} {{0}}`", shell.text)
                          : "write `" + near + "` instead");
}

void check_credentials(const Token& container, LintReport& report) {
  const Token* credentials = container.find("credentials");
  const Token* password = credentials == nullptr ? nullptr : credentials->find("password");
  if (password == nullptr || password->kind != Token::Kind::string) return;
  report.add(password->span, "the password of a registry stands in the file",
             "make it a secret: `${{ secrets.REGISTRY_PASSWORD }}`");
}

}  // namespace

void check_script_injection(const Workflow& workflow, LintReport& report) {
  for_each_reference(
      workflow, [&](const ExpressionSite& site, const Reference& reference, const Span& place) {
        if (site.kind != SiteKind::script || !untrusted(reference.path)) return;
        report.add(place,
                   fmt::format("`{}` is text anyone can write, and becomes part of the script",
                               join(reference.path, ".")),
                   "hand it over with `env:` and use the variable in the script");
      });
}

void check_deprecated_commands(const Workflow& workflow, LintReport& report) {
  for (const Job& job : workflow.jobs) {
    for (const Step& step : job.steps) {
      const auto* run = std::get_if<RunStep>(&step.action);
      if (run == nullptr) continue;
      for (const Command& command : kCommands) {
        if (run->script.text.find(command.text) == std::string::npos) continue;
        const Span exact = find_in_value(run->script.span, command.text, 1);
        report.add(exact.known() ? exact : run->script.span,
                   fmt::format("`{}` is deprecated", trim(command.text)),
                   std::string(command.instead));
      }
    }
  }
}

void check_shells(const Workflow& workflow, LintReport& report) {
  check_shell(workflow.defaults_shell, report);
  for (const Job& job : workflow.jobs) {
    check_shell(job.defaults_shell, report);
    for (const Step& step : job.steps) {
      if (const auto* run = std::get_if<RunStep>(&step.action)) check_shell(run->shell, report);
    }
  }
}

void check_literal_passwords(const Workflow& workflow, LintReport& report) {
  for (const Job& job : workflow.jobs) {
    check_credentials(job.container, report);
    for (const auto& [name, service] : job.services.entries) check_credentials(service, report);
  }
}

}  // namespace crema::workflow

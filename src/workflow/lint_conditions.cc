// Rules about values that cannot be what they are meant to be.
#include "lint_rules.h"
#include "lint_sites.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

namespace crema::workflow {
namespace {

// Whether a value's text holds `${{` in the file: then a format() around it was not written.
bool written_with_braces(const Span& span) {
  constexpr std::uint32_t kLines = 20;
  if (!span.known()) return false;
  const auto last = span.end_column != 0 ? span.line : span.line + kLines;
  for (auto number = span.line; number <= last; ++number) {
    if (span.source->line(number).find("${{") != std::string_view::npos) return true;
  }
  return false;
}

void check_condition(std::string_view source, const Token& condition, LintReport& report) {
  if (!source.starts_with("format('") || !written_with_braces(condition.span)) return;
  report.add(condition.span,
             "this condition is always true: text around `${{ }}` makes it a text, and no text but "
             "the empty one is false",
             "put the whole condition into one `${{ }}`, or leave the braces out");
}

// The kind of an expression that mentions nothing and calls nothing.
std::optional<expr::Kind> constant_kind(const Token& token) {
  if (!token.expression || !references_of(token.text).empty()) return std::nullopt;
  const auto value = token.expression->evaluate({});
  if (!value) return std::nullopt;
  return value->kind();
}

void check_kind(const Token& token, expr::Kind wanted, std::string_view key, LintReport& report) {
  const auto kind = constant_kind(token);
  if (!kind || *kind == wanted) return;
  report.add(token.span,
             fmt::format("`{}` takes a {}, but this expression gives something else", key,
                         wanted == expr::Kind::number ? "number" : "boolean"),
             "write the value itself, without quotes");
}

}  // namespace

void check_always_true(const Workflow& workflow, LintReport& report) {
  for (const Job& job : workflow.jobs) {
    check_condition(job.condition_source, job.condition, report);
    for (const Step& step : job.steps)
      check_condition(step.condition_source, step.condition, report);
  }
}

void check_wrong_type(const Workflow& workflow, LintReport& report) {
  using expr::Kind;
  for (const Job& job : workflow.jobs) {
    check_kind(job.timeout_minutes, Kind::number, "timeout-minutes", report);
    check_kind(job.cancel_timeout_minutes, Kind::number, "cancel-timeout-minutes", report);
    check_kind(job.continue_on_error, Kind::boolean, "continue-on-error", report);
    check_kind(job.strategy.fail_fast, Kind::boolean, "fail-fast", report);
    check_kind(job.strategy.max_parallel, Kind::number, "max-parallel", report);
    for (const Step& step : job.steps) {
      check_kind(step.timeout_minutes, Kind::number, "timeout-minutes", report);
      check_kind(step.continue_on_error, Kind::boolean, "continue-on-error", report);
    }
  }
}

}  // namespace crema::workflow

#include "report.h"

#include <utility>

namespace crema::scan {

Found found_of(const Rule& rule, std::string path, const Place& place, std::string message,
               std::string content) {
  Found found{.content = std::move(content)};
  auto& finding = found.finding;
  finding.rule = rule.id;
  finding.rule_name = rule.title;
  finding.aliases = rule.aliases;
  finding.family = "infrastructure";
  finding.severity = rule.severity;
  finding.confidence = evidence::Confidence::high;
  finding.scanner = "crema";
  finding.message = std::move(message);
  finding.fix.text = rule.fix;
  finding.help = rule.why;
  finding.locations.push_back({.path = std::move(path),
                               .line = place.line,
                               .column = place.column,
                               .end_line = place.end_line,
                               .end_column = place.end_column});
  return found;
}

Found& WorkflowReport::add(const Place& place, std::string message, std::string content) {
  found_.push_back(
      found_of(rule_, file_.source->path(), place, std::move(message), std::move(content)));
  found_.back().subject = file_.kind == WorkflowFileKind::action ? "action" : "workflow";
  return found_.back();
}

Found& WorkflowReport::add(const Job& job, const Place& place, std::string message,
                           std::string content) {
  Found& found = add(place, std::move(message), std::move(content));
  found.subject = job.subject;
  found.first_line = job.lines.first;
  found.last_line = job.lines.last;
  return found;
}

Found& WorkflowReport::add_at(const PlacedExpression& expression, std::string message,
                              std::string content) {
  const Place place{.line = expression.line, .column = expression.column};
  if (expression.step != nullptr)
    return add(*expression.step, place, std::move(message), std::move(content));
  if (expression.job != nullptr)
    return add(*expression.job, place, std::move(message), std::move(content));
  return add(place, std::move(message), std::move(content));
}

Found& WorkflowReport::add(const Step& step, const Place& place, std::string message,
                           std::string content) {
  Found& found = add(*step.job, place, std::move(message), std::move(content));
  found.subject = step.subject;
  found.first_line = step.lines.first;
  found.last_line = step.lines.last;
  return found;
}

}  // namespace crema::scan

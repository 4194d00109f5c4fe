#include "report.h"

#include <utility>

namespace crema::scan {

Found& WorkflowReport::add(const Place& place, std::string message, std::string content) {
  Found found{.content = std::move(content)};
  auto& finding = found.finding;
  finding.rule = rule_.id;
  finding.rule_name = rule_.title;
  finding.aliases = rule_.aliases;
  finding.family = "infrastructure";
  finding.severity = rule_.severity;
  finding.confidence = evidence::Confidence::high;
  finding.scanner = "crema";
  finding.message = std::move(message);
  finding.fix.text = rule_.fix;
  finding.help = rule_.why;
  finding.locations.push_back({.path = file_.source->path(),
                               .line = place.line,
                               .column = place.column,
                               .end_line = place.end_line,
                               .end_column = place.end_column});
  found.subject = file_.kind == WorkflowFileKind::action ? "action" : "workflow";
  found_.push_back(std::move(found));
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

Found& WorkflowReport::add(const Step& step, const Place& place, std::string message,
                           std::string content) {
  Found& found = add(*step.job, place, std::move(message), std::move(content));
  found.subject = step.subject;
  found.first_line = step.lines.first;
  found.last_line = step.lines.last;
  return found;
}

}  // namespace crema::scan

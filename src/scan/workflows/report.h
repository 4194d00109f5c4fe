// What checks find, and where a check is in the table of all.
#pragma once

#include "workflow_file.h"

#include "crema/scan/core/fingerprint.h"
#include "crema/scan/core/rule.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

// A finding of a rule at a place, without a subject.
Found found_of(const Rule& rule, std::string path, const Place& place, std::string message,
               std::string content);

// The findings of one rule in one file.
class WorkflowReport {
 public:
  WorkflowReport(const Rule& rule, const WorkflowFile& file, std::vector<Found>& found)
      : rule_(rule), file_(file), found_(found) {}

  const WorkflowFile& file() const { return file_; }
  // `content` is what is wrong, without anything that moves. What is given back may be refined
  // until the next call.
  Found& add(const Step& step, const Place& place, std::string message, std::string content);
  Found& add(const Job& job, const Place& place, std::string message, std::string content);
  Found& add(const Place& place, std::string message, std::string content);
  // To the step, job or file that the expression stands in.
  Found& add_at(const PlacedExpression& expression, std::string message, std::string content);

 private:
  const Rule& rule_;
  const WorkflowFile& file_;
  std::vector<Found>& found_;
};

// What teams decide and no file says.
struct CheckSettings {
  std::vector<std::string> forbidden_uses;  // "owner/*", "owner/name"
  std::vector<std::string> allowed_uses;    // when not empty, all others are forbidden
};

// Null where a rule needs more than the file.
using CheckFunction = void (*)(const WorkflowFile& file, const CheckSettings& settings,
                               WorkflowReport& report);

struct Check {
  std::string_view rule;       // "CRM-GHA-001"
  std::string_view framework;  // "github-actions", "health"
  CheckFunction run;
};

std::span<const Check> all_checks();

}  // namespace crema::scan

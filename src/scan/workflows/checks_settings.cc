// Rules about the settings of a workflow as a whole, and of Dependabot.
#include "checks.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <charconv>

namespace crema::scan {
namespace {

using evidence::FindingSeverity;
using formats::YamlKind;
using formats::YamlNode;

constexpr int kFewestDays = 7;

std::string ecosystem_of(const YamlNode& update) {
  auto name = std::string(text_of(find(&update, "package-ecosystem")));
  const auto folder = text_of(find(&update, "directory"));
  return folder.empty() ? name : fmt::format("{} in {}", name, folder);
}

const YamlNode* updates_of(const WorkflowFile& file) {
  return file.kind == WorkflowFileKind::dependabot ? file.find("updates") : nullptr;
}

}  // namespace

void check_anonymous(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  if (file.kind == WorkflowFileKind::workflow)
    for (const Job& job : file.jobs)
      if (job.find("name") == nullptr)
        report.add(job, place_of(*job.key), fmt::format("the job `{}` has no name", job.id),
                   "name");
  if (file.kind == WorkflowFileKind::dependabot || file.find("name") != nullptr) return;
  report.add({.line = 1, .column = 1}, "it has no name, and goes by its path wherever it is shown",
             "name");
}

void check_concurrency(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  if (file.kind != WorkflowFileKind::workflow ||
      (file.triggers.size() == 1 && file.has_trigger("workflow_call")))
    return;
  if (const YamlNode* whole = file.find("concurrency"); whole != nullptr) {
    if (whole->kind == YamlKind::scalar)
      report.add(place_of(*whole),
                 "a run that is overtaken goes on: there is no `cancel-in-progress`",
                 "cancel-in-progress");
    return;
  }
  std::string without, without_cancel;
  for (const Job& job : file.jobs) {
    if (!job.uses.written.empty()) continue;
    const YamlNode* own = job.find("concurrency");
    auto& list = own == nullptr ? without : without_cancel;
    if (own == nullptr || own->kind == YamlKind::scalar)
      list += (list.empty() ? "" : ", ") + job.id;
  }
  const YamlNode* on = find_key(file.root.get(), "on");
  const Place place = on == nullptr ? Place{.line = 1, .column = 1} : place_of(*on);
  if (!without_cancel.empty())
    report.add(place, fmt::format("a run that is overtaken goes on in {}", without_cancel),
               "cancel-in-progress");
  if (!without.empty())
    report.add(place, fmt::format("nothing limits how many runs go on at once in {}", without),
               "concurrency");
}

void check_dispatch_inputs(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  const auto dispatch = file.triggers.find("workflow_dispatch");
  if (dispatch == file.triggers.end()) return;
  const YamlNode* inputs = find(dispatch->second, "inputs");
  if (inputs == nullptr || (inputs->entries.empty() && inputs->items.empty())) return;
  report.add(place_of(*find_key(dispatch->second, "inputs")),
             "what is built depends on what somebody typed, and not on the commit alone", "inputs");
}

void check_dependabot_cooldown(const WorkflowFile& file, const CheckSettings&,
                               WorkflowReport& report) {
  const YamlNode* updates = updates_of(file);
  if (updates == nullptr) return;
  for (const auto& update : updates->items) {
    if (find(update.get(), "multi-ecosystem-group") != nullptr &&
        find(find(file.find("multi-ecosystem-groups"),
                  text_of(find(update.get(), "multi-ecosystem-group"))),
             "cooldown") != nullptr)
      continue;
    const YamlNode* cooldown = find(update.get(), "cooldown");
    const YamlNode* days = find(cooldown, "default-days");
    const auto text = text_of(days);
    int number = -1;
    std::from_chars(text.data(), text.data() + text.size(), number);
    const auto place = place_of(days != nullptr       ? *days
                                : cooldown != nullptr ? *find_key(update.get(), "cooldown")
                                                      : *update);
    if (days == nullptr) {
      report.add(place,
                 fmt::format("updates of {} are taken the day they appear", ecosystem_of(*update)),
                 ecosystem_of(*update));
    } else if (number >= 0 && number < kFewestDays) {
      report
          .add(place,
               fmt::format("updates of {} are taken after {} days", ecosystem_of(*update), number),
               ecosystem_of(*update))
          .finding.severity = FindingSeverity::low;
    }
  }
}

void check_dependabot_execution(const WorkflowFile& file, const CheckSettings&,
                                WorkflowReport& report) {
  const YamlNode* updates = updates_of(file);
  if (updates == nullptr) return;
  for (const auto& update : updates->items)
    if (const YamlNode* allowed = find(update.get(), "insecure-external-code-execution");
        text_of(allowed) == "allow")
      report.add(place_of(*allowed),
                 fmt::format("an update of {} may run the code of the package it looks at",
                             ecosystem_of(*update)),
                 ecosystem_of(*update));
}

}  // namespace crema::scan

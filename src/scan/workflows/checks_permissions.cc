// Rules about what a run may do, who can start it, and where it runs.
#include "checks.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::scan {
namespace {

using evidence::Confidence;
using evidence::FindingSeverity;
using formats::YamlKind;
using formats::YamlNode;

// What a token can do with it, from worst on.
FindingSeverity severity_of_write(std::string_view permission) {
  constexpr auto kHarmless = std::to_array<std::string_view>({"models", "statuses"});
  constexpr auto kMedium =
      std::to_array<std::string_view>({"artifact-metadata", "checks", "code-quality", "discussions",
                                       "repository-projects", "security-events"});
  if (std::ranges::find(kHarmless, permission) != std::end(kHarmless)) return FindingSeverity::low;
  if (std::ranges::find(kMedium, permission) != std::end(kMedium)) return FindingSeverity::medium;
  return FindingSeverity::high;
}

bool only_called(const WorkflowFile& file) {
  return file.triggers.size() == 1 && file.has_trigger("workflow_call");
}

Place place_of_triggers(const WorkflowFile& file) {
  const YamlNode* on = find_key(file.root.get(), "on");
  return on == nullptr ? Place{.line = 1, .column = 1} : place_of(*on);
}

Place place_of_trigger(const WorkflowFile& file, std::string_view event) {
  const YamlNode* on = file.find("on");
  if (const YamlNode* key = find_key(on, event); key != nullptr) return place_of(*key);
  if (on != nullptr)
    for (const auto& item : on->items)
      if (item->text == event) return place_of(*item);
  return place_of_triggers(file);
}

void check_block(const YamlNode& permissions, const Job* job, WorkflowReport& report) {
  const auto add = [&](const YamlNode& at, std::string message, std::string content,
                       FindingSeverity severity) {
    auto& found = job != nullptr ? report.add(*job, place_of(at), std::move(message), content)
                                 : report.add(place_of(at), std::move(message), content);
    found.finding.severity = severity;
  };
  const auto whole = trim(text_of(&permissions));
  if (whole == "write-all")
    add(permissions, "the token may do everything: `permissions: write-all`", "write-all",
        FindingSeverity::high);
  if (whole == "read-all")
    add(permissions, "the token may read everything: `permissions: read-all`", "read-all",
        FindingSeverity::low);
  if (job != nullptr || permissions.kind != YamlKind::mapping) return;
  for (const auto& [name, level] : permissions.entries)
    if (level->text == "write")
      add(*name,
          fmt::format("`{}: write` is given to all jobs, whether they need it or not", name->text),
          name->text, severity_of_write(name->text));
}

bool is_labeler_only(const WorkflowFile& file) {
  return file.jobs.size() == 1 && file.jobs[0].steps.size() == 1 &&
         file.jobs[0].steps[0].uses.is("actions/labeler");
}

}  // namespace

void check_permissions(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  if (file.kind != WorkflowFileKind::workflow) return;
  const YamlNode* whole = file.find("permissions");
  const bool all_have_own =
      !file.jobs.empty() && std::ranges::all_of(file.jobs, [](const Job& job) {
        return job.find("permissions") != nullptr;
      });
  if (whole == nullptr) {
    if (!all_have_own && !only_called(file) && !file.jobs.empty()) {
      auto& found = report.add(
          place_of_triggers(file),
          "no `permissions`: the token of every job may do what the settings of the repository "
          "allow, which is often everything",
          "default");
      found.finding.severity = FindingSeverity::medium;
      found.finding.confidence = Confidence::medium;
    }
  } else if (text_of(whole) == "write-all" ||
             (file.jobs.size() > 1 && !all_have_own && !only_called(file))) {
    check_block(*whole, nullptr, report);
  }
  for (const Job& job : file.jobs) {
    const YamlNode* own = job.find("permissions");
    if (own != nullptr) {
      check_block(*own, &job, report);
    } else if (whole == nullptr && only_called(file) && job.uses.kind != Uses::Kind::none) {
      report
          .add(job, place_of(*job.key),
               fmt::format("no `permissions`: {} is given all that this workflow's caller has",
                           job.uses.written),
               "default")
          .finding.confidence = Confidence::medium;
    }
  }
}

void check_undocumented_permissions(const WorkflowFile& file, const CheckSettings&,
                                    WorkflowReport& report) {
  const auto look_at = [&](const YamlNode* permissions, const Job* job) {
    if (permissions == nullptr || permissions->kind != YamlKind::mapping) return;
    const bool reads_only = permissions->entries.size() == 1 &&
                            permissions->entries[0].first->text == "contents" &&
                            permissions->entries[0].second->text == "read";
    if (reads_only) return;
    for (const auto& [name, level] : permissions->entries) {
      if (level->text == "none" || (name->text == "contents" && level->text == "read")) continue;
      const auto line = file.source->line(name->line);
      const auto hash = line.find('#');
      if (hash != std::string_view::npos && !trim(line.substr(hash + 1)).empty()) continue;
      const auto message =
          fmt::format("nothing says what `{}: {}` is needed for", name->text, level->text);
      if (job != nullptr)
        report.add(*job, place_of(*name), message, name->text);
      else
        report.add(place_of(*name), message, name->text);
    }
  };
  look_at(file.find("permissions"), nullptr);
  for (const Job& job : file.jobs) look_at(job.find("permissions"), &job);
}

void check_dangerous_triggers(const WorkflowFile& file, const CheckSettings&,
                              WorkflowReport& report) {
  if (file.kind != WorkflowFileKind::workflow) return;
  struct Dangerous {
    std::string_view event, why;
    FindingSeverity severity;
  };
  constexpr auto kDangerous = std::to_array<Dangerous>({
      {"pull_request_target",
       "runs for pull requests of strangers with the repository's own secrets and rights",
       FindingSeverity::high},
      {"workflow_run",
       "runs with the repository's own secrets behind runs that strangers can start, and on what "
       "those leave behind",
       FindingSeverity::high},
      {"issue_comment",
       "runs with the repository's own secrets whenever a stranger writes a comment",
       FindingSeverity::low},
  });
  for (const auto& [event, why, severity] : kDangerous) {
    if (!file.has_trigger(event)) continue;
    if (event == "pull_request_target" && is_labeler_only(file)) continue;
    auto& found = report.add(place_of_trigger(file, event), fmt::format("`{}` {}", event, why),
                             std::string(event));
    found.finding.severity = severity;
    found.finding.confidence = Confidence::medium;
  }
}

void check_self_hosted(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  for (const Job& job : file.jobs) {
    const YamlNode* runs_on = job.find("runs-on");
    if (runs_on == nullptr) continue;
    const auto labels = texts_of(runs_on);
    const auto add = [&](std::string message, Confidence confidence) {
      report.add(job, place_of(*find_key(job.node, "runs-on")), std::move(message), "self-hosted")
          .finding.confidence = confidence;
    };
    if (runs_on->kind == YamlKind::mapping) {
      add("the job runs on a group of runners, which are the team's own machines", Confidence::low);
    } else if (!labels.empty() && labels[0] == "self-hosted") {
      add("the job runs on a machine of the team's own, which keeps what a run leaves behind",
          Confidence::high);
    } else if (!labels.empty() && labels[0].find("${{") != std::string::npos) {
      const auto expressions = template_expressions(labels[0]);
      const auto* tree = expressions.empty() ? nullptr : expressions[0].tree();
      if (tree == nullptr) continue;
      const auto contexts = resulting_contexts(*tree);
      if (contexts.empty() || !contexts[0].starts_with("matrix") ||
          runs_on->kind != YamlKind::scalar) {
        if (runs_on->kind == YamlKind::sequence)
          add("the label is computed, and may name a machine of the team's own", Confidence::low);
        continue;
      }
      const YamlNode* matrix = find(job.find("strategy"), "matrix");
      bool own = false;
      const auto look = [&](const YamlNode* values) {
        for (const auto& text : texts_of(values))
          own = own || text.find("self-hosted") != std::string::npos;
        if (values != nullptr)
          for (const auto& item : values->items)
            for (const auto& text : texts_of(item.get()))
              own = own || text.find("self-hosted") != std::string::npos;
      };
      look(find(matrix, contexts[0].member()));
      // A leg that is taken out again by nothing but this value runs nowhere.
      if (const YamlNode* exclude = find(matrix, "exclude"); exclude != nullptr)
        for (const auto& item : exclude->items)
          if (item->entries.size() == 1 &&
              text_of(find(item.get(), contexts[0].member())).find("self-hosted") !=
                  std::string_view::npos)
            own = false;
      if (const YamlNode* include = find(matrix, "include"); include != nullptr)
        for (const auto& item : include->items) look(find(item.get(), contexts[0].member()));
      if (own) add("one leg of the matrix runs on a machine of the team's own", Confidence::high);
    }
  }
}

}  // namespace crema::scan

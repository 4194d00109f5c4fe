#include "crema/scan/workflows/workflow_scanner.h"

#include "report.h"
#include "wanted_files.h"
#include "workflow_file.h"

#include "crema/base/hash.h"
#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace crema::scan {
namespace {

// Rises when the same pages find something else.
constexpr std::string_view kVersion = "workflows/1";

class WorkflowScanner : public Scanner {
 public:
  WorkflowScanner(WorkflowSettings settings, std::vector<Rule> rules)
      : settings_{.forbidden_uses = std::move(settings.forbidden_uses),
                  .allowed_uses = std::move(settings.allowed_uses)},
        exists_(std::move(settings.exists)),
        rules_(std::move(rules)) {
    const auto& selection = settings.selection;
    for (const auto& check : all_checks()) {
      const auto rule = std::ranges::find(rules_, check.rule, &Rule::id);
      if (rule == rules_.end() || !selection.takes_framework(check.framework) ||
          !selection.takes(*rule))
        continue;
      chosen_.push_back({&check, &*rule});
      version_ += fmt::format("\n{}", rule->id);
    }
    for (const auto* pages : {&settings_.forbidden_uses, &settings_.allowed_uses})
      version_ += fmt::format("\n{}", join(*pages, ","));
    std::string texts;
    for (const auto pages : {github_actions_rules(), health_rules()})
      for (const auto& page : pages) texts += page.text;
    version_ = fmt::format("{} {}", kVersion, sha256_hex(version_ + texts));
  }

  std::string_view name() const override { return "workflows"; }
  std::string version() const override { return version_; }
  std::span<const Rule> rules() const override { return rules_; }
  bool takes(const TreeFile& file) const override {
    return !chosen_.empty() && file_kind(file.path) != WorkflowFileKind::none;
  }
  FileAnswer look_at(const FileView& view) const override;
  TreeAnswer conclude(std::span<const FileNotes> notes) const override;

 private:
  CheckSettings settings_;
  std::function<bool(const std::string& path)> exists_;
  std::vector<Rule> rules_;
  struct Chosen {
    const Check* check;
    const Rule* rule;
  };
  std::vector<Chosen> chosen_;
  std::string version_;
};

FileAnswer WorkflowScanner::look_at(const FileView& view) const {
  FileAnswer answer;
  const auto kind = file_kind(view.file.path);
  const auto source = std::make_shared<SourceFile>(view.file.path, std::string(view.text));
  const auto file = read_workflow_file(kind, source);
  if (!file) {
    const auto& error = file.error();
    // Other tools have files of this name as well.
    if (kind == WorkflowFileKind::action && error.code == "workflow/not-one") return answer;
    answer.not_scanned.push_back(
        {.path = view.file.path,
         .code = error.code,
         .reason = error.span.line == 0
                       ? error.message
                       : fmt::format("line {}: {}", error.span.line, error.message)});
    return answer;
  }
  for (const auto& [check, rule] : chosen_) {
    if (check->run == nullptr) {
      answer.notes = to_notes(wanted_files(*file));
      continue;
    }
    WorkflowReport report(*rule, *file, answer.found);
    check->run(*file, settings_, report);
  }
  return answer;
}

TreeAnswer WorkflowScanner::conclude(std::span<const FileNotes> notes) const {
  TreeAnswer answer;
  const auto chosen =
      std::ranges::find_if(chosen_, [](const Chosen& one) { return one.check->run == nullptr; });
  if (chosen == chosen_.end() || !exists_) return answer;
  for (const auto& note : notes) {
    for (const auto& file : from_notes(note.notes)) {
      if (exists_(file.path)) continue;
      auto found = found_of(*chosen->rule, std::string(note.path),
                            {.line = file.line, .column = file.column},
                            fmt::format("{} is told to read {}, which is not in the repository",
                                        file.tool, file.path),
                            file.path);
      found.subject = file.subject;
      found.first_line = file.first_line;
      found.last_line = file.last_line;
      answer.found.push_back(std::move(found));
    }
  }
  return answer;
}

}  // namespace

Result<std::unique_ptr<Scanner>> make_workflow_scanner(WorkflowSettings settings) {
  auto rules = CREMA_TRY(parse_rules(github_actions_rules()));
  for (auto& rule : CREMA_TRY(parse_rules(health_rules()))) rules.push_back(std::move(rule));
  return std::make_unique<WorkflowScanner>(std::move(settings), std::move(rules));
}

}  // namespace crema::scan

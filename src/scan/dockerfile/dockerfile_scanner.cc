#include "crema/scan/dockerfile/dockerfile_scanner.h"

#include "build.h"
#include "checks.h"
#include "command_condition.h"
#include "report.h"

#include "crema/base/hash.h"
#include "crema/base/strings.h"
#include "crema/base/utf8.h"
#include "crema/scan/core/rule_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace crema::scan {

std::span<const RulePage> dockerfile_rule_pages();

namespace {

// Changed with what look_at answers for the same rules.
constexpr std::string_view kMethod = "1";
constexpr std::string_view kFramework = "dockerfile";
constexpr std::size_t kLooksLikeOne = 4096;

bool is_for_dockerfiles(const Rule& rule) {
  return std::ranges::any_of(rule.metadata->entries, [](const auto& entry) {
    return entry.first->text == "framework" && entry.second->text == kFramework;
  });
}

struct ReadyRule {
  const Rule* rule = nullptr;
  const DockerfileCheck* check = nullptr;
  std::optional<CommandCondition> condition;
};

Result<ReadyRule> ready(const Rule& rule) {
  for (const auto& [key, value] : rule.metadata->entries) {
    if (key->text != "check") continue;
    const auto* check = find_check(value->text);
    if (check == nullptr)
      return fail("rule/check", fmt::format("{}: there is no check `{}`", rule.id, value->text));
    return ReadyRule{.rule = &rule, .check = check};
  }
  return ReadyRule{.rule = &rule, .condition = CREMA_TRY(CommandCondition::read(rule))};
}

// Whether the first line that is no comment and no ARG is a FROM.
bool begins_with_from(std::string_view text) {
  for (const auto line : split_lines(text.substr(0, kLooksLikeOne))) {
    const auto code = to_lower(trim(line));
    if (code.empty() || code.starts_with('#') || code.starts_with("arg ")) continue;
    return code.starts_with("from ");
  }
  return false;
}

std::string settings_text(const DockerfileSettings& settings) {
  std::string text;
  for (const auto& registry : settings.trusted_registries) text += "r " + registry + "\n";
  for (const auto& [name, kind] : settings.labels)
    text += fmt::format("l {} {}\n", name, static_cast<int>(kind));
  for (const auto& [name, severity] : settings.severities)
    text += fmt::format("s {} {}\n", name, static_cast<int>(severity));
  return text + (settings.strict_labels ? "strict\n" : "");
}

class DockerfileScanner : public Scanner {
 public:
  static Result<std::unique_ptr<Scanner>> create(DockerfileSettings settings) {
    auto scanner = std::make_unique<DockerfileScanner>();
    scanner->rules_ = CREMA_TRY(parse_rules(dockerfile_rule_pages()));
    for (auto& rule : settings.extra_rules)
      if (is_for_dockerfiles(rule)) scanner->rules_.push_back(std::move(rule));
    settings.extra_rules.clear();
    std::string version = std::string(kMethod) + settings_text(settings);
    for (const auto& page : dockerfile_rule_pages()) version += page.text;
    for (auto& rule : scanner->rules_) {
      for (const auto& [name, severity] : settings.severities)
        if (rule.is_called(name)) rule.severity = severity;
      if (!settings.selection.takes_framework(kFramework) || !settings.selection.takes(rule))
        continue;
      scanner->ready_.push_back(CREMA_TRY(ready(rule)));
      version += rule.id + " " + rule.title + rule.why + rule.fix + "\n";
    }
    scanner->settings_ = std::move(settings);
    scanner->version_ = sha256_hex(version).substr(0, 16);
    return scanner;
  }

  std::string_view name() const override { return kFramework; }
  std::string version() const override { return version_; }
  std::span<const Rule> rules() const override { return rules_; }
  bool takes(const TreeFile& file) const override {
    return !ready_.empty() && dockerfile_name(file.path) != DockerfileName::no;
  }
  FileAnswer look_at(const FileView& view) const override;

 private:
  std::vector<Rule> rules_;
  std::vector<ReadyRule> ready_;
  DockerfileSettings settings_;
  std::string version_;
};

FileAnswer DockerfileScanner::look_at(const FileView& view) const {
  FileAnswer answer;
  const auto& path = view.file.path;
  if (view.text.find('\0') != std::string_view::npos ||
      (dockerfile_name(path) == DockerfileName::maybe && !begins_with_from(view.text)))
    return answer;
  std::string buffer;
  const auto source =
      std::make_shared<SourceFile>(path, std::string(valid_utf8(view.text, buffer)));
  const auto file = dockerfile::parse_dockerfile(source);
  if (!file) {
    answer.not_scanned.push_back({path, file.error().code, file.error().message});
    return answer;
  }
  for (const auto& problem : file->problems)
    answer.not_scanned.push_back(
        {path, problem.code, fmt::format("line {}: {}", problem.span.line, problem.message)});
  const Build build(*file, settings_);
  for (const auto& [rule, check, condition] : ready_) {
    DockerfileReport report(build, *rule, path, answer.found);
    if (check != nullptr) {
      check->look(build, report);
    } else {
      condition->look(build, report);
    }
    if (report.is_full())
      answer.not_scanned.push_back(
          {path, "dockerfile/too-many",
           fmt::format("{} is found more than {} times, and the others are left out", rule->id,
                       DockerfileReport::kMost)});
  }
  return answer;
}

}  // namespace

Result<std::unique_ptr<Scanner>> make_dockerfile_scanner(DockerfileSettings settings) {
  return DockerfileScanner::create(std::move(settings));
}

}  // namespace crema::scan

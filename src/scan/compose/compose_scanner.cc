#include "crema/scan/compose/compose_scanner.h"

#include "compose_checks.h"
#include "compose_file.h"

#include "crema/base/hash.h"
#include "crema/base/strings.h"
#include "crema/scan/core/rule_pages.h"
#include "crema/scan/infra/yaml_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace crema::scan {

std::span<const RulePage> compose_rule_pages();

namespace {

// Changed with what look_at answers for the same rules.
constexpr std::string_view kMethod = "1";
constexpr std::string_view kFramework = "compose";
constexpr std::size_t kMostServices = 2000;
constexpr std::size_t kMostFound = 1000;  // of one rule in one file
// Of `for`: any service, one that says what it runs, the file.
constexpr std::string_view kSubjects[] = {"service", "whole-service", "file"};

class ComposeScanner : public Scanner {
 public:
  static Result<std::unique_ptr<Scanner>> create(ComposeSettings settings) {
    auto scanner = std::make_unique<ComposeScanner>();
    scanner->pages_ = CREMA_TRY(parse_rules(compose_rule_pages()));
    std::string version(kMethod);
    for (auto& rule : settings.extra_rules)
      if (framework_of(rule) == kFramework) scanner->pages_.push_back(std::move(rule));
    scanner->checks_ = compose_checks();
    const Framework framework{
        .name = kFramework, .subjects = kSubjects, .checks = scanner->checks_};
    for (const auto& page : scanner->pages_) {
      auto rule = CREMA_TRY(InfraRule::read(page, framework));
      if (!settings.selection.takes_framework(kFramework) || !settings.selection.takes(page))
        continue;
      scanner->rules_.push_back(std::move(rule));
      version += page.page->text();
    }
    scanner->version_ = sha256_hex(version).substr(0, 16);
    return scanner;
  }

  std::string_view name() const override { return kFramework; }
  std::string version() const override { return version_; }
  std::span<const Rule> rules() const override { return pages_; }
  std::vector<Literal> literals() const override { return {{.text = "services"}}; }
  bool takes(const TreeFile& file) const override {
    return !rules_.empty() && is_compose_name(file.path);
  }
  FileAnswer look_at(const FileView& view) const override;
  TreeAnswer conclude(std::span<const FileNotes> notes) const override;

 private:
  std::vector<NamedCheck> checks_;  // which rules point into
  std::vector<Rule> pages_;
  std::vector<InfraRule> rules_;
  std::string version_;

  void judge(const std::string& path, const ComposeFile& file, std::vector<Found>& found,
             std::vector<NotScanned>& not_scanned) const;
};

// The finding by what it is about in the service, which holds still when lines move: a key, or an
// item of a list. What is behind = may be a secret, and this is kept.
Found found_in(const InfraRule& rule, const RuleHit& hit, const Resource& resource) {
  const auto& [key, value] = hit.place;
  const bool is_text = value && value->kind == formats::YamlKind::scalar;
  const std::string_view part = key       ? std::string_view(key->text)
                                : is_text ? std::string_view(value->text)
                                          : std::string_view();
  return make_found(rule, hit, resource, part.substr(0, part.find('=')));
}

Resource resource_of(const std::string& path, const ComposeService& service) {
  const auto& name = service.place.key;
  return {.path = path,
          .address = "service " + name->text,
          .first_line = name->line,
          .last_line = std::max(name->line, last_line_of(*service.place.value))};
}

void ComposeScanner::judge(const std::string& path, const ComposeFile& file,
                           std::vector<Found>& found, std::vector<NotScanned>& not_scanned) const {
  const YamlPlace root{nullptr, file.root};
  const auto judge_one = [&](const InfraRule& rule, const YamlPlace& place,
                             const Resource& resource, std::size_t& count) {
    for (const auto& hit : rule.judge({place, {{"$", root}}}))
      if (++count <= kMostFound) found.push_back(found_in(rule, hit, resource));
  };
  for (const auto& rule : rules_) {
    std::size_t count = 0;
    if (rule.subject() == "file") {
      judge_one(rule, root, {.path = path, .last_line = last_line_of(*file.root)}, count);
    } else {
      for (const auto& service : file.services)
        if (rule.subject() == "service" || service.is_whole)
          judge_one(rule, service.place, resource_of(path, service), count);
    }
    if (count > kMostFound)
      not_scanned.push_back({path, "compose/too-many",
                             fmt::format("{} is found {} times, and only the first {} are told",
                                         rule.rule().id, count, kMostFound)});
  }
}

FileAnswer ComposeScanner::look_at(const FileView& view) const {
  FileAnswer answer;
  if (view.literals.empty()) return answer;
  const auto& path = view.file.path;
  const auto documents =
      read_yaml_documents(std::make_shared<SourceFile>(path, std::string(view.text)));
  if (!documents) {
    const auto& error = documents.error();
    answer.not_scanned.push_back(
        {path, error.code, fmt::format("line {}: {}", error.span.line, error.message)});
    return answer;
  }
  for (const auto& root : *documents) {
    const auto services = child(*root, "services").value;
    if (!services) continue;
    if (services->entries.size() > kMostServices) {
      answer.not_scanned.push_back(
          {path, "compose/too-large", fmt::format("it has more than {} services", kMostServices)});
      return answer;
    }
    if (!extends_other_file(*root))
      judge(path, read_compose_file(path, root, [](const std::string&) { return nullptr; }),
            answer.found, answer.not_scanned);
    // Others may extend it, whatever it does itself.
    answer.notes = encode_tree(*root);
    break;
  }
  return answer;
}

TreeAnswer ComposeScanner::conclude(std::span<const FileNotes> notes) const {
  TreeAnswer answer;
  std::map<std::string, std::string_view, std::less<>> files;
  for (const auto& one : notes) files.emplace(one.path, one.notes);
  const auto other = [&](const std::string& path) -> formats::YamlPtr {
    const auto found = files.find(path);
    return found == files.end() ? nullptr : decode_tree(found->second);
  };
  for (const auto& [path, bytes] : files) {
    if (bytes.find("extends") == std::string_view::npos) continue;
    const auto root = decode_tree(bytes);
    if (root && extends_other_file(*root))
      judge(path, read_compose_file(path, root, other), answer.found, answer.not_scanned);
  }
  return answer;
}

}  // namespace

bool is_compose_name(std::string_view path) {
  const auto name = to_lower(path.substr(path.rfind('/') + 1));
  if (!name.ends_with(".yml") && !name.ends_with(".yaml")) return false;
  constexpr std::string_view kWord = "compose";
  const auto at = name.find(kWord);
  if (at == std::string::npos) return false;
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  return (at == 0 || !is_letter(name[at - 1])) && !is_letter(name[at + kWord.size()]);
}

Result<std::unique_ptr<Scanner>> make_compose_scanner(ComposeSettings settings) {
  return ComposeScanner::create(std::move(settings));
}

}  // namespace crema::scan

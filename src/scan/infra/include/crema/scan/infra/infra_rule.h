// A rule about infrastructure that is written as YAML: what its page says beyond what every page
// does. Kubernetes, Compose and the team's own pages share it; docs/rules.md is its manual.
//
//     framework: kubernetes           whose rule it is
//     for: container                  what it looks at: a subject of the framework, or a path
//     each: env[*]                    each of these places in it by itself
//     when: {name: {regex: PASS}}     only where this holds
//     bad: {value: {exists: true}}    found where this holds
//     at: [value, .]                  where it points: the first of these that is there
//     message: "The variable `{name}` of `{$container.name}` holds a password"
//     check: docker-socket            in the place of `bad`: a function of the framework
//     incident: hardening             findings of one resource with the same word are one thing to
//     do
#pragma once

#include "crema/base/result.h"
#include "crema/scan/core/fingerprint.h"
#include "crema/scan/core/rule.h"
#include "crema/scan/infra/condition.h"
#include "crema/scan/infra/yaml_path.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

struct RuleHit {
  YamlPlace place;
  std::string message;
  // Which of the places of `each` or `for` it is about, by its name, value or key; holds still when
  // others come and go.
  std::string which;
};

// What a rule asks that conditions cannot say. It gets what `for`, `each` and `when` let through,
// and gives hits; one without a message gets that of the page.
struct NamedCheck {
  std::string_view name;
  // Null where the framework itself answers, by what it knows of several files.
  std::vector<RuleHit> (*look)(const RuleScope& scope) = nullptr;
};

// What a framework's pages may say.
struct Framework {
  std::string_view name;                       // "kubernetes"
  std::span<const std::string_view> subjects;  // of `for`; the first one where it is left out
  std::span<const NamedCheck> checks;
  bool has_kinds = false;  // whether `kinds:` chooses among the resources
};

// The text of a message with places in braces.
class RuleMessage {
 public:
  // Errors are "rule/path" and "rule/message".
  static Result<RuleMessage> parse(std::string_view text, const Span& span);
  static RuleMessage plain(std::string_view text);  // braces are braces
  // `{path}` becomes the text there, `{value}` that of the place found, `{key}` its key.
  std::string text(const RuleScope& scope, const YamlPlace& found) const;

 private:
  struct Piece {
    std::string text;  // as it is; or "value", "key"
    bool special = false;
    std::optional<YamlPath> path;
  };
  std::vector<Piece> pieces_;
};

class InfraRule {
 public:
  // Errors are "rule/..." with a place in the page: an unknown key, subject, check or test.
  // `rule` must outlive it.
  static Result<InfraRule> read(const Rule& rule, const Framework& framework);

  const Rule& rule() const { return *rule_; }
  const std::string& subject() const { return subject_; }  // of `for`
  const std::vector<std::string>& kinds() const { return kinds_; }
  const std::string& incident() const { return incident_; }  // its word; "" where it stands alone
  const std::string& check() const { return check_; }  // the name of its function; "" without one
  // What it finds in one subject. The scope's place is what `for` names; where that is a path, the
  // resource's, and the rule goes along the path itself.
  std::vector<RuleHit> judge(const RuleScope& scope) const;
  // The message for a place that a check of the framework found.
  std::string message(const RuleScope& scope, const YamlPlace& place) const;

 private:
  const Rule* rule_ = nullptr;
  std::string subject_;
  std::vector<std::string> kinds_;
  std::optional<YamlPath> along_;  // `for` where it is a path
  std::optional<YamlPath> each_;
  std::optional<Condition> when_;
  std::optional<Condition> bad_;
  std::vector<YamlPath> at_;
  RuleMessage message_;
  std::string check_;
  std::string incident_;
  const NamedCheck* look_ = nullptr;

  void judge_one(const RuleScope& scope, std::vector<RuleHit>& hits) const;
  YamlPlace place_of(const RuleScope& scope, const YamlPlace& witness) const;
  friend class InfraRuleReader;
};

// Which framework a page is for: its `framework:`; "" where it names none.
std::string_view framework_of(const Rule& rule);

// The resource around a finding, for its address, fingerprint and suppressions.
struct Resource {
  std::string path;     // of its file
  std::string address;  // "Deployment.shop.web", "compose.yml web"
  std::uint32_t first_line = 0;
  std::uint32_t last_line = 0;
};

// The finding of a hit. `part` names what it is about inside the resource and holds still when
// lines move: "container web"; "" for the resource itself. The hit's own `which` comes behind it.
Found make_found(const InfraRule& rule, const RuleHit& hit, const Resource& resource,
                 std::string_view part);

}  // namespace crema::scan

// The rules of a SARIF run, those of its extensions too, and what they say about a finding.
#pragma once

#include "crema/evidence/finding.h"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace crema::evidence {

// null where there is none: SARIF leaves out nearly everything.
const nlohmann::ordered_json& member(const nlohmann::ordered_json& json, const char* name);
std::string text_of(const nlohmann::ordered_json& json, const char* name);
// Nothing where it is no array.
const nlohmann::ordered_json& items_of(const nlohmann::ordered_json& json, const char* name);

class SarifRules {
 public:
  explicit SarifRules(const nlohmann::ordered_json& run);

  // By `rule` and `ruleIndex`, else by `ruleId` in any component; null where there is none
  // (3.52.3: "CA1000/1" is a case of rule CA1000).
  const nlohmann::ordered_json& rule_of(const nlohmann::ordered_json& result) const;

 private:
  std::vector<const nlohmann::ordered_json*> components_;  // the driver, then the extensions
  std::unordered_map<std::string_view, const nlohmann::ordered_json*> by_id_;
};

// Name, help, address and aliases.
void describe_by_rule(Finding& finding, const nlohmann::ordered_json& rule);
FindingSeverity severity_of(const nlohmann::ordered_json& result,
                            const nlohmann::ordered_json& rule);

// A reference to an entry of a list as CWE's: "CWE-703".
std::string taxon_alias(const nlohmann::ordered_json& reference);
// Once each, and none that is empty.
void add_alias(Finding& finding, std::string alias);

}  // namespace crema::evidence

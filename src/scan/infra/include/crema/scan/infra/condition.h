// What must hold of a place in a tree of YAML, as rules say it in their metadata.
//
//     securityContext.privileged: true            the path leads to this value
//     type: [NodePort, LoadBalancer]              to one of these
//     image: {regex: ":latest$", exists: true}    to one that passes all these tests
//     and: [...]   or: [...]   not: {...}         of conditions; several paths in a mapping are
//     `and`
//
// A test holds where at least one of the places that the path leads to passes it; where the path
// leads nowhere only `exists: false` (or `absent: true`), `all` and `none` hold. docs/rules.md
// lists the tests.
#pragma once

#include "crema/base/result.h"
#include "crema/formats/yaml.h"
#include "crema/scan/infra/yaml_path.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::scan {

// Where a rule looks: the place it is about, and the other beginnings of paths that the framework
// gives ("$" the resource, "$pod").
struct RuleScope {
  YamlPlace place;
  std::vector<std::pair<std::string, YamlPlace>> beginnings;

  // The place that `path` begins at; none where the framework has no such beginning here.
  YamlPlace beginning_of(const YamlPath& path) const;
};

// A number with one of the suffixes of Kubernetes and Compose (m, k, M, Ki, Mi, kb, ...) where it
// has one. None for anything else.
std::optional<double> quantity(std::string_view text);

class Condition {
 public:
  // Errors are "rule/condition", "rule/path" and "rule/regex", with their places in the page.
  static Result<Condition> parse(const SourcePtr& page, const formats::YamlNode& node);
  // Whether it holds. `witness` becomes the place that decided: what the last test that held looked
  // at, or where it would be.
  bool holds(const RuleScope& scope, YamlPlace& witness) const;
  bool holds(const RuleScope& scope) const;

  struct Node;  // its parts

 private:
  explicit Condition(std::shared_ptr<const Node> root) : root_(std::move(root)) {}
  std::shared_ptr<const Node> root_;
  friend class ConditionReader;
};

}  // namespace crema::scan

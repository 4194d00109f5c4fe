// What the steps of a job hand on to each other through the environment: variables (of the
// workflow, the job, $GITHUB_ENV) and folders in front of PATH.
#pragma once

#include "crema/expr/value.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::run {

using VariableMap = std::map<std::string, std::string, std::less<>>;

class JobVariables {
 public:
  void set(std::string_view name, std::string value);
  void add_path(std::string folder);  // in front of all others

  const VariableMap& values() const { return values_; }
  const std::vector<std::string>& path() const { return path_; }  // the last one stands in front
  // `path` with the added folders before it.
  std::string prepend_to(std::string_view path) const;
  // The `env` context; built again only after a change.
  const expr::Value& context() const;
  // The `env` context with a step's own variables over it.
  expr::Value context_with(const std::vector<std::pair<std::string, std::string>>& own) const;

  // What was set since this copy was made, for a background step: its changes are seen by others
  // only once somebody waits for it.
  void record_changes();
  void apply_changes_of(const JobVariables& other);

 private:
  VariableMap values_;
  std::vector<std::string> path_;
  mutable std::optional<expr::Value> context_;
  bool recording_ = false;
  std::vector<std::pair<std::string, std::string>> changed_values_;
  std::vector<std::string> changed_path_;
};

}  // namespace crema::run

// What an output is told beside its argument: its part of the config file's `collectors`, and the
// environment, which counts more.
#pragma once

#include "crema/load/metrics/output.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::load {

class OutputValues {
 public:
  // Of the output `name`. Fails with "load/output" where `collectors` is no object of objects.
  static Result<OutputValues> create(std::string_view name, const OutputSettings& settings);

  // The value of `variable`, else that of `key` in the config file; an empty one is none. Lists are
  // joined by commas, the members of an object have keys with a dot: "headers.X-Scope".
  std::optional<std::string> text(std::string_view key, std::string_view variable) const;
  // "true" or "false". Fails with "load/output", naming the variable.
  Result<bool> flag(std::string_view key, std::string_view variable, bool fallback) const;
  // All members of the object `key`, and the variables that begin with `prefix`, without it.
  std::vector<std::pair<std::string, std::string>> members(std::string_view key,
                                                           std::string_view prefix) const;
  // A "load/output" that names where the value stands.
  Diagnostic fault(std::string_view variable, std::string_view what, std::string hint) const;

 private:
  std::string name_;
  std::map<std::string, std::string, std::less<>> file_;
  std::map<std::string, std::string, std::less<>> environment_;
};

}  // namespace crema::load

#include "crema/load/metrics/output_values.h"

#include "crema/base/source.h"
#include "crema/formats/json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace crema::load {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_null()) return "";
  if (!value.is_array()) return value.dump();
  std::string out;
  for (const Json& item : value) {
    if (!out.empty()) out += ',';
    out += text_of(item);
  }
  return out;
}

}  // namespace

Result<OutputValues> OutputValues::create(std::string_view name, const OutputSettings& settings) {
  OutputValues values;
  values.name_ = name;
  values.environment_.insert(settings.environment.begin(), settings.environment.end());
  if (settings.collectors.empty()) return values;
  const auto all = CREMA_TRY(
      formats::parse_json(std::make_shared<SourceFile>("collectors", settings.collectors)));
  const auto own = all.is_object() ? all.find(values.name_) : all.end();
  if (all.is_object() && own == all.end()) return values;
  if (!all.is_object() || !own->is_object()) {
    return fail("load/output",
                fmt::format("`collectors` of the config file has no object for {}", name));
  }
  for (const auto& [key, value] : own->items()) {
    if (!value.is_object()) {
      values.file_[key] = text_of(value);
      continue;
    }
    for (const auto& [inner, text] : value.items()) values.file_[key + "." + inner] = text_of(text);
  }
  return values;
}

std::optional<std::string> OutputValues::text(std::string_view key,
                                              std::string_view variable) const {
  if (const auto found = environment_.find(variable);
      found != environment_.end() && !found->second.empty())
    return found->second;
  if (const auto found = file_.find(key); found != file_.end() && !found->second.empty())
    return found->second;
  return std::nullopt;
}

Result<bool> OutputValues::flag(std::string_view key, std::string_view variable,
                                bool fallback) const {
  const auto value = text(key, variable);
  if (!value) return fallback;
  if (*value == "true" || *value == "false") return *value == "true";
  return fault(variable, fmt::format("`{}` is neither true nor false", *value),
               "write true or false");
}

std::vector<std::pair<std::string, std::string>> OutputValues::members(
    std::string_view key, std::string_view prefix) const {
  std::vector<std::pair<std::string, std::string>> found;
  const auto collect = [&](const auto& map, const std::string& start) {
    for (auto at = map.lower_bound(start); at != map.end() && at->first.starts_with(start); ++at)
      found.emplace_back(at->first.substr(start.size()), at->second);
  };
  collect(file_, std::string(key) + ".");
  if (!prefix.empty()) collect(environment_, std::string(prefix));
  return found;
}

Diagnostic OutputValues::fault(std::string_view variable, std::string_view what,
                               std::string hint) const {
  auto error =
      make_error("load/output", fmt::format("the output {}: {}: {}", name_, variable, what));
  error.hint = std::move(hint);
  return error;
}

}  // namespace crema::load

#include "sarif_report.h"

#include "crema/base/strings.h"
#include "crema/expr/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

namespace crema::actions {
namespace {

using expr::Kind;
using expr::Value;

auto bad(std::string_view file, std::string_view what) {
  return fail("actions/bad-sarif",
              fmt::format("{} is not a SARIF file that can be shown: {}", file, what));
}

std::string text_of(const Value& value) {
  return value.kind() == Kind::string ? value.as_string() : std::string();
}

std::uint32_t number_of(const Value& value) {
  if (value.kind() != Kind::number || value.as_number() < 0 || value.as_number() > 4e9) return 0;
  return static_cast<std::uint32_t>(value.as_number());
}

const expr::Array& items_of(const Value& value) {
  static const expr::Array kNone;
  return value.kind() == Kind::array ? value.as_array() : kNone;
}

std::optional<SarifLevel> level_of(std::string_view text) {
  if (text == "none") return SarifLevel::none;
  if (text == "note") return SarifLevel::note;
  if (text == "warning") return SarifLevel::warning;
  if (text == "error") return SarifLevel::error;
  return std::nullopt;
}

// The rules of a run by id, for what results leave out.
std::map<std::string, Value> rules_of(const Value& driver) {
  std::map<std::string, Value> rules;
  for (const auto& rule : items_of(driver.member("rules")))
    rules.emplace(text_of(rule.member("id")), rule);
  return rules;
}

// {0}, {1} of SARIF's message strings (2.1.0, 3.11.5).
std::string with_arguments(std::string text, const Value& arguments) {
  std::size_t index = 0;
  for (const auto& argument : items_of(arguments)) {
    text = replace_all(std::move(text), fmt::format("{{{}}}", index++), text_of(argument));
  }
  return text;
}

std::string message_of(const Value& result, const Value& rule) {
  const auto message = result.member("message");
  auto text = text_of(message.member("text"));
  if (text.empty()) text = text_of(message.member("markdown"));
  if (text.empty()) {
    const auto id = text_of(message.member("id"));
    text = text_of(rule.member("messageStrings").member(id).member("text"));
  }
  return with_arguments(std::move(text), message.member("arguments"));
}

std::string path_of(std::string uri) {
  if (uri.starts_with("file://")) uri.erase(0, 7);
  return replace_all(std::move(uri), "%20", " ");
}

void add_place(SarifResult& result, const Value& locations) {
  const auto& all = items_of(locations);
  if (all.empty()) return;
  const auto place = all.front().member("physicalLocation");
  result.file = path_of(text_of(place.member("artifactLocation").member("uri")));
  const auto region = place.member("region");
  result.line = number_of(region.member("startLine"));
  result.end_line = number_of(region.member("endLine"));
  result.column = number_of(region.member("startColumn"));
  result.end_column = number_of(region.member("endColumn"));
}

Result<SarifRun> parse_run(const Value& run, std::string_view file) {
  const auto driver = run.member("tool").member("driver");
  SarifRun parsed{.tool = text_of(driver.member("name"))};
  if (parsed.tool.empty()) return bad(file, "a run names no tool.driver.name");
  const auto rules = rules_of(driver);
  const auto& listed = items_of(driver.member("rules"));
  for (const auto& each : items_of(run.member("results"))) {
    SarifResult result{.rule = text_of(each.member("ruleId"))};
    if (result.rule.empty()) result.rule = text_of(each.member("rule").member("id"));
    Value rule;
    if (const auto found = rules.find(result.rule); found != rules.end()) rule = found->second;
    const auto index = each.member("ruleIndex");
    if (rule.is_null() && index.kind() == Kind::number && number_of(index) < listed.size()) {
      rule = listed[number_of(index)];
      if (result.rule.empty()) result.rule = text_of(rule.member("id"));
    }
    result.message = message_of(each, rule);
    if (result.message.empty())
      return bad(file, fmt::format("a result of rule '{}' has no message", result.rule));
    const auto kind = text_of(each.member("kind"));
    const auto usual = level_of(text_of(rule.member("defaultConfiguration").member("level")));
    result.level =
        kind.empty() || kind == "fail"
            ? level_of(text_of(each.member("level"))).value_or(usual.value_or(SarifLevel::warning))
            : SarifLevel::none;
    result.suppressed = !items_of(each.member("suppressions")).empty();
    add_place(result, each.member("locations"));
    parsed.results.push_back(std::move(result));
  }
  return parsed;
}

}  // namespace

Result<std::vector<SarifRun>> parse_sarif(std::string_view text, std::string_view file) {
  std::string error;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const auto json = expr::from_json(text, &error);
  if (!json) return bad(file, error.empty() ? std::string_view("it is not JSON") : error);
  if (const auto version = text_of(json->member("version")); version != "2.1.0") {
    return bad(file, fmt::format("its version is '{}', not '2.1.0'", version));
  }
  if (json->member("runs").kind() != Kind::array) return bad(file, "it has no list of runs");
  std::vector<SarifRun> runs;
  for (const auto& run : json->member("runs").as_array())
    runs.push_back(CREMA_TRY(parse_run(run, file)));
  return runs;
}

}  // namespace crema::actions

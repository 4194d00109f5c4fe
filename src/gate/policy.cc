#include "crema/gate/policy.h"

#include "crema/base/strings.h"
#include "crema/formats/yaml.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace crema::gate {
namespace {

using formats::YamlKind;
using formats::YamlNode;

constexpr std::array<std::string_view, 7> kEvidence = {"tests",  "coverage", "findings", "load",
                                                       "health", "image",    "time"};

class PolicyReader {
 public:
  explicit PolicyReader(SourcePtr source) : source_(std::move(source)) {}

  Result<Policy> read() {
    const auto root = CREMA_TRY(formats::parse_yaml(source_));
    if (root->kind == YamlKind::scalar && root->text.empty()) return std::move(policy_);
    if (root->kind != YamlKind::mapping) return fail(wrong(*root, "a mapping is expected"));
    for (const auto& [key, value] : root->entries) {
      // What other commands read stands in the same file.
      if (key->text == "gate") CREMA_TRY(read_gate(*value));
    }
    return std::move(policy_);
  }

 private:
  Diagnostic wrong(const YamlNode& node, std::string message, std::string hint = {}) const {
    auto error = make_error("gate/policy", std::move(message));
    error.span = {source_, node.line, node.column, node.end_column};
    error.hint = std::move(hint);
    return error;
  }

  template <typename Read>
  Result<> each(const YamlNode& node, std::span<const std::string_view> known, Read read) {
    if (node.kind != YamlKind::mapping) return fail(wrong(node, "a mapping is expected"));
    for (const auto& [key, value] : node.entries) {
      if (!known.empty() && std::ranges::find(known, key->text) == known.end()) {
        std::string names;
        for (const auto name : known) names += (names.empty() ? "" : ", ") + std::string(name);
        return fail(wrong(*key, fmt::format("unknown key '{}'", key->text), "there are " + names));
      }
      CREMA_TRY(read(key->text, *value));
    }
    return {};
  }

  Result<> read_gate(const YamlNode& node) {
    constexpr std::array<std::string_view, 10> kKeys = {"coverage", "tests",  "findings", "load",
                                                        "health",   "image",  "time",     "stages",
                                                        "required", "waivers"};
    return each(node, kKeys, [&](std::string_view key, const YamlNode& value) -> Result<> {
      if (std::ranges::find(kEvidence, key) != kEvidence.end()) require(key);
      if (key == "coverage") return read_coverage(value);
      if (key == "tests") return read_tests(value);
      if (key == "findings") return read_findings(value);
      if (key == "load") return read_load(value);
      if (key == "health") return read_health(value);
      if (key == "image") return read_image(value);
      if (key == "time") return read_time(value);
      if (key == "stages") return read_stages(value);
      if (key == "required") return read_required(value);
      return read_waivers(value);
    });
  }

  void require(std::string_view kind) {
    if (std::ranges::find(policy_.required, kind) == policy_.required.end())
      policy_.required.emplace_back(kind);
  }

  static bool is_off(const YamlNode& node) {
    return node.kind == YamlKind::scalar && (node.text == "off" || node.text == "false");
  }

  Result<double> number(const YamlNode& node, std::string_view unit) const {
    auto text = trim(node.text);
    if (!unit.empty() && text.ends_with(unit))
      text = trim(text.substr(0, text.size() - unit.size()));
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (node.kind != YamlKind::scalar || error != std::errc() || end != text.data() + text.size() ||
        !std::isfinite(value) || value < 0)
      return fail(wrong(node, fmt::format("'{}' is no number", node.text)));
    return value;
  }
  Result<> percent(const YamlNode& node, std::optional<double>& into) const {
    if (is_off(node)) {
      into.reset();
      return {};
    }
    const auto value = CREMA_TRY(number(node, "%"));
    if (value > 100) return fail(wrong(node, "a percentage is at most 100"));
    into = value;
    return {};
  }
  Result<> count(const YamlNode& node, std::optional<std::uint64_t>& into) const {
    if (is_off(node)) {
      into.reset();
      return {};
    }
    const auto value = CREMA_TRY(number(node, ""));
    if (value != std::floor(value) || value > 1e15)
      return fail(wrong(node, fmt::format("'{}' is no whole number", node.text)));
    into = static_cast<std::uint64_t>(value);
    return {};
  }
  // "90s", "10m", "1h", "30d", "200ms".
  Result<std::chrono::nanoseconds> duration(const YamlNode& node) const {
    constexpr std::array<std::pair<std::string_view, double>, 5> kUnits = {
        {{"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}, {"d", 86400e9}}};
    for (const auto& [unit, size] : kUnits) {
      if (!node.text.ends_with(unit) || node.text.size() == unit.size()) continue;
      const auto value = number(node, unit);
      if (!value) continue;
      if (*value * size > 9e18) return fail(wrong(node, "that is too long"));
      return std::chrono::nanoseconds(static_cast<std::int64_t>(*value * size));
    }
    return fail(wrong(node, fmt::format("'{}' is no duration", node.text), "90s, 10m, 1h, 30d"));
  }

  Result<> read_coverage(const YamlNode& node) {
    if (is_off(node)) {
      policy_.coverage_total = policy_.coverage_service = policy_.coverage_new = std::nullopt;
      return {};
    }
    constexpr std::array<std::string_view, 4> kKeys = {"total", "service", "new", "services"};
    return each(node, kKeys, [&](std::string_view key, const YamlNode& value) -> Result<> {
      if (key == "total") return percent(value, policy_.coverage_total);
      if (key == "service") return percent(value, policy_.coverage_service);
      if (key == "new") return percent(value, policy_.coverage_new);
      return each(value, {}, [&](std::string_view name, const YamlNode& wanted) -> Result<> {
        std::optional<double> least;
        CREMA_TRY(percent(wanted, least));
        policy_.coverage_of_service[std::string(name)] = least.value_or(0);
        return {};
      });
    });
  }

  Result<> read_tests(const YamlNode& node) {
    constexpr std::array<std::string_view, 3> kKeys = {"failed", "flaky", "skipped"};
    return each(node, kKeys, [&](std::string_view key, const YamlNode& value) {
      if (key == "failed") return count(value, policy_.tests_failed);
      return count(value, key == "flaky" ? policy_.tests_flaky : policy_.tests_skipped);
    });
  }

  Result<> read_findings(const YamlNode& node) {
    constexpr std::array<std::string_view, 7> kKeys = {"critical", "high", "medium", "low",
                                                       "note",     "of",   "when"};
    return each(node, kKeys, [&](std::string_view key, const YamlNode& value) -> Result<> {
      if (key == "of") {
        if (value.text != "new" && value.text != "all")
          return fail(wrong(value, "new or all is expected"));
        policy_.all_findings = value.text == "all";
        return {};
      }
      if (key == "when") return read_conditions(value);
      std::optional<std::uint64_t> most;
      CREMA_TRY(count(value, most));
      const auto severity = *evidence::finding_severity(key);
      if (most)
        policy_.findings[severity] = *most;
      else
        policy_.findings.erase(severity);
      return {};
    });
  }

  // A list replaces the conditions there are by default.
  Result<> read_conditions(const YamlNode& node) {
    policy_.finding_conditions.clear();
    if (is_off(node)) return {};
    if (node.kind != YamlKind::sequence)
      return fail(wrong(node, "a list of conditions is expected",
                        "- {name: fixable, severity: high, fix: true, most: 0}"));
    for (const auto& item : node.items) {
      FindingCondition condition;
      constexpr std::array<std::string_view, 10> kKeys = {
          "name",      "most",       "severity", "reach", "fix",
          "exploited", "older_than", "family",   "rule",  "of"};
      CREMA_TRY(each(*item, kKeys, [&](std::string_view key, const YamlNode& value) {
        return read_condition(key, value, condition);
      }));
      if (trim(condition.name).empty())
        return fail(wrong(*item, "a condition needs its name", "the table shows it"));
      policy_.finding_conditions.push_back(std::move(condition));
    }
    return {};
  }

  Result<> read_condition(std::string_view key, const YamlNode& value,
                          FindingCondition& condition) const {
    if (key == "name") condition.name = value.text;
    if (key == "family") condition.family = value.text;
    if (key == "rule") condition.rule = value.text;
    if (key == "most") {
      std::optional<std::uint64_t> most;
      CREMA_TRY(count(value, most));
      if (!most) return fail(wrong(value, "a number is expected", "leave the condition out"));
      condition.most = *most;
    } else if (key == "severity") {
      condition.severity = evidence::finding_severity(value.text);
      if (!condition.severity)
        return fail(wrong(value, fmt::format("'{}' is no severity", value.text),
                          "note, low, medium, high or critical"));
    } else if (key == "reach") {
      condition.reach = evidence::reach_of(value.text);
      if (!condition.reach || *condition.reach == evidence::Reach::unknown)
        return fail(wrong(value, fmt::format("'{}' is no reach", value.text),
                          "not-imported, imported, mentioned or called"));
    } else if (key == "older_than") {
      condition.older_than =
          std::chrono::duration_cast<std::chrono::days>(CREMA_TRY(duration(value)));
    } else if (key == "of") {
      if (value.text != "new" && value.text != "all")
        return fail(wrong(value, "new or all is expected"));
      condition.all = value.text == "all";
    } else if (key == "fix" || key == "exploited") {
      if (value.text != "true" && value.text != "false")
        return fail(wrong(value, "true or false is expected"));
      (key == "fix" ? condition.fix : condition.exploited) = value.text == "true";
    }
    return {};
  }

  Result<> read_load(const YamlNode& node) {
    constexpr std::array<std::string_view, 5> kKeys = {"p95", "requests_per_second", "errors",
                                                       "baseline", "valid"};
    return each(node, kKeys, [&](std::string_view key, const YamlNode& value) -> Result<> {
      if (key == "errors") return percent(value, policy_.load_errors);
      if (key == "baseline") return percent(value, policy_.load_baseline);
      if (is_off(value)) {
        if (key == "p95")
          policy_.load_p95.reset();
        else if (key == "valid")
          policy_.load_valid = false;
        else
          policy_.load_requests_per_second.reset();
      } else if (key == "valid") {
        return fail(wrong(value, "valid takes nothing but `off`"));
      } else if (key == "p95") {
        policy_.load_p95 = CREMA_TRY(duration(value));
      } else {
        policy_.load_requests_per_second = CREMA_TRY(number(value, "/s"));
      }
      return {};
    });
  }

  Result<> read_health(const YamlNode& node) {
    if (!is_off(node) && node.text != "all") return fail(wrong(node, "all or off is expected"));
    policy_.health = !is_off(node);
    if (is_off(node)) std::erase(policy_.required, "health");
    return {};
  }

  Result<> read_image(const YamlNode& node) {
    constexpr std::array<std::string_view, 1> kKeys = {"age"};
    return each(node, kKeys, [&](std::string_view, const YamlNode& value) -> Result<> {
      policy_.image_age =
          std::chrono::duration_cast<std::chrono::hours>(CREMA_TRY(duration(value)));
      return {};
    });
  }

  Result<> read_time(const YamlNode& node) {
    constexpr std::array<std::string_view, 5> kKeys = {"build", "tests", "scan", "deploy", "total"};
    return each(node, kKeys, [&](std::string_view key, const YamlNode& value) -> Result<> {
      if (is_off(value)) {
        policy_.budgets.erase(std::string(key));
        return {};
      }
      policy_.budgets[std::string(key)] =
          std::chrono::duration_cast<std::chrono::seconds>(CREMA_TRY(duration(value)));
      return {};
    });
  }

  // What a team says of a stage replaces what is usual, and comes before it: its own names decide.
  Result<> read_stages(const YamlNode& node) {
    constexpr std::array<std::string_view, 4> kKeys = {"build", "tests", "scan", "deploy"};
    std::vector<Stage> own;
    CREMA_TRY(each(node, kKeys, [&](std::string_view key, const YamlNode& value) -> Result<> {
      Stage stage{.name = std::string(key), .jobs = {}};
      if (value.kind == YamlKind::scalar) stage.jobs.push_back(value.text);
      for (const auto& item : value.items) stage.jobs.push_back(item->text);
      if (stage.jobs.empty() || trim(stage.jobs.front()).empty())
        return fail(wrong(value, "the names of jobs are expected", "build: [\"Build *\"]"));
      std::erase_if(policy_.stages, [&](const Stage& usual) { return usual.name == key; });
      own.push_back(std::move(stage));
      return {};
    }));
    policy_.stages.insert(policy_.stages.begin(), own.begin(), own.end());
    return {};
  }

  Result<> read_required(const YamlNode& node) {
    if (node.kind != YamlKind::sequence) return fail(wrong(node, "a list is expected"));
    policy_.required.clear();
    for (const auto& item : node.items) {
      if (std::ranges::find(kEvidence, item->text) == kEvidence.end()) {
        return fail(wrong(*item, fmt::format("'{}' is no evidence", item->text),
                          "tests, coverage, findings, load, health, image or time"));
      }
      require(item->text);
    }
    return {};
  }

  Result<> read_waivers(const YamlNode& node) {
    if (node.kind != YamlKind::sequence) return fail(wrong(node, "a list is expected"));
    for (const auto& item : node.items) {
      Waiver waiver;
      waiver.span = {source_, item->line, item->column, 0};
      constexpr std::array<std::string_view, 4> kKeys = {"condition", "reason", "owner", "until"};
      CREMA_TRY(each(*item, kKeys, [&](std::string_view key, const YamlNode& value) -> Result<> {
        if (key == "condition") waiver.condition = value.text;
        if (key == "reason") waiver.reason = value.text;
        if (key == "owner") waiver.owner = value.text;
        if (key == "until") waiver.until = CREMA_TRY(day(value));
        return {};
      }));
      for (const auto& [name, text] :
           {std::pair<std::string_view, const std::string&>{"condition", waiver.condition},
            {"reason", waiver.reason},
            {"owner", waiver.owner}}) {
        if (trim(text).empty())
          return fail(wrong(*item, fmt::format("a waiver needs its {}", name)));
      }
      if (!waiver.until.ok())
        return fail(wrong(*item, "a waiver needs its end", "until: 2026-12-31"));
      policy_.waivers.push_back(std::move(waiver));
    }
    return {};
  }

  Result<std::chrono::year_month_day> day(const YamlNode& node) const {
    int year = 0;
    unsigned month = 0;
    unsigned number = 0;
    const auto& text = node.text;
    const auto take = [&](std::size_t at, std::size_t size, auto& into) {
      return at + size <= text.size() &&
             std::from_chars(text.data() + at, text.data() + at + size, into).ptr ==
                 text.data() + at + size;
    };
    const bool read = text.size() == 10 && text[4] == '-' && text[7] == '-' && take(0, 4, year) &&
                      take(5, 2, month) && take(8, 2, number);
    const std::chrono::year_month_day found{std::chrono::year(year), std::chrono::month(month),
                                            std::chrono::day(number)};
    if (!read || !found.ok())
      return fail(wrong(node, fmt::format("'{}' is no day", text), "2026-12-31"));
    return found;
  }

  SourcePtr source_;
  Policy policy_;
};

}  // namespace

std::optional<double> Policy::least_coverage_of(std::string_view service) const {
  for (const auto& [name, own] : coverage_of_service) {
    if (service == name || service.ends_with("/" + name)) return own;
  }
  return coverage_service;
}

Result<Policy> parse_policy(const SourcePtr& source) { return PolicyReader(source).read(); }

}  // namespace crema::gate

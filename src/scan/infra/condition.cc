#include "crema/scan/infra/condition.h"

#include "condition_node.h"

#include "crema/base/strings.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace crema::scan {
namespace {

using formats::YamlKind;
using formats::YamlNode;
using Test = ConditionTest::Kind;
using Node = Condition::Node;

constexpr std::size_t kLongestNumber = 40;

struct Unit {
  std::string_view name;
  double factor;
};

constexpr std::array kUnits = {
    Unit{"m", 1e-3},
    Unit{"k", 1e3},
    Unit{"M", 1e6},
    Unit{"G", 1e9},
    Unit{"T", 1e12},
    Unit{"P", 1e15},
    Unit{"Ki", 1024.0},
    Unit{"Mi", 1048576.0},
    Unit{"Gi", 1073741824.0},
    Unit{"Ti", 1099511627776.0},
    Unit{"Pi", 1125899906842624.0},
    Unit{"b", 1.0},
    Unit{"kb", 1024.0},
    Unit{"mb", 1048576.0},
    Unit{"gb", 1073741824.0},
};

bool is_equal(const YamlNode& node, const std::string& value) {
  if (node.kind != YamlKind::scalar) return false;
  if (node.text == value) return true;
  return (value == "true" && is_true(node)) || (value == "false" && is_false(node));
}

bool is_one_of(const YamlNode& node, const std::vector<std::string>& values) {
  return std::ranges::any_of(values, [&](const auto& value) { return is_equal(node, value); });
}

bool contains(const YamlNode& node, const std::vector<std::string>& values) {
  if (node.kind == YamlKind::scalar)
    return std::ranges::any_of(
        values, [&](const auto& value) { return node.text.find(value) != std::string::npos; });
  return std::ranges::any_of(node.items,
                             [&](const auto& item) { return is_one_of(*item, values); });
}

bool is_of_kind(const YamlNode& node, std::string_view kind) {
  if (kind == "list") return node.kind == YamlKind::sequence;
  if (kind == "mapping") return node.kind == YamlKind::mapping;
  if (node.kind != YamlKind::scalar) return false;
  const bool plain = node.style == formats::YamlStyle::plain;
  const bool boolean = is_true(node) || is_false(node);
  const bool number = plain && quantity(node.text).has_value() &&
                      node.text.find_first_not_of("0123456789+-.eE") == std::string::npos;
  if (kind == "boolean") return boolean;
  if (kind == "number") return number;
  return !boolean && !number;
}

bool matches(const ConditionTest& test, const YamlNode& node) {
  return re2::RE2::PartialMatch(node.text, *test.expression);
}

class Evaluation {
 public:
  explicit Evaluation(const RuleScope& scope) : scope_(scope) {}

  bool holds(const Node& node, const YamlPlace& place, YamlPlace& witness) const {
    switch (node.kind) {
      case Node::Kind::all_of:
        return std::ranges::all_of(node.parts,
                                   [&](const auto& part) { return holds(*part, place, witness); });
      case Node::Kind::any_of:
        return std::ranges::any_of(node.parts,
                                   [&](const auto& part) { return holds(*part, place, witness); });
      case Node::Kind::not_of: {
        YamlPlace ignored;
        return !holds(*node.parts.front(), place, ignored);
      }
      case Node::Kind::path:
        break;
    }
    return path_holds(node, place, witness);
  }

 private:
  const RuleScope& scope_;

  // All tests must hold of one place, those of the number of places aside.
  bool path_holds(const Node& node, const YamlPlace& place, YamlPlace& witness) const {
    const auto from = node.path.beginning().empty() ? place : scope_.beginning_of(node.path);
    const auto places = node.path.places(from);
    bool asks_each = false;
    for (const auto& test : node.tests) {
      if (is_of_all(*test)) {
        if (!all_hold(*test, places, witness)) return false;
      } else {
        asks_each = true;
      }
    }
    if (!asks_each) {
      if (!witness.value || places.empty()) witness = node.path.nearest(from);
      return true;
    }
    for (const auto& one : places) {
      YamlPlace inner;
      if (!std::ranges::all_of(node.tests, [&](const auto& test) {
            return is_of_all(*test) || passes(*test, one, inner);
          }))
        continue;
      witness = inner.value ? inner : one;
      return true;
    }
    return false;
  }

  static bool is_of_all(const ConditionTest& test) {
    return test.kind == Test::all || test.kind == Test::none || test.kind == Test::count_at_least ||
           test.kind == Test::count_at_most || test.kind == Test::exists;
  }

  bool all_hold(const ConditionTest& test, const std::vector<YamlPlace>& places,
                YamlPlace& witness) const {
    switch (test.kind) {
      case Test::exists:
        if (!places.empty()) witness = places.front();
        return places.empty() != test.wanted;
      case Test::count_at_least:
        return static_cast<double>(places.size()) >= test.number;
      case Test::count_at_most:
        return static_cast<double>(places.size()) <= test.number;
      default:
        break;
    }
    return std::ranges::all_of(places, [&](const auto& one) {
      YamlPlace inner;
      const bool held = one.value && holds(*test.inner, one, inner);
      return held == (test.kind == Test::all);
    });
  }

  bool passes(const ConditionTest& test, const YamlPlace& place, YamlPlace& witness) const {
    const auto& node = *place.value;
    const auto compare = [&](auto compares) {
      const auto number =
          node.kind == YamlKind::scalar ? quantity(node.text) : std::optional<double>();
      return number && compares(*number, test.number);
    };
    switch (test.kind) {
      case Test::one_of:
        return is_one_of(node, test.values);
      case Test::none_of:
        return !is_one_of(node, test.values);
      case Test::regex:
        return node.kind == YamlKind::scalar && matches(test, node);
      case Test::not_regex:
        return node.kind == YamlKind::scalar && !matches(test, node);
      case Test::key_regex:
        return place.key && matches(test, *place.key);
      case Test::less_than:
        return compare(std::less<>());
      case Test::at_most:
        return compare(std::less_equal<>());
      case Test::greater_than:
        return compare(std::greater<>());
      case Test::at_least:
        return compare(std::greater_equal<>());
      case Test::contains:
        return contains(node, test.values);
      case Test::is_kind:
        return is_of_kind(node, test.values.front());
      case Test::any:
        return holds(*test.inner, place, witness);
      default:
        return true;
    }
  }
};

}  // namespace

std::optional<double> quantity(std::string_view text) {
  if (text.empty() || text.size() > kLongestNumber) return std::nullopt;
  if (text.find_first_of("0123456789") == std::string_view::npos) return std::nullopt;
  if (text.find_first_not_of("0123456789+-.eEkKmMgGtTpPib") != std::string_view::npos)
    return std::nullopt;
  const std::string whole(text);
  char* rest = nullptr;
  const double number = std::strtod(whole.c_str(), &rest);
  const std::string_view unit(rest);
  if (rest == whole.c_str()) return std::nullopt;
  if (unit.empty()) return number;
  const auto found = std::ranges::find(kUnits, unit, &Unit::name);
  if (found != kUnits.end()) return number * found->factor;
  return std::nullopt;
}

YamlPlace RuleScope::beginning_of(const YamlPath& path) const {
  if (path.beginning().empty()) return place;
  const auto found =
      std::ranges::find(beginnings, path.beginning(), &std::pair<std::string, YamlPlace>::first);
  return found == beginnings.end() ? YamlPlace() : found->second;
}

bool Condition::holds(const RuleScope& scope, YamlPlace& witness) const {
  return scope.place.value && Evaluation(scope).holds(*root_, scope.place, witness);
}

bool Condition::holds(const RuleScope& scope) const {
  YamlPlace ignored;
  return holds(scope, ignored);
}

}  // namespace crema::scan

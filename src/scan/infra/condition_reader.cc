// Reads conditions from the metadata of a page.
#include "condition_node.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::scan {
namespace {

using formats::YamlKind;
using formats::YamlNode;
using Test = ConditionTest::Kind;

constexpr std::size_t kDeepest = 32;

enum class Operand : char { boolean, values, pattern, number, condition, kind };

struct Operator {
  std::string_view name;
  Test test;
  Operand operand;
};

constexpr std::array kOperators = {
    Operator{"exists", Test::exists, Operand::boolean},
    Operator{"absent", Test::exists, Operand::boolean},
    Operator{"equals", Test::one_of, Operand::values},
    Operator{"in", Test::one_of, Operand::values},
    Operator{"not-equals", Test::none_of, Operand::values},
    Operator{"not-in", Test::none_of, Operand::values},
    Operator{"regex", Test::regex, Operand::pattern},
    Operator{"not-regex", Test::not_regex, Operand::pattern},
    Operator{"key-regex", Test::key_regex, Operand::pattern},
    Operator{"less-than", Test::less_than, Operand::number},
    Operator{"at-most", Test::at_most, Operand::number},
    Operator{"greater-than", Test::greater_than, Operand::number},
    Operator{"at-least", Test::at_least, Operand::number},
    Operator{"contains", Test::contains, Operand::values},
    Operator{"any", Test::any, Operand::condition},
    Operator{"all", Test::all, Operand::condition},
    Operator{"none", Test::none, Operand::condition},
    Operator{"count-at-least", Test::count_at_least, Operand::number},
    Operator{"count-at-most", Test::count_at_most, Operand::number},
    Operator{"kind", Test::is_kind, Operand::kind},
};

std::string names_of_operators() {
  std::string names;
  for (const auto& one : kOperators)
    names += fmt::format("{}{}", names.empty() ? "" : ", ", one.name);
  return names;
}

}  // namespace

class ConditionReader {
 public:
  explicit ConditionReader(const SourcePtr& page) : page_(page) {}

  static Condition make(std::shared_ptr<const Condition::Node> root) {
    return Condition(std::move(root));
  }

  Result<std::shared_ptr<const Condition::Node>> condition(const YamlNode& node) {
    if (++depth_ > kDeepest) return wrong(node, "the condition is nested too deeply", "");
    if (node.kind != YamlKind::mapping || node.entries.empty())
      return wrong(node, "a condition is a mapping of paths to what must hold of them",
                   "write it as in `securityContext.privileged: true`");
    auto all = std::make_shared<Condition::Node>();
    for (const auto& [key, value] : node.entries)
      all->parts.push_back(CREMA_TRY(entry(*key, *value)));
    --depth_;
    if (all->parts.size() == 1) return all->parts.front();
    return std::shared_ptr<const Condition::Node>(std::move(all));
  }

 private:
  const SourcePtr& page_;
  std::size_t depth_ = 0;

  Span span_of(const YamlNode& node) const { return {page_, node.line, node.column}; }

  tl::unexpected<Diagnostic> wrong(const YamlNode& node, std::string message,
                                   std::string hint) const {
    auto error = make_error("rule/condition", std::move(message), span_of(node));
    error.hint = std::move(hint);
    return fail(std::move(error));
  }

  Result<std::shared_ptr<const Condition::Node>> entry(const YamlNode& key, const YamlNode& value) {
    auto made = std::make_shared<Condition::Node>();
    using Kind = Condition::Node::Kind;
    if (key.text == "and" || key.text == "or") {
      made->kind = key.text == "and" ? Kind::all_of : Kind::any_of;
      if (value.kind != YamlKind::sequence || value.items.empty())
        return wrong(value, fmt::format("`{}` takes a list of conditions", key.text),
                     "begin each of them with `- `");
      for (const auto& item : value.items) made->parts.push_back(CREMA_TRY(condition(*item)));
    } else if (key.text == "not") {
      made->kind = Kind::not_of;
      made->parts.push_back(CREMA_TRY(condition(value)));
    } else {
      made->kind = Kind::path;
      made->path = CREMA_TRY(YamlPath::parse(key.text, span_of(key)));
      CREMA_TRY(tests(value, *made));
    }
    return std::shared_ptr<const Condition::Node>(std::move(made));
  }

  Result<> tests(const YamlNode& value, Condition::Node& to) {
    if (value.kind != YamlKind::mapping) {
      auto test = std::make_unique<ConditionTest>();
      test->kind = Test::one_of;
      test->values = CREMA_TRY(values(value));
      to.tests.push_back(std::move(test));
      return {};
    }
    if (value.entries.empty()) return wrong(value, "there is no test", "write `exists: true`");
    for (const auto& [key, operand] : value.entries) {
      const auto found = std::ranges::find(kOperators, key->text, &Operator::name);
      if (found == kOperators.end())
        return wrong(*key, fmt::format("`{}` is no test", key->text),
                     fmt::format("use one of {}", names_of_operators()));
      to.tests.push_back(CREMA_TRY(test(*found, *operand)));
    }
    return {};
  }

  Result<std::unique_ptr<ConditionTest>> test(const Operator& one, const YamlNode& operand) {
    auto made = std::make_unique<ConditionTest>();
    made->kind = one.test;
    switch (one.operand) {
      case Operand::boolean:
        if (!is_true(operand) && !is_false(operand))
          return wrong(operand, fmt::format("`{}` takes true or false", one.name), "");
        made->wanted = is_true(operand) == (one.name == "exists");
        break;
      case Operand::values:
        made->values = CREMA_TRY(values(operand));
        break;
      case Operand::pattern: {
        made->expression = std::make_unique<re2::RE2>(operand.text, re2::RE2::Quiet);
        if (operand.kind != YamlKind::scalar || !made->expression->ok())
          return fail("rule/regex",
                      fmt::format("`{}` is no regular expression of RE2: {}", operand.text,
                                  made->expression->error()),
                      span_of(operand));
        break;
      }
      case Operand::number: {
        const auto number = quantity(operand.text);
        if (!number)
          return wrong(operand, fmt::format("`{}` takes a number", one.name),
                       "write it as 10, 0.5, 100m or 1Gi");
        made->number = *number;
        break;
      }
      case Operand::kind:
        if (operand.text != "list" && operand.text != "mapping" && operand.text != "text" &&
            operand.text != "number" && operand.text != "boolean")
          return wrong(operand, fmt::format("`{}` is no kind of value", operand.text),
                       "write list, mapping, text, number or boolean");
        made->values = {operand.text};
        break;
      case Operand::condition:
        made->inner = CREMA_TRY(condition(operand));
        break;
    }
    return made;
  }

  Result<std::vector<std::string>> values(const YamlNode& node) {
    if (node.kind == YamlKind::scalar) return std::vector{node.text};
    std::vector<std::string> all;
    if (node.kind == YamlKind::mapping || node.items.empty())
      return wrong(node, "expects a value or a list of values", "");
    for (const auto& item : node.items) {
      if (item->kind != YamlKind::scalar) return wrong(*item, "expects a plain value", "");
      all.push_back(item->text);
    }
    return all;
  }
};

Result<Condition> Condition::parse(const SourcePtr& page, const YamlNode& node) {
  return ConditionReader::make(CREMA_TRY(ConditionReader(page).condition(node)));
}

}  // namespace crema::scan

// Reads what a page about infrastructure says in its metadata.
#include "crema/scan/infra/infra_rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::scan {
namespace {

using formats::YamlKind;
using formats::YamlNode;

// Those parse_rule has read.
constexpr std::array<std::string_view, 6> kOfEveryPage = {"id",      "title",      "severity",
                                                          "aliases", "references", "enabled"};

std::string names_of(std::span<const std::string_view> names) {
  std::string all;
  for (const auto name : names) all += fmt::format("{}{}", all.empty() ? "" : ", ", name);
  return all;
}

}  // namespace

class InfraRuleReader {
 public:
  InfraRuleReader(const Rule& rule, const Framework& framework)
      : rule_(rule), framework_(framework) {
    read_.rule_ = &rule;
  }

  Result<InfraRule> read() {
    read_.message_ = RuleMessage::plain(rule_.title);
    for (const auto& [key, value] : rule_.metadata->entries) CREMA_TRY(entry(*key, *value));
    if (read_.subject_.empty() && !read_.along_) read_.subject_ = framework_.subjects.front();
    if (!read_.bad_ && read_.check_.empty())
      return fail("rule/condition", "the page says neither `bad:` nor `check:`",
                  Span{rule_.page, 2, 1});
    return std::move(read_);
  }

 private:
  const Rule& rule_;
  const Framework& framework_;
  InfraRule read_;

  Span span_of(const YamlNode& node) const { return {rule_.page, node.line, node.column}; }

  tl::unexpected<Diagnostic> wrong(const YamlNode& node, std::string message,
                                   std::string hint) const {
    auto error = make_error("rule/metadata", std::move(message), span_of(node));
    error.hint = std::move(hint);
    return fail(std::move(error));
  }

  Result<> entry(const YamlNode& key, const YamlNode& value) {
    const auto& name = key.text;
    if (std::ranges::find(kOfEveryPage, name) != kOfEveryPage.end()) return {};
    if (name == "framework") {
      if (value.text != framework_.name)
        return wrong(
            value, fmt::format("`{}` is not the framework `{}`", value.text, framework_.name), "");
    } else if (name == "for") {
      return read_subject(value);
    } else if (name == "each") {
      read_.each_ = CREMA_TRY(YamlPath::parse(value.text, span_of(value)));
    } else if (name == "when") {
      read_.when_ = CREMA_TRY(Condition::parse(rule_.page, value));
    } else if (name == "bad") {
      read_.bad_ = CREMA_TRY(Condition::parse(rule_.page, value));
    } else if (name == "at") {
      for (const auto* node : list(value))
        read_.at_.push_back(CREMA_TRY(YamlPath::parse(node->text, span_of(*node))));
    } else if (name == "message") {
      read_.message_ = CREMA_TRY(RuleMessage::parse(value.text, span_of(value)));
    } else if (name == "incident") {
      read_.incident_ = value.text;
    } else if (name == "check") {
      return read_check(value);
    } else if (name == "kinds" && framework_.has_kinds) {
      for (const auto* node : list(value)) read_.kinds_.push_back(node->text);
    } else {
      return wrong(
          key, fmt::format("`{}` is no key of a rule", name),
          "use for, each, when, bad, at, message, check, incident or kinds; see docs/rules.md");
    }
    return {};
  }

  static std::vector<const YamlNode*> list(const YamlNode& value) {
    if (value.kind != YamlKind::sequence) return {&value};
    std::vector<const YamlNode*> all;
    all.reserve(value.items.size());
    for (const auto& item : value.items) all.push_back(item.get());
    return all;
  }

  Result<> read_subject(const YamlNode& value) {
    if (std::ranges::find(framework_.subjects, value.text) != framework_.subjects.end()) {
      read_.subject_ = value.text;
      return {};
    }
    // A word alone would be a key of the resource, and is a mistake more likely.
    if (value.text.find_first_of(".[") == std::string::npos)
      return wrong(
          value,
          fmt::format("`{}` is nothing that rules of {} look at", value.text, framework_.name),
          fmt::format("write {}, or a path from the resource as in `spec.rules[*]`",
                      names_of(framework_.subjects)));
    read_.along_ = CREMA_TRY(YamlPath::parse(value.text, span_of(value)));
    read_.subject_ = framework_.subjects.front();
    return {};
  }

  Result<> read_check(const YamlNode& value) {
    const auto found = std::ranges::find(framework_.checks, value.text, &NamedCheck::name);
    if (found == framework_.checks.end()) {
      std::vector<std::string_view> names;
      for (const auto& check : framework_.checks) names.push_back(check.name);
      return wrong(value, fmt::format("there is no check `{}`", value.text),
                   fmt::format("write a condition as `bad:`, or one of {}", names_of(names)));
    }
    read_.check_ = value.text;
    if (found->look != nullptr) read_.look_ = &*found;
    return {};
  }
};

Result<InfraRule> InfraRule::read(const Rule& rule, const Framework& framework) {
  return InfraRuleReader(rule, framework).read();
}

}  // namespace crema::scan

// Evaluation of tokens (actions/runner TemplateEvaluator and TemplateToken) and the coercions that
// follow it.
#include "crema/workflow/token.h"

#include "coerce.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::workflow {
namespace {

template <class Predicate>
bool any_token(const Token& token, const Predicate& holds) {
  if (holds(token)) return true;
  return std::any_of(token.items.begin(), token.items.end(),
                     [&](const Token& item) { return any_token(item, holds); }) ||
         std::any_of(token.entries.begin(), token.entries.end(), [&](const Token::Entry& entry) {
           return any_token(entry.first, holds) || any_token(entry.second, holds);
         });
}

Diagnostic error_at(std::string message, const Span& span) {
  return make_error("workflow/value", std::move(message), span);
}

Result<expr::Value> evaluate_expression(const Token& token, const expr::Scope& scope) {
  if (!token.expression)
    return crema::fail(error_at("the expression '" + token.text + "' was not parsed", token.span));
  Result<expr::Value> value = token.expression->evaluate(scope);
  if (value) return value;
  Diagnostic error = std::move(value).error();
  if (!error.span.known()) error.span = token.span;
  return crema::fail(std::move(error));
}

Result<> add_member(expr::Object& object, std::string name, expr::Value value, const Span& span) {
  if (object.find(name) != nullptr)
    return crema::fail(error_at(fmt::format("'{}' is already defined", name), span));
  object.set(std::move(name), std::move(value));
  return {};
}

// What follows `${{ insert }}` is spread into the mapping it stands in.
Result<> insert_members(expr::Object& object, const Token& token, const expr::Scope& scope) {
  const auto members = CREMA_TRY(to_mapping(CREMA_TRY(evaluate(token, scope)), token.span));
  for (const auto& [name, value] : members->members())
    CREMA_TRY(add_member(object, name, value, token.span));
  return {};
}

Result<expr::Value> evaluate_mapping(const Token& token, const expr::Scope& scope) {
  expr::Object object;
  for (const auto& [key, value] : token.entries) {
    if (key.kind == Token::Kind::insert) {
      CREMA_TRY(insert_members(object, value, scope));
      continue;
    }
    const expr::Value name = CREMA_TRY(evaluate(key, scope));
    if (!name.is_primitive()) return crema::fail(error_at("Expected a string", key.span));
    CREMA_TRY(add_member(object, name.to_text(), CREMA_TRY(evaluate(value, scope)), key.span));
  }
  return expr::Value(std::move(object));
}

}  // namespace

const Token* Token::find(std::string_view key) const {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) {
    return entry.first.is_literal() && equals_ignore_case(entry.first.text, key);
  });
  return found == entries.end() ? nullptr : &found->second;
}

bool Token::has_expressions() const {
  return any_token(*this, [](const Token& token) {
    return token.kind == Kind::expression || token.kind == Kind::insert;
  });
}

bool Token::mentions(std::string_view context) const {
  return any_token(*this, [&](const Token& token) {
    return token.expression && token.expression->mentions(context);
  });
}

Result<expr::Value> evaluate(const Token& token, const expr::Scope& scope) {
  switch (token.kind) {
    case Token::Kind::null:
      return expr::Value();
    case Token::Kind::boolean:
      return expr::Value(token.boolean);
    case Token::Kind::number:
      return expr::Value(token.number);
    case Token::Kind::string:
      return expr::Value(token.text);
    case Token::Kind::expression:
      return evaluate_expression(token, scope);
    case Token::Kind::insert:
      return crema::fail(error_at(
          "The expression directive 'insert' is not supported in this context", token.span));
    case Token::Kind::sequence: {
      expr::Array items;
      items.reserve(token.items.size());
      for (const Token& item : token.items) {
        auto value = CREMA_TRY(evaluate(item, scope));
        // What an expression gives several of stands in its place, each as an item of its own
        // (actions/runner TemplateUnraveler, SequenceItemBasicExpression).
        if (item.kind == Token::Kind::expression && value.kind() == expr::Kind::array) {
          items.insert(items.end(), value.as_array().begin(), value.as_array().end());
        } else {
          items.push_back(std::move(value));
        }
      }
      return expr::Value(std::move(items));
    }
    case Token::Kind::mapping:
      return evaluate_mapping(token, scope);
  }
  return expr::Value();
}

Result<std::string> evaluate_text(const Token& token, const expr::Scope& scope) {
  return to_text(CREMA_TRY(evaluate(token, scope)), token.span);
}

Result<bool> evaluate_boolean(const Token& token, const expr::Scope& scope, bool fallback) {
  if (token.is_null()) return fallback;
  return to_boolean(CREMA_TRY(evaluate(token, scope)), token.span);
}

Result<double> evaluate_number(const Token& token, const expr::Scope& scope, double fallback) {
  if (token.is_null()) return fallback;
  return to_number(CREMA_TRY(evaluate(token, scope)), token.span);
}

Result<std::vector<std::pair<std::string, std::string>>> evaluate_strings(
    const Token& token, const expr::Scope& scope) {
  if (token.kind != Token::Kind::mapping)
    return to_text_pairs(CREMA_TRY(evaluate(token, scope)), token.span);
  // Entry by entry, so that an error points at its own value.
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& [key, value] : token.entries) {
    if (key.kind == Token::Kind::insert) {
      for (auto& pair : CREMA_TRY(to_text_pairs(CREMA_TRY(evaluate(value, scope)), value.span)))
        pairs.push_back(std::move(pair));
      continue;
    }
    std::string name = CREMA_TRY(evaluate_text(key, scope));
    pairs.emplace_back(std::move(name), CREMA_TRY(evaluate_text(value, scope)));
  }
  return pairs;
}

Diagnostic unexpected_value(const expr::Value& value, const Span& span) {
  if (value.kind() == expr::Kind::array) return error_at("A sequence was not expected", span);
  if (value.kind() == expr::Kind::object) return error_at("A mapping was not expected", span);
  Diagnostic error = error_at(fmt::format("Unexpected value '{}'", value.to_text()), span);
  if (value.kind() == expr::Kind::string && expr::from_json(value.as_string()))
    error.hint = "turn text into a boolean or a number with `fromJSON(...)`";
  return error;
}

Result<std::string> to_text(const expr::Value& value, const Span& span) {
  if (!value.is_primitive()) return crema::fail(unexpected_value(value, span));
  return value.to_text();
}

Result<bool> to_boolean(const expr::Value& value, const Span& span) {
  if (value.kind() != expr::Kind::boolean) return crema::fail(unexpected_value(value, span));
  return value.as_boolean();
}

Result<double> to_number(const expr::Value& value, const Span& span) {
  if (value.kind() != expr::Kind::number) return crema::fail(unexpected_value(value, span));
  return value.as_number();
}

Result<expr::ObjectPtr> to_mapping(const expr::Value& value, const Span& span) {
  if (value.kind() == expr::Kind::object) return value.object_ptr();
  return crema::fail(error_at("Expected a mapping", span));
}

Result<expr::ArrayPtr> to_sequence(const expr::Value& value, const Span& span) {
  if (value.kind() == expr::Kind::array) return value.array_ptr();
  return crema::fail(error_at("Expected a sequence", span));
}

Result<std::vector<std::string>> to_texts(const expr::Value& value, const Span& span, bool single) {
  std::vector<std::string> texts;
  if (value.is_null()) return texts;
  if (single && value.is_primitive()) {
    texts.push_back(value.to_text());
    return texts;
  }
  const expr::ArrayPtr items = CREMA_TRY(to_sequence(value, span));
  for (const expr::Value& item : *items) texts.push_back(CREMA_TRY(to_text(item, span)));
  return texts;
}

Result<std::vector<std::pair<std::string, std::string>>> to_text_pairs(const expr::Value& value,
                                                                       const Span& span) {
  std::vector<std::pair<std::string, std::string>> pairs;
  if (value.is_null()) return pairs;
  const expr::ObjectPtr members = CREMA_TRY(to_mapping(value, span));
  for (const auto& [name, member] : members->members())
    pairs.emplace_back(name, CREMA_TRY(to_text(member, span)));
  return pairs;
}

}  // namespace crema::workflow

// Builds tokens, jobs and scopes for tests from JSON, so that these tests need no workflow parser.
#pragma once

#include "crema/workflow/expand.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace crema::workflow::testing {

inline const expr::Vocabulary& everything() {
  static const expr::Vocabulary kVocabulary{
      .contexts = {"github", "inputs", "vars", "secrets", "env", "needs", "strategy", "matrix",
                   "steps", "job", "runner", "jobs"},
      .functions = {{"success", 0, 255},
                    {"failure", 0, 255},
                    {"always", 0, 0},
                    {"cancelled", 0, 0},
                    {"hashFiles", 1, 255}}};
  return kVocabulary;
}

inline expr::Expression expression(std::string_view text) {
  auto parsed = expr::Expression::parse(text, everything());
  EXPECT_TRUE(parsed) << text << ": " << (parsed ? "" : parsed.error().message);
  return parsed ? *parsed : expr::Expression();
}

// A string "${{ x }}" becomes an expression, the key "${{ insert }}" the directive.
inline Token to_token(const expr::Value& value) {
  Token token;
  switch (value.kind()) {
    case expr::Kind::null:
      break;
    case expr::Kind::boolean:
      token.kind = Token::Kind::boolean;
      token.boolean = value.as_boolean();
      token.text = value.to_text();
      break;
    case expr::Kind::number:
      token.kind = Token::Kind::number;
      token.number = value.as_number();
      token.text = value.to_text();
      break;
    case expr::Kind::string: {
      const std::string& text = value.as_string();
      const bool is_expression = text.starts_with("${{") && text.ends_with("}}");
      token.kind = is_expression ? Token::Kind::expression : Token::Kind::string;
      token.text = is_expression ? std::string(trim(text.substr(3, text.size() - 5))) : text;
      if (token.text == "insert" && is_expression)
        token.kind = Token::Kind::insert;
      else if (is_expression)
        token.expression = expression(token.text);
      break;
    }
    case expr::Kind::array:
      token.kind = Token::Kind::sequence;
      for (const expr::Value& item : value.as_array()) token.items.push_back(to_token(item));
      break;
    case expr::Kind::object:
      token.kind = Token::Kind::mapping;
      for (const auto& [key, member] : value.as_object().members())
        token.entries.push_back({to_token(expr::Value(key)), to_token(member)});
      break;
  }
  return token;
}

inline expr::Value json(std::string_view text) {
  std::string error;
  const auto value = expr::from_json(text, &error);
  EXPECT_TRUE(value) << text << ": " << error;
  return value.value_or(expr::Value());
}

inline Token token(std::string_view text) { return to_token(json(text)); }

// The condition as the parser prepares it.
inline Token condition(std::string_view source) {
  Token token;
  token.kind = Token::Kind::expression;
  token.text = trim(source);
  const expr::Expression written = expression(token.text);
  const bool status = written.calls("success") || written.calls("failure") ||
                      written.calls("always") || written.calls("cancelled");
  if (token.text.empty())
    token.text = "success()";
  else if (!status)
    token.text = "success() && (" + token.text + ")";
  token.expression = expression(token.text);
  return token;
}

inline Strategy strategy(std::string_view text) {
  Strategy strategy;
  strategy.whole = token(text);
  const auto part = [&](std::string_view key) {
    const Token* found = strategy.whole.find(key);
    return found == nullptr ? Token() : *found;
  };
  strategy.matrix = part("matrix");
  strategy.fail_fast = part("fail-fast");
  strategy.max_parallel = part("max-parallel");
  return strategy;
}

inline Job job(std::string id, std::string_view condition_source = "",
               std::vector<std::string> needs = {}) {
  Job job;
  job.id = std::move(id);
  job.condition_source = condition_source;
  job.condition = condition(condition_source);
  job.needs = std::move(needs);
  return job;
}

inline expr::Scope scope(std::string_view contexts = "{}") {
  expr::Scope scope;
  const expr::Value all = json(contexts);
  for (const auto& [name, value] : all.as_object().members()) scope.contexts.emplace(name, value);
  return scope;
}

}  // namespace crema::workflow::testing

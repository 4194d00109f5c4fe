// A value as it is written in a workflow file: a literal, an expression, a sequence or a mapping,
// each with its place. GitHub calls these template tokens.
#pragma once

#include "crema/base/result.h"
#include "crema/base/source.h"
#include "crema/expr/expression.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::workflow {

struct Token {
  enum class Kind : std::uint8_t {
    null,
    boolean,
    number,
    string,
    expression,  // `${{ ... }}`; text with several expressions becomes format('..{0}..', ...)
    insert,      // `${{ insert }}` as a mapping key
    sequence,
    mapping,
  };
  struct Entry;  // a key and its value, below

  Kind kind = Kind::null;
  bool boolean = false;
  double number = 0;
  std::string text;  // string: its value; expression: its text without `${{ }}`; number: as written
  std::optional<expr::Expression> expression;
  std::vector<Token> items;    // sequence
  std::vector<Entry> entries;  // mapping, in the order written
  Span span;

  bool is_null() const { return kind == Kind::null; }
  bool is_literal() const { return kind < Kind::expression; }
  bool present() const { return span.known() || kind != Kind::null; }
  // The value of a mapping's literal key (names compared ignoring case), or nullptr.
  const Token* find(std::string_view key) const;
  // Whether any expression stands in it, at any depth, and whether one mentions a context.
  bool has_expressions() const;
  bool mentions(std::string_view context) const;
};

// Not a std::pair: that could not hold a Token while Token holds a vector of it.
struct Token::Entry {
  Token first;
  Token second;
};

// Evaluates a token with everything in it. `insert` entries are spread into their mapping.
Result<expr::Value> evaluate(const Token& token, const expr::Scope& scope);

// The same, coerced as GitHub coerces at that place; the Diagnostic carries the token's span.
Result<std::string> evaluate_text(const Token& token, const expr::Scope& scope);
Result<bool> evaluate_boolean(const Token& token, const expr::Scope& scope, bool fallback);
Result<double> evaluate_number(const Token& token, const expr::Scope& scope, double fallback);
// A mapping of strings, in order (`env`, `with`); a null token gives an empty list.
Result<std::vector<std::pair<std::string, std::string>>> evaluate_strings(const Token& token,
                                                                          const expr::Scope& scope);

}  // namespace crema::workflow

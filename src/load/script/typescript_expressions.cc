// Expressions of TypeScript: assertions and type arguments go.
#include "type_stripper.h"

#include <algorithm>
#include <array>
#include <utility>

namespace crema::load {
namespace {

// Signs between two operands; ">" is put together from single ones.
constexpr std::array<std::string_view, 31> kOperators{
    "=",  "==", "===", "!=", "!==", "<",  "<=",  "+",   "-",  "*",  "/",
    "%",  "**", "&",   "|",  "^",   "&&", "||",  "??",  "<<", "+=", "-=",
    "*=", "/=", "%=",  "&=", "|=",  "^=", "<<=", "**=", "&&="};
constexpr std::array<std::string_view, 2> kMoreOperators{"||=", "?\?="};
constexpr std::array<std::string_view, 6> kPrefixSigns{"!", "~", "+", "-", "++", "--"};
constexpr std::array<std::string_view, 4> kPrefixWords{"typeof", "void", "delete", "await"};

template <std::size_t size>
bool among(const std::array<std::string_view, size>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

}  // namespace

void TypeStripper::expression() {
  do assignment();
  while (!failure_ && take(","));
}

void TypeStripper::assignment() {
  const Level level(*this);
  while (!failure_) {
    if (operand()) return;  // an arrow function takes all that follows
    while ((is("as") || is("satisfies")) && same_line(0)) {
      const std::size_t first = at_;
      skip();
      type();
      // The next line must not go on with what was before the type.
      const bool apart = !same_line(0) && (is("(") || is("[") || is("+") || is("-") || is("/") ||
                                           token().kind == Kind::template_part);
      erase(begin_of(first), end_before(), apart ? ";" : "");
    }
    if (take("?")) {
      ++conditions_;
      assignment();
      --conditions_;
      expect(":");
      continue;
    }
    if (is(">")) {
      do skip();
      while ((is(">") || is("=") || is("==")) && token().begin == end_before());
      continue;
    }
    const bool sign =
        token().kind == Kind::sign && (among(kOperators, word()) || among(kMoreOperators, word()));
    if (!sign && !is("instanceof") && !is("in")) return;
    skip();
  }
}

// True where it was an arrow function.
bool TypeStripper::operand() {
  while (!failure_ && ((token().kind == Kind::sign && among(kPrefixSigns, word())) ||
                       (is_name() && among(kPrefixWords, word()) && !is("=>", 1) && !is(":", 1))))
    skip();
  if (is("yield")) {
    skip();
    take("*");
    if (is(")") || is("]") || is("}") || is(",") || is(";") || is(":") || done() || !same_line(0))
      return false;
  }
  if (arrow_function()) return true;
  if (is("<")) {  // <Type>value
    const std::size_t first = at_;
    type_arguments();
    erase(begin_of(first), end_before());
    return operand();
  }
  primary();
  postfix();
  return false;
}

bool TypeStripper::arrow_function() {
  const Mark before = mark();
  // Each place is tried once, or what is nested in each other would be read again and again.
  auto& no_arrow = no_arrow_[conditions_ > 0 ? 1 : 0];
  if (no_arrow.contains(before.at)) return false;
  const auto failed = failure_;
  if (is("async") && same_line(1) && (is_name(1) || is("(", 1) || is("<", 1)) &&
      !is("function", 1) && !is("in", 1) && !is("of", 1) && !is("instanceof", 1) && !is("as", 1))
    skip();
  if (is_name() && is("=>", 1)) {
    skip();
    arrow_body();
    return true;
  }
  const std::size_t first = at_;
  const bool generic = is("<");
  if (generic) type_arguments();
  if (failure_ || !is("(")) {
    failure_ = failed;
    go_back(before);
    return false;
  }
  if (generic) {
    erase(begin_of(first), end_before());
    // No line may break behind `async`: it moves to what follows the types.
    if (first > before.at && spans_lines(begin_of(first), end_before())) {
      edits_.pop_back();
      edits_.push_back({begin_of(before.at), end_before(), {}});
      insert(end_before(), "async ");
    }
  }
  const std::string_view after = text_of(tokens_[std::min(after_group(at_), tokens_.size() - 1)]);
  bool found = after == "=>" || after == ":";
  if (found) {
    parameters(nullptr);
    const bool typed = is(":");
    const std::size_t close = at_ - 1;
    annotation();
    found = !failure_ && is("=>") && same_line(0);
    // Nor may one break before "=>": the bracket moves to it.
    if (found && typed && spans_lines(begin_of(close), token().begin)) {
      edits_.back().begin = begin_of(close);
      insert(token().begin, ")");
    }
    if (found) {
      arrow_body();
      // In a ? (b) : c => d the first branch is (b).
      found = !typed || conditions_ == 0 || is(":");
    }
  }
  if (found) return true;
  no_arrow.insert(before.at);
  failure_ = failed;
  go_back(before);
  return false;
}

void TypeStripper::arrow_body() {
  expect("=>");
  if (is("{")) return block();
  assignment();
}

void TypeStripper::use_name() {
  used_.emplace(word());
  skip();
}

void TypeStripper::primary() {
  switch (token().kind) {
    case Kind::number:
    case Kind::string:
    case Kind::regex:
    case Kind::private_name:
      return skip();
    case Kind::template_part:
      return template_literal();
    case Kind::name:
      break;
    default:
      if (is("(")) {
        skip();
        const int outer = std::exchange(conditions_, 0);
        if (!is(")")) expression();
        conditions_ = outer;
        return expect(")");
      }
      if (is("[")) return array_literal();
      if (is("{")) return object_literal();
      if (is("@")) return fail_here("not supported: decorators");
      return fail_here("an expression is expected here");
  }
  if (is("function") || (is("async") && is("function", 1) && same_line(1)))
    return function_expression();
  if (is("class")) {
    skip();
    return class_rest();
  }
  if (is("new")) return new_expression();
  if (is("import") || is("super") || is("this")) return skip();
  use_name();
}

void TypeStripper::new_expression() {
  skip();
  if (take(".")) return skip();  // new.target
  primary();
  while (!failure_) {
    if (is(".") || is("?.")) {
      skip();
      skip();
    } else if (is("[")) {
      skip();
      expression();
      expect("]");
    } else if (is("<") && arguments_of_call_follow()) {
    } else if (is("!") && same_line(0)) {
      erase(token().begin, token().end);
      skip();
    } else {
      break;
    }
  }
  if (is("(")) arguments();
}

void TypeStripper::postfix() {
  while (!failure_) {
    if (is(".")) {
      skip();
      skip();
    } else if (is("?.")) {
      skip();
      if (is_name() || token().kind == Kind::private_name) skip();
    } else if (is("[")) {
      skip();
      const int outer = std::exchange(conditions_, 0);
      expression();
      conditions_ = outer;
      expect("]");
    } else if (is("(")) {
      arguments();
    } else if (token().kind == Kind::template_part && !text_of(token()).starts_with("}")) {
      template_literal();
    } else if (is("!") && same_line(0)) {
      erase(token().begin, token().end);
      skip();
    } else if ((is("++") || is("--")) && same_line(0)) {
      skip();
    } else if (!is("<") || !arguments_of_call_follow()) {
      return;
    }
  }
}

void TypeStripper::arguments() {
  const int outer = std::exchange(conditions_, 0);
  expect("(");
  while (!failure_ && !is(")")) {
    take("...");
    assignment();
    if (!take(",")) break;
  }
  expect(")");
  conditions_ = outer;
}

void TypeStripper::array_literal() {
  const int outer = std::exchange(conditions_, 0);
  expect("[");
  while (!failure_ && !is("]")) {
    if (take(",")) continue;
    take("...");
    assignment();
    if (!is("]")) expect(",");
  }
  expect("]");
  conditions_ = outer;
}

void TypeStripper::template_literal() {
  const int outer = std::exchange(conditions_, 0);
  while (!failure_) {
    const bool last = text_of(token()).ends_with('`');
    skip();
    if (last) break;
    expression();
    if (token().kind != Kind::template_part) fail_here("the template goes on here");
  }
  conditions_ = outer;
}

void TypeStripper::property_key() {
  if (!is("[")) return skip();
  skip();
  assignment();
  expect("]");
}

void TypeStripper::object_literal() {
  const Level level(*this);
  const int outer = std::exchange(conditions_, 0);
  expect("{");
  while (!failure_ && !is("}")) {
    if (take("...")) {
      assignment();
    } else {
      const auto ends_name = [&](std::size_t ahead) {
        return is(":", ahead) || is("(", ahead) || is(",", ahead) || is("}", ahead) ||
               is("=", ahead) || is("<", ahead);
      };
      while ((is("async") || is("get") || is("set")) && !ends_name(1)) skip();
      take("*");
      if (is_name() && (is(",", 1) || is("}", 1) || is("=", 1))) {
        use_name();
        if (take("=")) assignment();
      } else {
        property_key();
        if (is("(") || is("<"))
          function_rest();
        else if (take(":"))
          assignment();
        else
          fail_here("the value of a member is expected here");
      }
    }
    if (!is("}")) expect(",");
  }
  expect("}");
  conditions_ = outer;
}

}  // namespace crema::load

// Types of TypeScript: where each ends.
#include "type_stripper.h"

#include <algorithm>
#include <array>

namespace crema::load {
namespace {

constexpr std::array<std::string_view, 5> kPrefixes{"keyof", "unique", "readonly", "infer",
                                                    "asserts"};

}  // namespace

void TypeStripper::type() {
  const Level level(*this);
  take("|");
  take("&");
  type_operand();
  while (!failure_ && (take("|") || take("&"))) type_operand();
  // x is Type
  if (is("is") && same_line(0)) {
    skip();
    type();
  }
  if (is("extends") && same_line(0)) {
    skip();
    type();
    if (!take("?")) return;  // of `infer`
    type();
    expect(":");
    type();
  }
}

void TypeStripper::type_operand() {
  const Level level(*this);
  // A prefix is one only before a type on its line.
  while (is_name() && std::ranges::find(kPrefixes, word()) != kPrefixes.end() &&
         (token(1).kind == Kind::name || is("(", 1) || is("{", 1) || is("[", 1)) && same_line(1) &&
         !is("is", 1))
    skip();
  if (is("abstract") && is("new", 1)) skip();
  if (is("new")) skip();
  if (is("<")) type_arguments();
  if (is("(")) {
    skip_group();
    if (take("=>")) return type();
  } else if (is("{") || is("[")) {
    skip_group();
  } else if (token().kind == Kind::template_part) {
    while (!failure_ && token().match != at_) at_ = token().match;
    skip();
  } else if (take("-") || token().kind == Kind::number || token().kind == Kind::string) {
    skip();
  } else if (is_name()) {
    const bool import_type = is("import") || is("typeof");
    skip();
    if (import_type && is_name()) skip();
    if (is("import")) skip();
    if (import_type && is("(")) skip_group();
    while (is(".") && (is_name(1) || token(1).kind == Kind::private_name)) at_ += 2;
    if (is("<") && same_line(0)) type_arguments();
  } else {
    fail_here("a type is expected here");
  }
  while (!failure_ && is("[") && same_line(0)) skip_group();
}

void TypeStripper::type_arguments() {
  const Level level(*this);
  expect("<");
  while (!failure_ && !is(">")) {
    // Of declarations: const T, in T, out T, T extends U = V.
    while ((is("const") || is("in") || is("out")) && is_name(1)) skip();
    type();
    if (take("=")) type();
    if (!take(",")) break;
  }
  expect(">");
}

void TypeStripper::annotation() {
  if (!is(":")) return;
  const std::size_t first = at_;
  skip();
  type();
  erase(begin_of(first), end_before());
}

void TypeStripper::type_parameters() {
  if (!is("<")) return;
  const std::size_t first = at_;
  type_arguments();
  erase(begin_of(first), end_before());
}

// After an operand stands "<": reads on behind the type arguments of a call, or goes back.
bool TypeStripper::arguments_of_call_follow() {
  const Mark before = mark();
  const auto failed = failure_;
  type_arguments();
  bool follows = !failure_;
  if (follows) {
    const Kind kind = token().kind;
    const bool starts_operand = kind == Kind::name || kind == Kind::number ||
                                kind == Kind::string || kind == Kind::regex ||
                                kind == Kind::private_name || is("{") || is("[") || is("+") ||
                                is("-") || is("!") || is("~") || is("<") || is(">") || is("=");
    const bool word_operator =
        is("as") || is("satisfies") || is("instanceof") || is("in") || is("of");
    follows =
        is("(") || kind == Kind::template_part || word_operator || !same_line(0) || !starts_operand;
  }
  if (follows) {
    erase(begin_of(before.at), end_before());
    return true;
  }
  failure_ = failed;
  go_back(before);
  return false;
}

}  // namespace crema::load

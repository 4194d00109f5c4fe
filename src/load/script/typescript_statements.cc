// Statements of TypeScript: declarations of types go.
#include "type_stripper.h"

#include <algorithm>
#include <array>

namespace crema::load {

void TypeStripper::end_statement() { take(";"); }

void TypeStripper::statements_until(std::string_view end) {
  while (!failure_ && !done() && !is(end)) statement();
}

void TypeStripper::block() {
  const Level level(*this);
  const int outer = std::exchange(conditions_, 0);
  expect("{");
  statements_until("}");
  expect("}");
  conditions_ = outer;
}

void TypeStripper::statement() {
  const Level level(*this);
  if (is("{")) return block();
  if (take(";")) return;
  if (is_name()) {
    const std::size_t first = at_;
    if (type_statement()) return;
    if (is("import") && !is("(", 1) && !is(".", 1)) return import_statement();
    if (is("export")) return export_statement();
    if (is("function") || (is("async") && is("function", 1) && same_line(1)))
      return function_statement(first);
    if (is("abstract") && is("class", 1) && same_line(1)) {
      erase(token().begin, token().end);
      skip();
    }
    if (take("class")) return class_rest();
    if (keyword_statement()) return;
    if (is(":", 1)) {  // a label
      at_ += 2;
      return statement();
    }
  }
  expression();
  end_statement();
}

// Statements that are types, and enums. False, with nothing read, where it is none.
bool TypeStripper::type_statement() {
  const std::size_t first = at_;
  if (is("type") && is_name(1) && same_line(1) && (is("=", 2) || is("<", 2))) {
    types_.emplace(word(1));
    at_ += 2;
    if (is("<")) type_arguments();
    expect("=");
    type();
    end_statement();
    erase_statement(first);
    return true;
  }
  if (is("interface") && is_name(1) && same_line(1)) {
    types_.emplace(word(1));
    skip_declaration();
    erase_statement(first);
    return true;
  }
  if ((is("enum") && is_name(1) && same_line(1)) || (is("const") && is("enum", 1))) {
    enum_statement(first);
    return true;
  }
  if (is("declare") && is_name(1) && same_line(1) && !is("in", 1) && !is("instanceof", 1)) {
    declaration_statement(first);
    return true;
  }
  if ((is("namespace") || is("module")) && same_line(1) &&
      (is_name(1) || token(1).kind == Kind::string) && (is("{", 2) || is(".", 2))) {
    fail_here("not supported: namespaces; a module of its own does the same");
    return true;
  }
  return false;
}

void TypeStripper::skip_declaration() {
  while (!failure_ && !is("{") && !done()) is("<") ? type_arguments() : skip();
  if (!is("{")) return fail_here("\"{\" is expected here");
  skip_group();
}

// declare ...: all of it goes.
void TypeStripper::declaration_statement(std::size_t first) {
  skip();
  if (is("module") || is("namespace") || is("global")) {
    while (!failure_ && !is("{") && !is(";") && !done()) skip();
    if (is("{")) skip_group();
  } else if (is("enum") || is("class") || is("interface") || (is("abstract") && is("class", 1)) ||
             (is("const") && is("enum", 1))) {
    skip_declaration();
  } else if (is("type")) {
    type_statement();
  } else if (take("function")) {
    skip();
    function_rest();
  } else {
    skip();
    variables();
    end_statement();
  }
  end_statement();
  erase_statement(first);
}

void TypeStripper::binding() {
  const Level level(*this);
  if (is("{")) {
    skip();
    while (!failure_ && !is("}")) {
      if (take("...")) {
        binding();
      } else if (is_name() && (is(",", 1) || is("}", 1) || is("=", 1))) {
        skip();
      } else {
        property_key();
        expect(":");
        binding();
      }
      if (take("=")) assignment();
      if (!is("}")) expect(",");
    }
    return expect("}");
  }
  if (is("[")) {
    skip();
    while (!failure_ && !is("]")) {
      if (take(",")) continue;
      take("...");
      binding();
      if (take("=")) assignment();
      if (!is("]")) expect(",");
    }
    return expect("]");
  }
  if (!is_name()) return fail_here("a name is expected here");
  skip();
}

// What follows let, const or var.
void TypeStripper::variables() {
  do {
    binding();
    if (is("!")) {
      erase(token().begin, token().end);
      skip();
    }
    annotation();
    if (take("=")) assignment();
  } while (!failure_ && take(","));
}

void TypeStripper::for_statement() {
  skip();
  take("await");
  expect("(");
  if (is("let") || is("const") || is("var")) {
    skip();
    variables();
  } else if (!is(";")) {
    expression();
  }
  if (take("of") || take("in")) {
    expression();
  } else {
    expect(";");
    if (!is(";")) expression();
    expect(";");
    if (!is(")")) expression();
  }
  expect(")");
  statement();
}

void TypeStripper::try_statement() {
  skip();
  block();
  if (take("catch")) {
    if (take("(")) {
      binding();
      annotation();
      expect(")");
    }
    block();
  }
  if (take("finally")) block();
}

void TypeStripper::switch_statement() {
  skip();
  expect("(");
  expression();
  expect(")");
  expect("{");
  while (!failure_ && !is("}")) {
    if (take("case"))
      expression();
    else
      expect("default");
    expect(":");
    while (!failure_ && !is("case") && !is("default") && !is("}")) statement();
  }
  expect("}");
}

// Those that begin with a word of their own. False, with nothing read, where it is none.
bool TypeStripper::keyword_statement() {
  if (is("const") || is("var") ||
      (is("let") && (is_name(1) || is("{", 1) || is("[", 1)) && !is("in", 1) && !is("of", 1))) {
    skip();
    variables();
    end_statement();
  } else if (is("if") || is("while") || is("with")) {
    // A chain of else-ifs is no nesting.
    while (!failure_) {
      skip();
      expect("(");
      expression();
      expect(")");
      statement();
      if (!take("else")) break;
      if (is("if")) continue;
      statement();
      break;
    }
  } else if (is("for")) {
    for_statement();
  } else if (is("do")) {
    skip();
    statement();
    expect("while");
    expect("(");
    expression();
    expect(")");
    end_statement();
  } else if (is("try")) {
    try_statement();
  } else if (is("switch")) {
    switch_statement();
  } else if (is("return") || is("throw")) {
    skip();
    if (!is(";") && !is("}") && same_line(0) && !done()) expression();
    end_statement();
  } else if (is("break") || is("continue")) {
    skip();
    if (is_name() && same_line(0)) skip();
    end_statement();
  } else if (is("debugger")) {
    skip();
    end_statement();
  } else {
    return false;
  }
  return true;
}

}  // namespace crema::load

// Functions and classes of TypeScript: what only types need goes, parameter properties become code.
#include "type_stripper.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::load {
namespace {

constexpr std::array<std::string_view, 5> kPropertyModifiers{"public", "private", "protected",
                                                             "readonly", "override"};
// Those of members that go, and those that stay.
constexpr std::array<std::string_view, 7> kTypeModifiers{
    "public", "private", "protected", "readonly", "override", "abstract", "declare"};
constexpr std::array<std::string_view, 5> kCodeModifiers{"static", "async", "get", "set",
                                                         "accessor"};

template <std::size_t size>
bool among(const std::array<std::string_view, size>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

std::string assignments(const std::vector<std::string>& properties) {
  std::string code;
  for (const auto& name : properties) code += fmt::format(" this.{0} = {0};", name);
  return code;
}

}  // namespace

void TypeStripper::parameters(std::vector<std::string>* properties) {
  const Level level(*this);
  expect("(");
  while (!failure_ && !is(")")) {
    const std::size_t first = at_;
    if (is("this") && is(":", 1)) {
      skip();
      skip();
      type();
      take(",");
      erase(begin_of(first), end_before());
      continue;
    }
    bool property = false;
    while (among(kPropertyModifiers, word()) && (is_name(1) || is("{", 1) || is("[", 1))) {
      property = true;
      erase(token().begin, token().end);
      skip();
    }
    if (property && properties != nullptr && is_name()) properties->emplace_back(word());
    take("...");
    binding();
    if (is("?")) {
      erase(token().begin, token().end);
      skip();
    }
    annotation();
    if (take("=")) assignment();
    if (!is(")")) expect(",");
  }
  expect(")");
}

bool TypeStripper::function_rest(std::vector<std::string>* properties) {
  const int outer = std::exchange(conditions_, 0);
  type_parameters();
  parameters(properties);
  annotation();
  const bool has_body = is("{");
  if (has_body) {
    if (properties != nullptr && !properties->empty())
      constructor_body(*properties);
    else
      block();
  } else {
    end_statement();
  }
  conditions_ = outer;
  return has_body;
}

void TypeStripper::function_expression() {
  take("async");
  skip();
  take("*");
  if (is_name()) skip();
  if (!function_rest()) fail_here("the body of a function is expected here");
}

void TypeStripper::function_statement(std::size_t first) {
  take("async");
  skip();
  take("*");
  if (is_name()) skip();
  if (!function_rest()) erase_statement(first);  // an overload
}

// What follows "class".
void TypeStripper::class_rest() {
  const Level level(*this);
  const int outer = std::exchange(conditions_, 0);
  if (is_name() && !is("extends") && !is("implements")) skip();
  type_parameters();
  if (take("extends")) {
    primary();
    postfix();
    type_parameters();
  }
  if (is("implements")) {
    const std::size_t first = at_;
    skip();
    do type();
    while (!failure_ && take(","));
    erase(begin_of(first), end_before());
  }
  expect("{");
  const std::size_t open = end_before(), edits = edits_.size();
  std::vector<std::string> fields;
  while (!failure_ && !is("}")) {
    if (take(";")) continue;
    member(fields);
  }
  expect("}");
  conditions_ = outer;
  if (fields.empty() || failure_) return;
  std::string declared;
  for (const auto& name : fields) declared += " " + name + ";";
  edits_.insert(edits_.begin() + static_cast<std::ptrdiff_t>(edits),
                Edit{open, open, std::move(declared)});
}

// [key: string]: type, which goes.
bool TypeStripper::index_signature() {
  if (!is("[") || !is_name(1) || !is(":", 2)) return false;
  skip_group();
  if (take(":")) type();
  end_statement();
  return true;
}

// Parameter properties of the constructor are declared as `fields`, as TypeScript does it.
void TypeStripper::member(std::vector<std::string>& fields) {
  const std::size_t first = at_;
  const auto ends_name = [&](std::size_t ahead) {
    return is("(", ahead) || is("=", ahead) || is(";", ahead) || is(":", ahead) || is("?", ahead) ||
           is("!", ahead) || is("}", ahead) || is("<", ahead);
  };
  if (is("static") && is("{", 1)) {
    skip();
    return block();
  }
  if (is("@")) return fail_here("not supported: decorators");
  bool only_type = false;
  while (!failure_) {
    if (among(kTypeModifiers, word()) && !ends_name(1)) {
      only_type = only_type || is("abstract") || is("declare");
      erase(token().begin, token().end);
      skip();
    } else if (among(kCodeModifiers, word()) && !ends_name(1) && same_line(1)) {
      skip();
    } else {
      break;
    }
  }
  take("*");
  if (index_signature()) return erase_statement(first);
  const bool constructor = is("constructor");
  property_key();
  if (is("?") || is("!")) {
    erase(token().begin, token().end);
    skip();
  }
  if (is("(") || is("<")) {
    std::vector<std::string> properties;
    if (!function_rest(constructor ? &properties : nullptr) || only_type)
      erase_statement(first);
    else
      fields.insert(fields.end(), properties.begin(), properties.end());
    return;
  }
  annotation();
  if (take("=")) assignment();
  end_statement();
  if (only_type) erase_statement(first);
}

// The body of a constructor with parameter properties: they are set first, or after super().
void TypeStripper::constructor_body(const std::vector<std::string>& properties) {
  const std::size_t open = token().end;
  bool set = false;
  const std::size_t edits = edits_.size();
  expect("{");
  while (!failure_ && !is("}")) {
    const bool calls_super = !set && is("super") && is("(", 1);
    statement();
    if (!calls_super) continue;
    insert(end_before(), ";" + assignments(properties));
    set = true;
  }
  expect("}");
  if (!set)
    edits_.insert(edits_.begin() + static_cast<std::ptrdiff_t>(edits),
                  Edit{open, open, assignments(properties)});
}

}  // namespace crema::load

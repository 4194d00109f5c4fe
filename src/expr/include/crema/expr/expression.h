// Parses and evaluates GitHub's expressions. Pure: what an expression can see and call comes in
// through a Scope. Reference: actions/runner src/Sdk/Expressions.
#pragma once

#include "crema/base/result.h"
#include "crema/base/strings.h"
#include "crema/expr/value.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::expr {

inline constexpr std::size_t kMaxLength = 21000;
inline constexpr int kMaxDepth = 50;
inline constexpr std::size_t kMaxMemory = std::size_t{10} * 1024 * 1024;

// A function the place where the expression stands adds to the built-in ones (always, hashFiles).
struct FunctionSignature {
  std::string name;
  int min_arguments = 0;
  int max_arguments = 0;
  auto operator<=>(const FunctionSignature&) const = default;
};

// What an expression may mention at the place where it is written.
struct Vocabulary {
  std::set<std::string, IgnoreCaseLess> contexts;
  std::vector<FunctionSignature> functions;  // besides the built-in ones
  // Lets every context and function through, with any number of arguments: for texts that are
  // looked at and never evaluated.
  bool any_name = false;
};

using Function = std::function<Result<Value>(std::span<const Value> arguments)>;

// How much of a value is known while parts of what an expression mentions are not.
enum class Certainty : std::uint8_t {
  exact,    // the value itself
  truth,    // only whether it is truthy
  unknown,  // nothing
};

// One evaluated sub-expression, in the order of evaluation, for `crema explain`. Literals and the
// inner parts of `a.b.c` have none.
struct TraceEntry {
  std::string text;  // canonical text of the sub-expression
  Value value;
  int depth = 0;  // nesting in the expression tree, 0 the whole
  Certainty certainty = Certainty::exact;
};

// What an expression sees when it is evaluated.
struct Scope {
  std::map<std::string, Value, IgnoreCaseLess> contexts;
  std::map<std::string, Function, IgnoreCaseLess> functions;
  std::vector<TraceEntry>* trace = nullptr;  // filled when set
  std::size_t max_memory = kMaxMemory;       // of values made in one evaluation, as GitHub counts
};

// What will only be known later: contexts or members of them ("steps", "needs.build.outputs"),
// and functions.
struct Unknowns {
  std::vector<std::string> paths;
  std::set<std::string, IgnoreCaseLess> functions;
};

struct PartialValue {
  Value value;  // meaningful as far as `certainty` says
  Certainty certainty = Certainty::exact;
};

struct Node;

// Where and why a text is no expression. `position` counts from 1 within the expression.
struct SyntaxError {
  std::string message;
  std::size_t position = 1;
};

class Expression {
 public:
  // A syntax error is a Diagnostic with code "expr/syntax" whose span has only `column` set: the
  // position in `text`, from 1. The caller, who knows where the text stands, adds the rest.
  static Result<Expression> parse(std::string_view text, const Vocabulary& vocabulary);

  Result<Value> evaluate(const Scope& scope) const;
  // Evaluates as far as it can be without `unknowns`: `false && needs.x.outputs.y` is false.
  Result<PartialValue> evaluate_known(const Scope& scope, const Unknowns& unknowns) const;

  const std::string& text() const { return text_; }
  // Whether a function of that name is called anywhere in it.
  bool calls(std::string_view function) const;
  // Whether a context is mentioned; `member` narrows to `context.member`, which also a computed
  // index, a wildcard and the context as a whole may reach.
  bool mentions(std::string_view context, std::string_view member = {}) const;
  // The canonical text: normal spacing and explicit parentheses.
  std::string canonical() const;
  // For whoever looks at its parts; null for a text without any token.
  const Node* tree() const { return root_.get(); }

 private:
  std::string text_;
  std::shared_ptr<const Node> root_;
};

}  // namespace crema::expr

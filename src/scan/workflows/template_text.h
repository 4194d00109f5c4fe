// The `${{ }}` in texts, and which contexts can come through them into the result.
#pragma once

#include "crema/expr/expression.h"
#include "crema/expr/node.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

struct TemplateExpression {
  std::string whole;  // "${{ github.ref }}"; without brackets where a whole `if` is one
  std::string inner;  // "github.ref"
  std::optional<expr::Expression> parsed;  // none: it is no expression

  const expr::Node* tree() const { return parsed ? parsed->tree() : nullptr; }
};

// Those of a text, in order. A bracket that is not closed ends the search.
std::vector<TemplateExpression> template_expressions(std::string_view text);
// A text that is an expression as a whole, as `if:` has it.
TemplateExpression whole_expression(std::string_view text);

// A path through a context: "github.event.issue.title" in lower case, with `*` for what is
// computed, an index or a star.
struct ContextPath {
  std::string path;
  std::string written;
  bool of_call = false;  // a member of what a function gave: fromJSON(x).y

  bool starts_with(std::string_view context) const;  // "secrets": secrets.x, or the whole context
  std::string_view member() const;  // the second part of "env.x"; "" where there is no such one
};

// Every context that an expression mentions.
std::vector<ContextPath> mentioned_contexts(const expr::Node& node);
// Those whose text can become part of the result: in `a == 'x' && b || c` only b and c.
std::vector<ContextPath> resulting_contexts(const expr::Node& node);
// What an expression gives where nothing outside decides it: a literal, or && and || of such.
bool is_falsy_literal(const expr::Node& node);
bool is_literal_only(const expr::Node& node);

}  // namespace crema::scan

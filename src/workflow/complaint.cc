#include "complaint.h"

#include "problems.h"
#include "scalar.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace crema::workflow {
namespace {

Diagnostic complaint(std::string code, std::string message, const Span& span, std::string hint) {
  auto error = make_error(std::move(code), std::move(message), span);
  error.hint = std::move(hint);
  return error;
}

// "a list or a mapping"
std::string describe(const Shape& shape) {
  std::vector<std::string> kinds;
  if (shape.text) kinds.emplace_back(shape.non_empty ? "text that is not empty" : "text");
  if (!shape.text && shape.number) kinds.emplace_back("a number");
  if (!shape.text && shape.boolean) kinds.emplace_back("`true` or `false`");
  if (!shape.constants.empty()) kinds.push_back("one of " + quoted_list(shape.constants));
  if (shape.item != nullptr) kinds.emplace_back("a list");
  if (!shape.mappings.empty()) kinds.emplace_back("a mapping");
  std::string text;
  for (std::size_t i = 0; i < kinds.size(); ++i)
    text += (i == 0 ? "" : i + 1 == kinds.size() ? " or " : ", ") + kinds[i];
  return text.empty() ? "nothing" : text;
}

void add_new(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

// The keys that tell one kind of mapping from another.
std::vector<std::string> telling_keys(const Candidates& candidates) {
  std::vector<std::string> keys;
  for (const MappingShape* candidate : candidates) {
    for (const Property& property : candidate->properties) {
      if (property.need != Need::optional && property.key != "using") add_new(keys, property.key);
    }
  }
  return keys;
}

}  // namespace

Diagnostic unexpected_value(const Token& token, const Shape& shape, const std::string& path) {
  const std::string text = as_string(token).text;
  const std::string near = nearest(text, shape.constants);
  std::string message = fmt::format("`{}` is no value for `{}`", text, path);
  if (path.empty()) {
    message = text.empty() ? "the file is empty" : "the file holds nothing but text";
  } else if (token.kind == Token::Kind::insert) {
    message = fmt::format("`{}` cannot be `${{{{ insert }}}}`", path);
  } else if (text.empty()) {
    message = fmt::format("`{}` has no value", path);
  }
  const bool quoted = token.kind == Token::Kind::string && !path.empty() &&
                      ((shape.boolean && (text == "true" || text == "false")) ||
                       (shape.number && !text.empty() && !std::isnan(expr::text_to_number(text))));
  if (quoted) {
    return complaint("workflow/unexpected-value",
                     fmt::format("`{}` takes no text, and '{}' is one", path, text), token.span,
                     "leave out the quotes: write `" + text + "`");
  }
  return complaint("workflow/unexpected-value", std::move(message), token.span,
                   near.empty() ? "give " + describe(shape) : "write `" + near + "` instead");
}

Diagnostic unexpected_collection(const Token& token, const Shape& shape, const std::string& where) {
  return complaint("workflow/unexpected-value",
                   fmt::format("{} cannot be a {}", where,
                               token.kind == Token::Kind::sequence ? "list" : "mapping"),
                   token.span, "give " + describe(shape));
}

Diagnostic expression_not_allowed(const Token& token, const std::string& path) {
  return complaint("workflow/expression-not-allowed",
                   path.empty() ? std::string("a key here cannot be an expression")
                                : fmt::format("`{}` cannot be an expression", path),
                   token.span, "write the value itself: it is read before anything runs");
}

Diagnostic already_defined(const Token& mapping, const Token& key) {
  auto error = complaint("workflow/duplicate-key", fmt::format("`{}` is already defined", key.text),
                         key.span, "remove one of them; names must differ by more than case");
  for (const auto& [other, ignored] : mapping.entries) {
    if (equals_ignore_case(other.text, key.text))
      error.notes.push_back({"first defined here", other.span});
  }
  return error;
}

Diagnostic missing_key(const Token& mapping, const std::string& key, const std::string& where) {
  return complaint("workflow/missing-key", fmt::format("{} has no `{}`", where, key), mapping.span,
                   fmt::format("add `{}:`", key));
}

Diagnostic undecided_mapping(const Token& mapping, const Candidates& candidates,
                             const std::string& where) {
  return complaint("workflow/missing-key",
                   fmt::format("{} says too little: it has none of {}", where,
                               quoted_list(telling_keys(candidates))),
                   mapping.span, "add one of them");
}

Diagnostic unknown_key(const Token& key, const Candidates& candidates, const std::string& where) {
  std::vector<std::string> known;
  for (const MappingShape* candidate : candidates) {
    for (const Property& property : candidate->properties) add_new(known, property.key);
    if (candidate->loose_key == nullptr) continue;
    for (const std::string& name : candidate->loose_key->constants) add_new(known, name);
  }
  return complaint("workflow/unexpected-key",
                   key.text.empty() ? fmt::format("{} has an empty key", where)
                                    : fmt::format("`{}` is no key of {}", key.text, where),
                   key.span, suggest(key.text, known));
}

std::optional<Diagnostic> conflicting_key(const Token& key, const Candidates& candidates,
                                          const Shape& shape, const Token& mapping) {
  const bool known = std::any_of(shape.mappings.begin(), shape.mappings.end(),
                                 [&](const MappingShape& one) { return one.find(key.text); });
  if (!known) return std::nullopt;
  // What decided: a key given that not every kind has.
  for (const auto& [given, value] : mapping.entries) {
    const bool everywhere = std::all_of(shape.mappings.begin(), shape.mappings.end(),
                                        [&](const auto& one) { return one.find(given.text); });
    if (everywhere || candidates.front()->find(given.text) == nullptr) continue;
    auto error = complaint("workflow/unexpected-key",
                           fmt::format("`{}` cannot stand beside `{}`", key.text, given.text),
                           key.span, "keep one of the two");
    error.notes.push_back({fmt::format("`{}` stands here", given.text), given.span});
    return error;
  }
  return std::nullopt;
}

}  // namespace crema::workflow

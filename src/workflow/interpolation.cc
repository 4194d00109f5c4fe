// Source: actions/runner TemplateReader.ParseScalar.
#include "interpolation.h"

#include "schema.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::workflow {
namespace {

constexpr std::string_view kOpen = "${{";
constexpr std::string_view kClose = "}}";

// The bytes a text starts or ends with that are white space to .NET, beyond ASCII: no-break space,
// the spaces of general punctuation, line and paragraph separators, ideographic space.
constexpr std::array<std::string_view, 18> kWideBlanks = {
    "\u0085", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005",
    "\u2006", "\u2007", "\u2008", "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u3000"};

std::string_view trim_wide(std::string_view text) {
  for (bool changed = true; changed;) {
    text = trim(text);
    changed = false;
    for (const auto blank : kWideBlanks) {
      if (text.starts_with(blank)) {
        text.remove_prefix(blank.size());
        changed = true;
      }
      if (text.ends_with(blank)) {
        text.remove_suffix(blank.size());
        changed = true;
      }
    }
  }
  return text;
}

// A literal, or an expression with its text between the braces, trimmed.
struct Segment {
  bool expression = false;
  std::string text;
};

Diagnostic expression_error(std::string message, const Span& span, std::string hint) {
  auto error = make_error("workflow/expression", std::move(message), span);
  error.hint = std::move(hint);
  return error;
}

// The index behind the `}}` that closes the expression opened at `start`, or npos. Braces inside
// string literals do not count.
std::size_t closing(std::string_view text, std::size_t start) {
  bool in_string = false;
  for (auto i = start + kOpen.size(); i < text.size(); ++i) {
    if (text[i] == '\'') {
      in_string = !in_string;
    } else if (!in_string && text[i] == '}' && text[i - 1] == '}') {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

Result<std::vector<Segment>> cut(std::string_view text, const Span& span) {
  std::vector<Segment> segments;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto start = text.find(kOpen, at);
    if (start != at) {
      const auto end = std::min(start, text.size());
      segments.push_back({false, std::string(text.substr(at, end - at))});
      at = end;
      continue;
    }
    const auto end = closing(text, start);
    if (end == std::string_view::npos) {
      return crema::fail(expression_error("this expression is not closed: `${{` has no `}}`", span,
                                          "close it with `}}`; a `'` inside opens a text"));
    }
    const auto inside =
        text.substr(start + kOpen.size(), end - start - kOpen.size() - kClose.size());
    segments.push_back({true, std::string(trim_wide(inside))});
    at = end;
  }
  return segments;
}

// 'text' and nothing else: an escape for a literal. GitHub joins even 'a' 'b'.
std::optional<std::string> string_literal(std::string_view text) {
  std::string value;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\'') {
      in_string = !in_string;
      if (in_string && i != 0) value.push_back('\'');
    } else if (in_string) {
      value.push_back(text[i]);
    } else {
      return std::nullopt;
    }
  }
  return value;
}

std::string format_expression(const std::vector<Segment>& segments) {
  std::string format;
  std::string arguments;
  int index = 0;
  for (const Segment& segment : segments) {
    if (segment.expression) {
      format += "{" + std::to_string(index++) + "}";
      arguments += ", " + segment.text;
    } else {
      auto text = replace_all(segment.text, "'", "''");
      format += replace_all(replace_all(std::move(text), "{", "{{"), "}", "}}");
    }
  }
  return "format('" + format + "'" + arguments + ")";
}

bool is_insert(std::string_view text) {
  return text.starts_with("insert") && (text.size() == 6 || trim(text.substr(6, 1)).empty());
}

// The names of contexts and functions an expression mentions that are not among what it may.
std::vector<std::string> not_available(const expr::Expression& expression,
                                       const expr::Vocabulary& vocabulary,
                                       const expr::Vocabulary& all) {
  std::vector<std::string> names;
  for (const std::string& context : all.contexts) {
    if (!vocabulary.contexts.contains(context) && expression.mentions(context))
      names.push_back(context);
  }
  for (const auto& function : all.functions) {
    const bool known = std::any_of(
        vocabulary.functions.begin(), vocabulary.functions.end(),
        [&](const auto& other) { return equals_ignore_case(other.name, function.name); });
    if (!known && expression.calls(function.name)) names.push_back(function.name + "()");
  }
  return names;
}

std::string availability_hint(const std::vector<std::string>& names,
                              const expr::Vocabulary& vocabulary) {
  const bool secrets = std::find(names.begin(), names.end(), "secrets") != names.end();
  if (secrets && vocabulary.contexts.contains("env"))
    return "put the secret into `env:` of the job and test `env.NAME != ''` here";
  if (secrets) return "hand the secret over with `env:` or `with:`, where `secrets` is available";
  std::vector<std::string> there(vocabulary.contexts.begin(), vocabulary.contexts.end());
  for (const auto& function : vocabulary.functions) there.push_back(function.name + "()");
  return there.empty() ? "" : "available here: " + quoted_list(there);
}

// "text" as 'text', which is how expressions write it.
std::string with_single_quotes(std::string_view text) {
  std::string result;
  char open = 0;
  for (const char c : text) {
    if (open == 0 && (c == '"' || c == '\'')) {
      open = c;
      result.push_back('\'');
    } else if (open != 0 && c == open) {
      open = 0;
      result.push_back('\'');
    } else {
      if (c == '\'') result.push_back('\'');
      result.push_back(c);
    }
  }
  return result;
}

// The parts are sound, but put together they go beyond what one expression may be.
Diagnostic too_much(const Token& token, std::size_t segments) {
  const bool length = token.text.size() > expr::kMaxLength;
  return expression_error(
      length ? fmt::format("this text with its `${{{{ }}}}` is longer than {} characters",
                           expr::kMaxLength)
             : fmt::format("this text has too many `${{{{ }}}}`: about {}", segments / 2),
      token.span, "put the values into `env:` and use the variables in the script");
}

Diagnostic syntax_error(const Diagnostic& cause, std::string_view text, const Span& span) {
  constexpr std::size_t kLongest = 400;  // a message may quote the whole expression
  auto error = make_error("workflow/expression", cause.message, span);
  if (error.message.size() > kLongest) {
    auto end = kLongest;
    while ((static_cast<unsigned char>(error.message[end]) & 0xC0U) == 0x80U) --end;
    error.message = error.message.substr(0, end) + "...";
  }
  error.hint = cause.hint;
  const auto exact = find_in_value(span, text, std::max<std::uint32_t>(cause.span.column, 1));
  if (exact.known() && (exact.line != span.line || exact.column != span.column))
    error.notes.push_back({"here", exact});
  return error;
}

}  // namespace

Span find_in_value(const Span& value, std::string_view part, std::size_t offset) {
  constexpr std::uint32_t kMostLines = 400;
  if (!value.known() || part.empty()) return {};
  // A value that ends on its first line needs no search below.
  const std::uint32_t last = value.end_column != 0
                                 ? value.line
                                 : std::min(value.line + kMostLines, value.source->line_count());
  for (auto number = value.line; number <= last; ++number) {
    const auto line = value.source->line(number);
    const auto from =
        number == value.line ? std::min<std::size_t>(value.column - 1, line.size()) : 0;
    const auto found = line.find(part, from);
    if (found == std::string_view::npos) continue;
    const auto before = line.substr(0, found + offset - 1);
    const auto column =
        static_cast<std::uint32_t>(std::count_if(before.begin(), before.end(), [](char c) {
          return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
        }));
    return {value.source, number, column + 1};
  }
  return {};
}

std::optional<expr::Expression> parse_expression(std::string_view text, const Span& span,
                                                 const ExpressionPlace& place, Problems& problems) {
  auto parsed = expr::Expression::parse(text, place.vocabulary);
  if (parsed) return std::move(*parsed);
  auto wide = expr::Expression::parse(text, every_context());
  if (!wide) {
    auto error = syntax_error(wide.error(), text, span);
    const auto single = with_single_quotes(text);
    auto quoted = expr::Expression::parse(single, every_context());
    if (single == text || !quoted) {
      problems.refuse(std::move(error));
      return std::nullopt;
    }
    error.hint = "texts in expressions stand in single quotes: write `" + single + "`";
    if (!problems.tolerate(std::move(error))) return std::nullopt;
    wide = std::move(quoted);
  }
  const auto names = not_available(*wide, place.vocabulary, every_context());
  if (names.empty()) {
    // A status function with arguments it does not take here.
    const auto narrow = expr::Expression::parse(wide->text(), place.vocabulary);
    if (!narrow && !problems.tolerate(syntax_error(narrow.error(), text, span)))
      return std::nullopt;
    return std::move(*wide);
  }
  auto error =
      make_error("workflow/context-not-available",
                 fmt::format("{} cannot be used in `{}`", quoted_list(names), place.path), span);
  error.hint = availability_hint(names, place.vocabulary);
  const auto exact = find_in_value(span, text, std::max(parsed.error().span.column, 1U));
  if (exact.known() && (exact.line != span.line || exact.column != span.column))
    error.notes.push_back({"here", exact});
  if (!problems.tolerate(std::move(error))) return std::nullopt;
  return std::move(*wide);
}

Token interpolate(Token literal, const ExpressionPlace& place, Problems& problems, bool& ok) {
  ok = true;
  if (literal.kind != Token::Kind::string || literal.text.find(kOpen) == std::string::npos)
    return literal;
  const auto give_up = [&](Diagnostic error) {
    problems.refuse(std::move(error));
    ok = false;
    return std::move(literal);
  };
  auto segments = cut(literal.text, literal.span);
  if (!segments) return give_up(std::move(segments).error());
  const auto nothing_allowed = place.vocabulary.contexts.empty();
  for (Segment& segment : *segments) {
    if (!segment.expression) continue;
    if (segment.text.empty()) {
      return give_up(expression_error("there is no expression between `${{` and `}}`", literal.span,
                                      "write an expression, as in `${{ github.ref }}`"));
    }
    if (is_insert(segment.text)) {
      if (segments->size() > 1) {
        return give_up(expression_error("`${{ insert }}` cannot stand inside a text", literal.span,
                                        "use it alone, as a key of a mapping"));
      }
      Token token;
      token.kind = Token::Kind::insert;
      token.span = literal.span;
      return token;
    }
    if (nothing_allowed) {
      // Only whether it is an expression at all matters: none may stand here.
      if (auto wide = expr::Expression::parse(segment.text, every_context()); !wide)
        return give_up(syntax_error(wide.error(), segment.text, literal.span));
      continue;
    }
    const auto expression = parse_expression(segment.text, literal.span, place, problems);
    if (!expression) {
      ok = false;
      return literal;
    }
    segment.text = expression->text();
  }
  if (segments->size() == 1) {
    if (auto text = string_literal(segments->front().text)) {
      literal.text = std::move(*text);
      return literal;
    }
  }
  Token token;
  token.kind = Token::Kind::expression;
  token.span = literal.span;
  token.text = segments->size() == 1 ? segments->front().text : format_expression(*segments);
  auto whole = expr::Expression::parse(token.text, every_context());
  if (!whole) return give_up(too_much(token, segments->size()));
  token.expression = std::move(*whole);
  return token;
}

}  // namespace crema::workflow

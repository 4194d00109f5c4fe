// What `if:` becomes. Source: actions/runner WorkflowTemplateConverter.ConvertToIfCondition.
#include "convert.h"
#include "interpolation.h"
#include "scalar.h"
#include "schema.h"

#include "crema/base/strings.h"

#include <algorithm>
#include <array>

namespace crema::workflow {
namespace {

constexpr std::array<std::string_view, 4> kStatusFunctions = {"success", "failure", "always",
                                                              "cancelled"};

Token expression_token(std::string text, const Span& span) {
  Token token;
  token.kind = Token::Kind::expression;
  token.span = span;
  token.text = std::move(text);
  // What is put around a parsed expression cannot break it, but may make it too long or too deep.
  if (auto parsed = expr::Expression::parse(token.text, every_context()))
    token.expression = std::move(*parsed);
  return token;
}

}  // namespace

std::string condition_source(const Token* written) {
  if (written == nullptr || written->is_null()) return "";
  return written->is_literal() ? as_string(*written).text : written->text;
}

Token condition_of(const Token* written, const Shape& type, std::string_view path,
                   Problems& problems) {
  const std::string text = condition_source(written);
  const Span span = written == nullptr ? Span{} : written->span;
  if (trim(text).empty()) return expression_token("success()", span);
  const auto vocabulary = vocabulary_of(type);
  const auto parsed = written->expression
                          ? written->expression
                          : parse_expression(text, span, {vocabulary, path}, problems);
  if (!parsed) return expression_token("success()", span);
  const bool has_status =
      std::any_of(kStatusFunctions.begin(), kStatusFunctions.end(),
                  [&](std::string_view function) { return parsed->calls(function); });
  Token token =
      expression_token(has_status ? parsed->text() : "success() && (" + parsed->text() + ")", span);
  if (!token.expression) {
    auto error =
        make_error("workflow/expression", "the condition is too long or nested too deeply", span);
    error.hint = "compute parts of it in an earlier step or job";
    problems.refuse(std::move(error));
  }
  return token;
}

}  // namespace crema::workflow

// Regular expressions of rules.
#include "crema/scan/secrets/secret_rules.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <mutex>
#include <optional>
#include <utility>

namespace crema::scan {

struct Expression::State {
  std::string text;
  std::once_flag once;
  std::optional<RE2> compiled;

  const RE2& get() {
    std::call_once(once, [this] {
      RE2::Options options(RE2::Quiet);
      // Rules with long bounded repeats need more than the usual 8 MB.
      options.set_max_mem(std::int64_t{64} << 20U);
      compiled.emplace(text, options);
    });
    return *compiled;
  }
};

Expression Expression::later(std::string text) {
  Expression expression;
  expression.state_ = std::make_shared<State>();
  expression.state_->text = std::move(text);
  return expression;
}

std::string_view Expression::text() const {
  return state_ == nullptr ? std::string_view() : std::string_view(state_->text);
}

const re2::RE2& Expression::operator*() const { return state_->get(); }

Result<Expression> compile_expression(std::string_view text, const Span& place) {
  auto expression = Expression::later(std::string(text));
  if (expression->ok()) return expression;
  auto error =
      make_error("secrets/expression",
                 fmt::format("this is no regular expression: {}", expression->error()), place);
  error.hint = "write it as RE2 and Go know them: without look-around and back-references";
  return fail(std::move(error));
}

}  // namespace crema::scan

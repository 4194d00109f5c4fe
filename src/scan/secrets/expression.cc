// Regular expressions of rules.
#include "crema/scan/secrets/secret_rules.h"

#include <fmt/format.h>
#include <re2/re2.h>

namespace crema::scan {

Result<Expression> compile_expression(std::string_view text, const Span& place) {
  RE2::Options options(RE2::Quiet);
  // Rules with long bounded repeats need more than the usual 8 MB.
  options.set_max_mem(std::int64_t{64} << 20U);
  auto expression =
      std::make_shared<const RE2>(re2::StringPiece(text.data(), text.size()), options);
  if (expression->ok()) return expression;
  auto error =
      make_error("secrets/expression",
                 fmt::format("this is no regular expression: {}", expression->error()), place);
  error.hint = "write it as RE2 and Go know them: without look-around and back-references";
  return fail(std::move(error));
}

}  // namespace crema::scan

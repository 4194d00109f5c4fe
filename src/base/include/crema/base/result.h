// Result<T>: a value or the Diagnostic that explains why there is none.
#pragma once

#include "crema/base/diagnostic.h"

#include <tl/expected.hpp>

#include <type_traits>
#include <utility>

namespace crema {

template <class T = void>
class [[nodiscard]] Result : public tl::expected<T, Diagnostic> {
  using Base = tl::expected<T, Diagnostic>;

 public:
  using Base::Base;
  Result() = default;
  Result(Base&& other) : Base(std::move(other)) {}
  Result(Diagnostic diagnostic) : Base(tl::make_unexpected(std::move(diagnostic))) {}
};

inline auto fail(Diagnostic diagnostic) { return tl::make_unexpected(std::move(diagnostic)); }

inline auto fail(std::string code, std::string message, Span span = {}) {
  return tl::make_unexpected(make_error(std::move(code), std::move(message), std::move(span)));
}

// What a successful result holds, also where that is nothing: tl::expected<void> has no value().
template <class T>
T value_of(tl::expected<T, Diagnostic>&& result) {
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace crema

// The value of `expr`, or return its Diagnostic from the enclosing function. Never inside a
// co_await expression (GCC 12 fails on statement expressions there).
#define CREMA_TRY(expr)                                                               \
  ({                                                                                  \
    auto crema_try_result = (expr);                                                   \
    if (!crema_try_result) return ::crema::fail(std::move(crema_try_result).error()); \
    ::crema::value_of(std::move(crema_try_result));                                   \
  })

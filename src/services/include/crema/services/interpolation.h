// Variables in compose files: $NAME, ${NAME}, ${NAME:-standard}, ${NAME:?message},
// ${NAME:+replacement}, $$
// (https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md).
#pragma once

#include "crema/base/result.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace crema::services {

using FindVariable = std::function<std::optional<std::string>(std::string_view name)>;

// The text with its variables replaced; one that is not set is empty. Fails with
// "compose/variable" (without a place) where one is demanded, or the syntax is wrong.
Result<std::string> interpolate(std::string_view text, const FindVariable& find);

}  // namespace crema::services

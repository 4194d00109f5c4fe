// res.json(selector): k6 takes selectors of gjson (https://github.com/tidwall/gjson, SYNTAX.md).
#pragma once

#include "crema/base/result.h"

#include <optional>
#include <string>
#include <string_view>

namespace crema::load {

// The JSON text of what `path` selects in `json`, none where it selects nothing or the text is no
// JSON. Of two members with one name it takes the first, as gjson does. Fails with "load/json-path"
// where the selector asks for more than is reasonable: the same text over and over again.
Result<std::optional<std::string>> select_json(std::string_view json, std::string_view path);

}  // namespace crema::load

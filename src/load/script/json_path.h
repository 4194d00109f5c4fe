// res.json(selector): k6 takes selectors of gjson (https://github.com/tidwall/gjson, SYNTAX.md).
#pragma once

#include "quickjs_fibers.h"

#include <string>
#include <string_view>

namespace crema::load {

// The value that `path` selects in the JSON text, undefined where it selects nothing. Exception
// where the text is no JSON.
JSValue select_json(JSContext* context, const std::string& json, std::string_view path);

}  // namespace crema::load

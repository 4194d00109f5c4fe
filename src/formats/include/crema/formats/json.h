// JSON with numbers as JavaScript writes them (3, not 3.0), and errors that know their place.
// Documents are nlohmann's, so that nobody wraps them; include <nlohmann/json.hpp> in .cc files.
#pragma once

#include "crema/base/result.h"
#include "crema/base/source.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace crema::formats {

// A text in quotes, on one line whatever it holds; bytes that are no UTF-8 become U+FFFD.
std::string json_string(std::string_view text);

// As JavaScript's String(number): 3, 0.1, 1e+21; null where JSON has no number (NaN, Infinity).
std::string json_number(double number);

enum class JsonLayout : std::uint8_t {
  compact,  // on one line, as a line of NDJSON
  pretty,   // two spaces a level, as JSON.stringify(value, null, 2)
};

// Members in the order they have.
std::string json_text(const nlohmann::ordered_json& value, JsonLayout layout);

// Errors have code "json/syntax" and a place. Nested deeper than 1000 levels is one too.
Result<nlohmann::ordered_json> parse_json(const SourcePtr& source);

}  // namespace crema::formats

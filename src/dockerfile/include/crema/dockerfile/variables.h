// Variables and quotes in the words of instructions, as Dockerfiles have them (not as a shell
// does).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace crema::dockerfile {

using Lookup = std::function<std::optional<std::string>(std::string_view name)>;

// The word without quotes and with its variables: $NAME, ${NAME}, ${NAME:-word}, ${NAME:+word},
// ${NAME:?word} and those without the colon. A variable nobody knows stays as it is written, and so
// does a pattern (${NAME#...}). Words within words are looked into 8 levels deep.
std::string expand(std::string_view word, const Lookup& lookup, char escape = '\\');
// Only the quotes are taken away.
std::string unquoted(std::string_view word, char escape = '\\');
// Whether there is a variable in it.
bool has_variable(std::string_view word);

}  // namespace crema::dockerfile

// The parts of an instruction's text: words between blanks, flags, settings, the exec form.
#pragma once

#include "crema/dockerfile/dockerfile.h"

#include <optional>
#include <string_view>
#include <vector>

namespace crema::dockerfile {

// Words between blanks from an offset on. Blanks within quotes or behind the escape do not part.
std::vector<Word> words_of(std::string_view text, std::size_t from, char escape);
// The flags from an offset on, which is then behind them.
std::vector<Flag> flags_of(std::string_view text, std::size_t& from, char escape);
// `NAME=value NAME="other value"`, or the old form `NAME the rest of the line`.
std::vector<Setting> settings_of(std::string_view text, std::size_t from, char escape);
// A JSON list of texts from an offset to the end; nothing where it is none.
std::optional<std::vector<Word>> exec_form_of(std::string_view text, std::size_t from);
// From an offset to the end, without the blanks around.
Word rest_of(std::string_view text, std::size_t from);

}  // namespace crema::dockerfile

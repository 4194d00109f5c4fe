// Feeds any bytes to the reader of shell scripts: every word is within the script, and there are
// not many times more of them than bytes.
#include "crema/shell/script.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto script = crema::shell::parse_script(text);
  require(script.commands.size() <= 40 * (size + 1));
  for (const auto& command : script.commands) {
    require(command.begin <= command.end && command.end <= size);
    for (const auto& word : command.arguments) require(word.begin <= word.end && word.end <= size);
    (void)crema::shell::operands(command, {"u", "o"});
    (void)crema::shell::value_of_flag(command, "u");
  }
  return 0;
}

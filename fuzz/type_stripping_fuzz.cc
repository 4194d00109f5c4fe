// Feeds any text to the reader of TypeScript; what it gives has the lines it was given.
#include "type_stripping.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace crema;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto lines = std::ranges::count(text, '\n');
  const auto stripped = load::strip_types(std::make_shared<const SourceFile>("fuzz.ts", text));
  if (!stripped) {
    if (stripped.error().message.empty() || stripped.error().span.line == 0) std::abort();
    return 0;
  }
  // An enum's code, and an import's names, may take line breaks with them.
  if (std::ranges::count(*stripped, '\n') < lines) std::abort();
  return 0;
}

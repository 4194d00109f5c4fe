// Feeds a document and a gjson path, split at the first line break, to the selectors of res.json();
// what they select must be JSON.
#include "json_path.h"
#include "json_scan.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace crema::load;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto line = text.find('\n');
  const std::string_view path = text.substr(0, line);
  const std::string_view json =
      line == std::string_view::npos ? std::string_view("{}") : text.substr(line + 1);
  const auto selected = select_json(json, path);
  if (!selected) {
    if (selected.error().message.empty()) std::abort();
  } else if (*selected && !valid_json(**selected)) {
    std::abort();
  }
  unquote_json(first_json_value(text));
  return 0;
}

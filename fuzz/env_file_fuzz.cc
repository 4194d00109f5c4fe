// Feeds any bytes to the readers of $GITHUB_ENV, $GITHUB_OUTPUT and $GITHUB_PATH. What they read,
// written again with delimiters, reads the same; no message repeats a value.
#include "env_file.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check_env_file(std::string_view text) {
  const auto values = crema::run::parse_env_file(text, "GITHUB_ENV");
  if (!values) {
    require(values.error().message.size() < 400 + text.size());
    return;
  }
  std::string delimiter = "END";
  while (text.find(delimiter) != std::string_view::npos) delimiter += '_';
  std::string again;
  for (const auto& [name, value] : *values) {
    require(!name.empty());
    // A name with << in it can only have been written with =, which a delimiter cannot express.
    if (name.find("<<") != std::string::npos || name.find('=') != std::string::npos ||
        name.ends_with('<') || name.starts_with("\xEF\xBB\xBF")) {
      return;
    }
    again += name;
    again += "<<" + delimiter + "\n" + value + "\n" + delimiter + "\n";
  }
  const auto same = crema::run::parse_env_file(again, "GITHUB_ENV");
  require(same.has_value() && same->size() == values->size());
  for (std::size_t i = 0; i < values->size(); ++i) {
    require((*same)[i].first == (*values)[i].first);
    // A value's own \r\n may be read as a line break; its length never grows.
    require((*same)[i].second.size() <= (*values)[i].second.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_env_file(text);
  for (const auto& folder : crema::run::parse_path_file(text)) require(!folder.empty());
  return 0;
}

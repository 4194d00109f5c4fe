// Feeds any text to the reader of TOML: errors have a place, trees can be walked.
#include "crema/formats/toml.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

std::size_t nodes(const crema::formats::TomlNode& node) {
  std::size_t count = 1;
  for (const auto& item : node.items) count += nodes(item);
  for (const auto& [key, value] : node.entries) count += nodes(value);
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto source = std::make_shared<crema::SourceFile>(
      "fuzz.toml", std::string(reinterpret_cast<const char*>(data), size));
  const auto root = crema::formats::parse_toml(source);
  if (root ? nodes(*root) == 0 : !root.error().span.known()) std::abort();
  return 0;
}

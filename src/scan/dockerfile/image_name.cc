#include "image_name.h"

#include <algorithm>

namespace crema::scan {
namespace {

// The colon behind the last slash, none of a variable's own: ${A:-b}.
std::size_t tag_colon(std::string_view text) {
  auto colon = std::string_view::npos;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{') ++depth;
    if (text[i] == '}') --depth;
    if (depth > 0) continue;
    if (text[i] == '/') colon = std::string_view::npos;
    if (text[i] == ':') colon = i;
  }
  return colon;
}

}  // namespace

ImageName parse_image_name(std::string_view text) {
  ImageName name;
  const auto at = std::min(text.find('@'), text.size());
  name.digest = text.substr(std::min(at + 1, text.size()));
  text = text.substr(0, at);
  const auto slash = text.find('/');
  if (slash != std::string_view::npos) {
    const auto first = text.substr(0, slash);
    if (first.find_first_of(".:") != std::string_view::npos || first == "localhost") {
      name.registry = first;
      text.remove_prefix(slash + 1);
    }
  }
  const auto colon = tag_colon(text);
  if (colon != std::string_view::npos) {
    name.tag = text.substr(colon + 1);
    text = text.substr(0, colon);
  }
  name.path = text;
  return name;
}

}  // namespace crema::scan

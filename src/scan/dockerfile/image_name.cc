#include "image_name.h"

#include <algorithm>

namespace crema::scan {

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
  // A variable may have a colon of its own: ${A:-b}.
  const auto colon = text.rfind(':');
  if (colon != std::string_view::npos && text.find('/', colon) == std::string_view::npos &&
      (text.find('}', colon) == std::string_view::npos ||
       text.find("${", colon) != std::string_view::npos)) {
    name.tag = text.substr(colon + 1);
    text = text.substr(0, colon);
  }
  name.path = text;
  return name;
}

}  // namespace crema::scan

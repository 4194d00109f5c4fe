#include "line_splitter.h"

#include <algorithm>

namespace crema::run {
namespace {

std::string_view without_return(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

void LineSplitter::feed(std::string_view bytes) {
  while (true) {
    const auto end = bytes.find('\n');
    if (end == std::string_view::npos) break;
    if (rest_.empty()) {
      sink_(without_return(bytes.substr(0, end)));
    } else {
      rest_.append(bytes, 0, end);
      sink_(without_return(rest_));
      rest_.clear();
    }
    bytes.remove_prefix(end + 1);
  }
  rest_.append(bytes);
  cut_long_line();
}

void LineSplitter::finish() {
  if (!rest_.empty()) sink_(without_return(rest_));
  rest_.clear();
}

void LineSplitter::cut_long_line() {
  while (rest_.size() > kLongestLine) {
    // The tail stays, so that a secret that is only half here is seen whole with what follows.
    std::size_t place = cut_(rest_, kLongestLine - kLongestLine / 16);
    while (place > 0 && (static_cast<unsigned char>(rest_[place]) & 0xC0U) == 0x80U) --place;
    place = std::max<std::size_t>(place, 1);
    sink_(std::string_view(rest_).substr(0, place));
    rest_.erase(0, place);
  }
}

}  // namespace crema::run

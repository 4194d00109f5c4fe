#include "sarif_text.h"

#include "crema/base/strings.h"

#include <array>
#include <charconv>
#include <cstddef>

namespace crema::evidence {
namespace {

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The text of a link at the beginning of `rest` to a location by its number; it moves `rest` on.
bool take_link(std::string_view& rest, std::string& out) {
  constexpr std::size_t kLongest = 1000;
  if (!rest.starts_with('[')) return false;
  const auto middle = rest.substr(0, kLongest).find("](");
  if (middle == std::string_view::npos) return false;
  if (rest.substr(1, middle - 1).find('[') != std::string_view::npos) return false;
  const auto end = rest.substr(0, middle + 20).find(')', middle);
  if (end == std::string_view::npos || !is_digits(rest.substr(middle + 2, end - middle - 2)))
    return false;
  out += rest.substr(1, middle - 1);
  rest.remove_prefix(end + 1);
  return true;
}

bool take_argument(std::string_view& rest, const std::vector<std::string>& arguments,
                   std::string& out) {
  constexpr std::size_t kMostDigits = 4;
  const auto end = rest.substr(0, kMostDigits + 2).find('}');
  if (!rest.starts_with('{') || end == std::string_view::npos) return false;
  const auto digits = rest.substr(1, end - 1);
  if (!is_digits(digits)) return false;
  std::size_t index = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), index);
  if (index >= arguments.size()) return false;
  out += arguments[index];
  rest.remove_prefix(end + 1);
  return true;
}

}  // namespace

std::string sarif_message(std::string_view text, const std::vector<std::string>& arguments) {
  constexpr std::size_t kLongest = std::size_t{64} * 1024;
  std::string out;
  while (!text.empty() && out.size() < kLongest) {
    if (take_link(text, out)) continue;
    if (!arguments.empty()) {
      if (take_argument(text, arguments, out)) continue;
      if (text.starts_with("{{") || text.starts_with("}}")) text.remove_prefix(1);
    }
    out += text.front();
    text.remove_prefix(1);
  }
  return out;
}

std::string path_of_uri(std::string_view uri) {
  if (uri.starts_with("file://")) {
    uri.remove_prefix(7);
    if (!uri.starts_with('/')) uri.remove_prefix(std::min(uri.find('/'), uri.size()));
    // "file:///C:/a" names C:/a.
    if (uri.size() > 3 && uri[2] == ':') uri.remove_prefix(1);
  } else if (uri.starts_with("file:/")) {
    uri.remove_prefix(5);
  }
  std::string path;
  for (std::size_t i = 0; i < uri.size(); ++i) {
    const int high = uri[i] == '%' && i + 2 < uri.size() ? hex_digit(uri[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(uri[i + 2]) : -1;
    if (low < 0 || high * 16 + low == 0) {
      path += uri[i];
    } else {
      path += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return path;
}

std::string uri_of_path(std::string_view path) {
  constexpr std::string_view kPlain = "-._~/!$&'()*+,;=@";
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string uri = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || kPlain.find(c) != std::string_view::npos) {
      uri += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      uri += {'%', kHex[byte >> 4U], kHex[byte & 0xFU]};
    }
  }
  return uri;
}

std::string alias_of_tag(std::string_view tag) {
  constexpr std::array<std::string_view, 3> kLists = {"cwe-", "cve-", "ghsa-"};
  if (const auto slash = tag.rfind('/'); tag.starts_with("external/")) tag = tag.substr(slash + 1);
  for (const auto list : kLists) {
    if (!equals_ignore_case(tag.substr(0, list.size()), list)) continue;
    auto rest = tag.substr(list.size());
    rest = rest.substr(0, rest.find_first_of(": "));
    if (rest.empty() || rest.size() > 40) return "";
    if (list == "ghsa-") return "GHSA-" + to_lower(rest);
    if (list == "cwe-") rest.remove_prefix(std::min(rest.find_first_not_of('0'), rest.size() - 1));
    return to_upper(list) + std::string(rest);
  }
  return "";
}

}  // namespace crema::evidence

#include "module_path.h"

#include "crema/base/strings.h"
#include "crema/load/script/module_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

namespace crema::load {
namespace {

constexpr std::string_view kFile = "file://";

bool plain_in_address(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-_.~/!$&'()*+,;=:@").find(c) != std::string_view::npos;
}

int hexadecimal(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hexadecimal(text[i + 1]) >= 0 &&
        hexadecimal(text[i + 2]) >= 0) {
      out += static_cast<char>(hexadecimal(text[i + 1]) * 16 + hexadecimal(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

// The part of an https address up to its path, and the path.
std::pair<std::string_view, std::string_view> split_remote(std::string_view address) {
  const auto host = address.find("://") + 3;
  const auto path = std::min(address.find('/', host), address.size());
  return {address.substr(0, path), address.substr(path)};
}

std::string resolve_relative(std::string_view base, std::string_view specifier) {
  const bool absolute = specifier.starts_with('/');
  if (base.starts_with(kFile)) {
    const std::filesystem::path folder = std::filesystem::path(path_of_address(base)).parent_path();
    const auto path = absolute ? std::filesystem::path(specifier) : folder / specifier;
    return address_of_path(path.lexically_normal().string());
  }
  auto [origin, path] = split_remote(base);
  path = path.substr(0, path.find_first_of("?#"));
  const auto query = std::min(specifier.find_first_of("?#"), specifier.size());
  const std::filesystem::path target =
      absolute ? std::filesystem::path(specifier.substr(0, query))
               : std::filesystem::path(path).parent_path() / specifier.substr(0, query);
  return fmt::format("{}{}{}", origin, target.lexically_normal().string(), specifier.substr(query));
}

}  // namespace

bool is_native_specifier(std::string_view specifier) {
  return specifier == "k6" || specifier.starts_with("k6/");
}

Result<std::string> resolve_specifier(std::string_view base, std::string_view specifier) {
  if (specifier.empty()) return fail("load/module", "the name of a module is empty");
  if (specifier.starts_with("https://")) return std::string(specifier);
  if (specifier.starts_with(kFile))
    return address_of_path(
        std::filesystem::path(path_of_address(specifier)).lexically_normal().string());
  if (specifier.starts_with("./") || specifier.starts_with("../") || specifier.starts_with('/') ||
      specifier == "." || specifier == "..")
    return resolve_relative(base, specifier);
  Diagnostic diagnostic = make_error(
      "load/module", fmt::format("the module \"{}\" cannot be found: only k6's own modules, paths "
                                 "and https:// addresses can be imported",
                                 specifier));
  diagnostic.hint =
      specifier.starts_with("http://")
          ? "write https:// instead of http://"
          : fmt::format("write \"./{}\" if it is a file beside the script", specifier);
  return diagnostic;
}

std::string address_of_path(std::string_view path) {
  std::string address(kFile);
  for (const char c : path)
    if (plain_in_address(c))
      address += c;
    else
      address += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return address;
}

std::string anonymous_path(std::string_view path) {
  const std::string clean = std::filesystem::path(path).lexically_normal().string();
  const auto letter = [&](std::size_t at) {
    return at < clean.size() && std::isalpha(static_cast<unsigned char>(clean[at])) != 0;
  };
  // Drives of Windows are /c/Users.
  const std::size_t start =
      clean.starts_with('/') && letter(1) && clean.substr(2, 1) == "/" ? 2 : 0;
  for (const std::string_view homes : {"/users/", "/home/", "/documents and settings/"}) {
    if (!equals_ignore_case(std::string_view(clean).substr(start, homes.size()), homes)) continue;
    const std::size_t user = start + homes.size();
    const std::size_t end = std::min(clean.find('/', user), clean.size());
    if (end > user) return clean.substr(0, user) + "nobody" + clean.substr(end);
  }
  return clean;
}

std::string archive_address(std::string_view address) {
  if (const auto path = path_of_address(address); !path.empty())
    return address_of_path(anonymous_path(path));
  const auto path = address.substr(std::min(address.find("://") + 2, address.size()));
  return "https:/" + std::filesystem::path(unescape(path)).lexically_normal().string();
}

std::string path_of_address(std::string_view address) {
  if (!address.starts_with(kFile)) return {};
  return unescape(address.substr(kFile.size()));
}

}  // namespace crema::load

#include "ids.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace crema::workflow {
namespace {

constexpr std::size_t kMostCharacters = 100;

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool later(char c) { return letter(c) || (c >= '0' && c <= '9') || c == '-'; }

bool valid(std::string_view id) {
  return !id.empty() && id.size() < kMostCharacters && letter(id.front()) &&
         std::all_of(id.begin(), id.end(), later);
}

struct ActionReference {
  std::vector<std::string_view> path;  // owner, name, folders
  std::string_view ref;
};

ActionReference split_reference(std::string_view reference) {
  ActionReference parts;
  const auto at = split(reference, '@');
  if (at.size() == 2) parts.ref = at[1];
  for (const auto with_slashes : split(at[0], '/')) {
    for (const auto part : split(with_slashes, '\\')) {
      if (!part.empty()) parts.path.push_back(part);
    }
  }
  return parts;
}

}  // namespace

Result<> Ids::add(std::string_view id, bool& usable) {
  usable = !id.empty() && !taken_.contains(id);
  const auto refuse = [&](std::string message, std::string hint) {
    if (usable) taken_.emplace(id);
    auto error = make_error("workflow/id", std::move(message));
    error.hint = std::move(hint);
    return crema::fail(std::move(error));
  };
  if (!valid(id)) {
    return refuse(
        fmt::format("`{}` cannot be an id", id),
        "use letters, digits, `-` and `_`, starting with a letter or `_`, fewer than 100");
  }
  if (id.starts_with("__"))
    return refuse(fmt::format("`{}` cannot be an id: those with `__` in front are reserved", id),
                  "start it with a letter");
  if (!usable)
    return refuse(fmt::format("the id `{}` is already used", id), "give each its own id");
  taken_.emplace(id);
  return {};
}

std::string Ids::make(std::string_view text) {
  std::string id = "__";
  for (const char c : text) {
    // One `_` for a character, not for each of its bytes.
    if ((static_cast<unsigned char>(c) & 0xC0U) == 0x80U) continue;
    id.push_back(later(c) ? c : '_');
  }
  for (int attempt = 1;; ++attempt) {
    const std::string suffix = attempt == 1 ? "" : "_" + std::to_string(attempt);
    const std::string candidate =
        id.substr(0, std::min(id.size(), kMostCharacters - suffix.size())) + suffix;
    if (taken_.insert(candidate).second) return candidate;
  }
}

std::string id_source(std::string_view reference) {
  constexpr std::string_view kDocker = "docker://";
  if (reference.starts_with(kDocker)) return std::string(reference.substr(kDocker.size()));
  if (reference.starts_with("./") || reference.starts_with(".\\") || reference.starts_with("$/"))
    return "self";
  if (!names_remote_action(reference)) return "";
  const auto parts = split_reference(reference);
  return fmt::format("{}/{}", parts.path[0], parts.path[1]);
}

bool names_remote_action(std::string_view reference) {
  const auto parts = split_reference(reference);
  return parts.path.size() >= 2 && !parts.ref.empty();
}

}  // namespace crema::workflow

#include "permissions.h"

#include <algorithm>
#include <array>

namespace crema::workflow {
namespace {

constexpr std::array<std::string_view, 20> kScopes = {"actions",
                                                      "artifact-metadata",
                                                      "attestations",
                                                      "checks",
                                                      "code-quality",
                                                      "contents",
                                                      "copilot-requests",
                                                      "deployments",
                                                      "discussions",
                                                      "drives",
                                                      "id-token",
                                                      "issues",
                                                      "models",
                                                      "packages",
                                                      "pages",
                                                      "pull-requests",
                                                      "repository-projects",
                                                      "security-events",
                                                      "statuses",
                                                      "vulnerability-alerts"};

// Scopes that can be read but never written.
bool read_only(std::string_view scope) {
  return scope == "models" || scope == "vulnerability-alerts";
}

PermissionLevel level_of(std::string_view text) {
  if (text == "write") return PermissionLevel::write;
  return text == "read" ? PermissionLevel::read : PermissionLevel::none;
}

PermissionLevel at_most(std::string_view scope, PermissionLevel level) {
  return read_only(scope) ? std::min(level, PermissionLevel::read) : level;
}

Permissions all_scopes(PermissionLevel level) {
  Permissions permissions;
  for (const auto scope : kScopes) permissions[std::string(scope)] = at_most(scope, level);
  return permissions;
}

PermissionLevel find(const Permissions& permissions, const std::string& scope) {
  const auto found = permissions.find(scope);
  return found == permissions.end() ? PermissionLevel::none : found->second;
}

}  // namespace

Permissions permissions_of(const Token& token) {
  if (token.kind == Token::Kind::string)
    return all_scopes(token.text == "write-all" ? PermissionLevel::write : PermissionLevel::read);
  Permissions permissions;
  for (const auto& [key, value] : token.entries)
    permissions[key.text] = at_most(key.text, level_of(value.text));
  return permissions;
}

Permissions default_permissions(DefaultPermissions setting) {
  if (setting == DefaultPermissions::write) return all_scopes(PermissionLevel::write);
  return {{"contents", PermissionLevel::read}, {"packages", PermissionLevel::read}};
}

std::string_view to_text(PermissionLevel level) {
  constexpr std::array<std::string_view, 3> kNames = {"none", "read", "write"};
  return kNames.at(static_cast<std::size_t>(level));
}

Excess excess_of(const Permissions& requested, const Permissions& allowed) {
  Excess excess;
  for (const auto& [scope, level] : requested) {
    const PermissionLevel most = find(allowed, scope);
    if (level <= most) continue;
    const std::string separator = excess.requested.empty() ? "" : ", ";
    excess.requested += separator + scope + ": " + std::string(to_text(level));
    excess.allowed += separator + scope + ": " + std::string(to_text(most));
  }
  return excess;
}

}  // namespace crema::workflow

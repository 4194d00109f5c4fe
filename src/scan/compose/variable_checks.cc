// What the variables and the image of a service say.
#include "compose_checks.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

namespace crema::scan {
namespace {

using formats::YamlKind;

// The variables of a mapping or a list: with their places.
struct Variable {
  YamlPlace place;
  std::string name, value;
};

void add_variables(const formats::YamlPtr& node, std::vector<Variable>& variables) {
  if (!node) return;
  for (const auto& [key, value] : node->entries)
    if (value->kind == YamlKind::scalar)
      variables.push_back({{key, value}, key->text, value->text});
  for (const auto& item : node->items) {
    const auto equals = item->text.find('=');
    if (item->kind == YamlKind::scalar && equals != std::string::npos)
      variables.push_back(
          {{nullptr, item}, item->text.substr(0, equals), item->text.substr(equals + 1)});
  }
}

bool is_secret_name(std::string_view name) {
  constexpr std::string_view kWords[] = {
      "password",    "passwd",     "secret",         "token",      "api_key",    "apikey",
      "private_key", "access_key", "encryption_key", "credential", "passphrase", "signing_key"};
  constexpr std::string_view kHarmless[] = {"_file",    "_path",       "_url",  "_ttl",
                                            "_expiry",  "_expires_in", "_name", "_length",
                                            "_enabled", "_policy",     "_type", "_expiration"};
  const auto lower = to_lower(name);
  return std::ranges::none_of(kHarmless, [&](auto end) { return lower.ends_with(end); }) &&
         std::ranges::any_of(kWords,
                             [&](auto word) { return lower.find(word) != std::string::npos; });
}

bool is_given_later(std::string_view value) {
  static constexpr std::string_view kNone[] = {"", "true", "false", "yes", "no", "0", "1", "null"};
  return value.find("${") != std::string_view::npos || value.starts_with('$') ||
         value.starts_with("/run/secrets/") ||
         std::ranges::find(kNone, to_lower(value)) != std::end(kNone);
}

// A key of somebody else's service that stands for itself: "your-api-key".
bool is_placeholder(std::string_view name, std::string_view value) {
  const auto lower_name = to_lower(name);
  if (lower_name.find("password") != std::string::npos ||
      lower_name.find("secret") != std::string::npos ||
      lower_name.find("encryption") != std::string::npos)
    return false;  // these are used as they are
  const auto lower = to_lower(value);
  return lower.starts_with("your") || lower.starts_with('<') || lower.starts_with("xxx") ||
         lower.find("placeholder") != std::string::npos ||
         lower.find("change") != std::string::npos || lower.find("example") != std::string::npos ||
         lower.find("dummy") != std::string::npos;
}

bool is_tried_first(std::string_view value) {
  static constexpr std::string_view kPasswords[] = {
      "admin",    "password", "postgres", "root",   "guest", "minioadmin",
      "changeme", "secret",   "test",     "123456", "mysql", "mongo",
      "redis",    "rabbitmq", "example",  "pass",   "user"};
  return std::ranges::find(kPasswords, to_lower(value)) != std::end(kPasswords);
}

std::vector<RuleHit> plain_secret(const RuleScope& scope) {
  std::vector<Variable> variables;
  add_variables(child(*scope.place.value, "environment").value, variables);
  if (const auto build = child(*scope.place.value, "build").value)
    add_variables(child(*build, "args").value, variables);
  std::vector<RuleHit> hits;
  for (const auto& [place, name, value] : variables) {
    if (!is_secret_name(name) || is_given_later(value) || is_placeholder(name, value)) continue;
    hits.push_back(
        {place,
         is_tried_first(value)
             ? fmt::format("`{}` of {} is what everybody tries first", name, scope.place.key->text)
             : fmt::format("`{}` of {} stands in the file, for everybody who can read the "
                           "repository",
                           name, scope.place.key->text)});
  }
  return hits;
}

std::vector<RuleHit> open_door(const RuleScope& scope) {
  struct Door {
    std::string_view name, value, what;
  };
  constexpr Door kDoors[] = {
      {"POSTGRES_HOST_AUTH_METHOD", "trust", "PostgreSQL asks nobody for a password"},
      {"ALLOW_EMPTY_PASSWORD", "yes", "it starts without a password"},
      {"MYSQL_ALLOW_EMPTY_PASSWORD", "yes", "MySQL's root has no password"},
      {"MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "yes", "MariaDB's root has no password"},
      {"ALLOW_ANONYMOUS_LOGIN", "yes", "everybody may log in"},
      {"xpack.security.enabled", "false", "Elasticsearch asks nobody for a password"},
      {"DISABLE_SECURITY_PLUGIN", "true", "OpenSearch asks nobody for a password"},
      {"GF_AUTH_ANONYMOUS_ENABLED", "true", "Grafana lets everybody in"},
      {"NEO4J_AUTH", "none", "Neo4j asks nobody for a password"},
  };
  std::vector<Variable> variables;
  add_variables(child(*scope.place.value, "environment").value, variables);
  std::vector<RuleHit> hits;
  for (const auto& [place, name, value] : variables)
    for (const auto& door : kDoors) {
      const auto lower = to_lower(value);
      const bool same =
          lower == door.value || (door.value == "yes" && (lower == "true" || lower == "1"));
      if (name == door.name && same)
        hits.push_back({place, fmt::format("`{}={}`: {}", name, value, door.what)});
    }
  return hits;
}

// A tag behind the last slash, or a digest.
std::vector<RuleHit> floating_image(const RuleScope& scope) {
  const auto place = child(*scope.place.value, "image");
  if (!place.value || place.value->kind != YamlKind::scalar) return {};
  const std::string_view image = place.value->text;
  if (image.empty() || image.find('@') != std::string_view::npos ||
      child(*scope.place.value, "build").value)
    return {};
  const auto name = image.substr(image.rfind('/') + 1);
  const auto colon = name.find(':');
  if (colon == std::string_view::npos && name.find('$') != std::string_view::npos) return {};
  if (colon == std::string_view::npos || name.substr(colon + 1) == "latest") return {{place, ""}};
  return {};
}

constexpr NamedCheck kChecks[] = {
    {"plain-secret", plain_secret},
    {"open-door", open_door},
    {"floating-image", floating_image},
};

}  // namespace

std::span<const NamedCheck> variable_checks() { return kChecks; }

}  // namespace crema::scan

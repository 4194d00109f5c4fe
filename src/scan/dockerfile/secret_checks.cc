// Secrets that end in an image, where everybody who has it can read them.
#include "checks.h"

#include "crema/base/strings.h"
#include "crema/dockerfile/variables.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace crema::scan {
namespace {

using dockerfile::Verb;

constexpr std::string_view kSecretWords[] = {
    "password",    "passwd",     "passphrase",  "secret",          "token",    "api_key",
    "apikey",      "access_key", "private_key", "client_key",      "auth_key", "encryption_key",
    "signing_key", "ssh_key",    "credential",  "application_key",
};

// The name of a place, of a property of a secret, or of what is public about it.
constexpr std::string_view kHarmlessEnds[] = {
    "_file",   "_path",       "_dir",       "_url",    "_uri",        "_ttl",
    "_expiry", "_expires_in", "_expires",   "_length", "_name",       "_version",
    "_type",   "_endpoint",   "_enabled",   "_policy", "_host",       "_port",
    "_issuer", "_audience",   "_algorithm", "_header", "_min_length",
};

bool is_secret_name(std::string_view name) {
  const auto lower = to_lower(name);
  if (std::ranges::any_of(kHarmlessEnds, [&](auto end) { return lower.ends_with(end); }))
    return false;
  return lower.find("public") == std::string::npos &&
         std::ranges::any_of(kSecretWords,
                             [&](auto word) { return lower.find(word) != std::string::npos; });
}

// A switch is no secret.
bool is_harmless_value(std::string_view value) {
  static constexpr std::string_view kSwitches[] = {"", "true", "false", "0", "1", "yes", "no"};
  return std::ranges::find(kSwitches, to_lower(value)) != std::end(kSwitches);
}

void secret_in_variable(const Build& build, DockerfileReport& report) {
  for (const auto& step : build.steps()) {
    if (!step.is(Verb::arg) && !step.is(Verb::env)) continue;
    for (const auto& [key, value] : step.instruction->settings) {
      const auto name = dockerfile::unquoted(key.text);
      if (!is_secret_name(name) || (value && is_harmless_value(dockerfile::unquoted(value->text))))
        continue;
      report.add(step, key,
                 step.is(Verb::arg)
                     ? fmt::format("The build argument `{}` stays in the image's history", name)
                     : fmt::format("`{}` stays in the image for everybody who has it", name));
    }
  }
}

constexpr std::string_view kSecretFiles[] = {
    ".env",
    ".env.production",
    ".env.prod",
    ".env.local",
    ".netrc",
    ".git-credentials",
    ".pgpass",
    ".htpasswd",
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    ".aws/credentials",
    ".docker/config.json",
    "kubeconfig",
    ".kube/config",
    "service-account.json",
    "credentials.json",
    "secrets.yaml",
    "secrets.yml",
    "secrets.json",
    "private.key",
    "privkey.pem",
    "private.pem",
    "private_key.pem",
};

bool is_secret_file(std::string_view path) {
  const auto lower = to_lower(path);
  return std::ranges::any_of(kSecretFiles, [&](std::string_view name) {
    return lower.ends_with(name) &&
           (lower.size() == name.size() || lower[lower.size() - name.size() - 1] == '/');
  });
}

void secret_file_copied(const Build& build, DockerfileReport& report) {
  for (const auto& step : build.steps()) {
    if ((!step.is(Verb::copy) && !step.is(Verb::add)) || !build.is_kept(step)) continue;
    const auto& words = step.instruction->words;
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
      const auto path = build.expanded(words[i].text);
      if (is_secret_file(path))
        report.add(step, words[i], fmt::format("`{}` becomes part of the image", path));
    }
  }
}

constexpr DockerfileCheck kChecks[] = {
    {"secret-in-variable", secret_in_variable},
    {"secret-file-copied", secret_file_copied},
};

}  // namespace

std::span<const DockerfileCheck> secret_checks() { return kChecks; }

}  // namespace crema::scan

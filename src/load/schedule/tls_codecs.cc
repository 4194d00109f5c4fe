// Codecs of TLS versions, cipher suites and client certificates.
#include "option_codecs.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::load::codec {
namespace {

// By TlsVersionName; "" is unset.
constexpr std::array<std::string_view, 5> kVersions = {"", "tls1.0", "tls1.1", "tls1.2", "tls1.3"};
constexpr std::string_view kVersion = "\"tls1.0\", \"tls1.1\", \"tls1.2\" or \"tls1.3\"";

// IANA's names of the suites that k6 knows.
constexpr std::array<std::string_view, 25> kSuites = {
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305",
    "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA",
    "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305",
    "TLS_ECDHE_RSA_WITH_RC4_128_SHA",
    "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
    "TLS_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_AES_128_CBC_SHA256",
    "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_RSA_WITH_AES_256_CBC_SHA",
    "TLS_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_RSA_WITH_RC4_128_SHA",
};

bool read_version(const JsonInput& input, TlsVersionName& value) {
  if (input.value().is_null()) return true;
  std::string text;
  if (!Text::read(input, text)) return false;
  const auto found = std::find(kVersions.begin(), kVersions.end(), text);
  if (found == kVersions.end()) return input.wrong(kVersion);
  value = static_cast<TlsVersionName>(found - kVersions.begin());
  return true;
}

bool read_auth(const JsonInput& input, TlsAuth& auth) {
  if (!input.value().is_object()) return input.wrong("an object with cert, key and domains");
  bool well = true;
  for (const auto& [name, json] : input.value().items()) {
    const JsonInput member = input.member(name, json);
    if (json.is_null()) continue;
    // What a key or a password is must not be shown where it is wrong.
    const bool text = json.is_string();
    if (equals_ignore_case(name, "cert")) {
      well =
          (text ? Text::read(member, auth.cert) : member.problem("`cert` must be a text")) && well;
    } else if (equals_ignore_case(name, "key")) {
      well = (text ? Text::read(member, auth.key) : member.problem("`key` must be a text")) && well;
    } else if (equals_ignore_case(name, "password")) {
      well = (text ? Text::read(member, auth.password.emplace())
                   : member.problem("`password` must be a text")) &&
             well;
    } else if (equals_ignore_case(name, "domains")) {
      well = TextList::read(member, auth.domains) && well;
    } else {
      well =
          member.problem(fmt::format("`{}` is no member of a client certificate: it has cert, "
                                     "key, password and domains",
                                     member.path()));
    }
  }
  return well;
}

}  // namespace

bool TlsVersionRange::read(const JsonInput& input, TlsVersions& value) {
  if (input.value().is_string()) {
    const bool well = read_version(input, value.min);
    value.max = value.min;
    return well;
  }
  if (!input.value().is_object()) {
    return input.wrong(std::string(kVersion) + ", or an object with min and max");
  }
  bool well = true;
  for (const auto& [name, json] : input.value().items()) {
    const JsonInput member = input.member(name, json);
    if (equals_ignore_case(name, "min")) {
      well = read_version(member, value.min) && well;
    } else if (equals_ignore_case(name, "max")) {
      well = read_version(member, value.max) && well;
    } else {
      well = member.problem(
          fmt::format("`{}` is no member of tlsVersion: it has min and max", member.path()));
    }
  }
  return well;
}

Json TlsVersionRange::write(const TlsVersions& value) {
  return {{"min", kVersions[static_cast<std::size_t>(value.min)]},
          {"max", kVersions[static_cast<std::size_t>(value.max)]}};
}

bool CipherSuites::read(const JsonInput& input, Texts& value) {
  if (!TextList::read(input, value)) return false;
  bool well = true;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (std::find(kSuites.begin(), kSuites.end(), value[i]) != kSuites.end()) continue;
    well = input.item(i).wrong("the name of a cipher suite, as TLS_AES_128_GCM_SHA256");
  }
  return well;
}

bool TlsAuthList::read(const JsonInput& input, std::vector<TlsAuth>& value) {
  if (!input.value().is_array()) return input.wrong("a list of client certificates");
  bool well = true;
  for (std::size_t i = 0; i < input.value().size(); ++i) {
    const JsonInput item = input.item(i);
    well = read_auth(item, value.emplace_back()) && well;
  }
  return well;
}

Json TlsAuthList::write(const std::vector<TlsAuth>& value) {
  Json json = Json::array();
  for (const TlsAuth& auth : value) {
    Json& entry = json.emplace_back(
        Json{{"cert", auth.cert}, {"key", auth.key}, {"password", {}}, {"domains", {}}});
    if (auth.password) entry["password"] = *auth.password;
    if (!auth.domains.empty()) entry["domains"] = auth.domains;
  }
  return json;
}

}  // namespace crema::load::codec

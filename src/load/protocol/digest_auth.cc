#include "digest_auth.h"

#include "crema/base/strings.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <map>

namespace crema::load {
namespace {

std::string hex_digest(std::string_view algorithm, std::string_view text) {
  const auto* const kind = algorithm.starts_with("SHA-256") ? EVP_sha256() : EVP_md5();
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), bytes.data(), &size, kind, nullptr);
  std::string result;
  for (unsigned i = 0; i < size; ++i) result += fmt::format("{:02x}", bytes[i]);
  return result;
}

// `name=value, name="quoted \" value"`.
std::map<std::string, std::string> parse_parameters(std::string_view text) {
  std::map<std::string, std::string> parameters;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto equals = text.find('=', at);
    if (equals == std::string_view::npos) break;
    const auto name = to_lower(trim(text.substr(at, equals - at)));
    std::string value;
    at = equals + 1;
    while (at < text.size() && text[at] == ' ') ++at;
    if (at < text.size() && text[at] == '"') {
      for (++at; at < text.size() && text[at] != '"'; ++at) {
        if (text[at] == '\\' && at + 1 < text.size()) ++at;
        value += text[at];
      }
      at = std::min(text.find(',', at), text.size());
    } else {
      const auto end = std::min(text.find(',', at), text.size());
      value = trim(text.substr(at, end - at));
      at = end;
    }
    ++at;
    parameters[name] = value;
  }
  return parameters;
}

// Without what would end the header's line.
std::string escaped(std::string text) {
  std::erase_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  return replace_all(replace_all(std::move(text), "\\", "\\\\"), "\"", "\\\"");
}

}  // namespace

std::optional<DigestChallenge> parse_digest_challenge(std::string_view text) {
  text = trim(text);
  constexpr std::string_view kScheme = "Digest ";
  if (text.size() < kScheme.size() ||
      !equals_ignore_case(text.substr(0, kScheme.size()), kScheme)) {
    return std::nullopt;
  }
  auto parameters = parse_parameters(text.substr(kScheme.size()));
  DigestChallenge challenge;
  challenge.realm = parameters["realm"];
  challenge.nonce = parameters["nonce"];
  challenge.has_opaque = parameters.contains("opaque");
  challenge.opaque = parameters["opaque"];
  challenge.has_algorithm = parameters.contains("algorithm");
  challenge.algorithm = challenge.has_algorithm ? to_upper(parameters["algorithm"]) : "MD5";
  if (challenge.algorithm.ends_with("-SESS")) {
    challenge.algorithm.replace(challenge.algorithm.size() - 5, 5, "-sess");
  }
  for (const auto quality : split(parameters["qop"], ',')) {
    if (equals_ignore_case(trim(quality), "auth")) challenge.quality_auth = true;
  }
  const auto& algorithm = challenge.algorithm;
  const bool known = algorithm == "MD5" || algorithm == "MD5-sess" || algorithm == "SHA-256" ||
                     algorithm == "SHA-256-sess";
  const bool protectable = challenge.quality_auth || trim(parameters["qop"]).empty();
  if (!known || !protectable || challenge.nonce.empty()) return std::nullopt;
  return challenge;
}

std::string digest_authorization(const DigestChallenge& challenge,
                                 const DigestCredentials& credentials) {
  const auto digest = [&](std::string_view text) { return hex_digest(challenge.algorithm, text); };
  auto first =
      digest(fmt::format("{}:{}:{}", credentials.user, challenge.realm, credentials.password));
  if (challenge.algorithm.ends_with("-sess")) {
    first = digest(fmt::format("{}:{}:{}", first, challenge.nonce, credentials.client_nonce));
  }
  const auto second = digest(fmt::format("{}:{}", credentials.method, credentials.target));
  const auto response = challenge.quality_auth
                            ? digest(fmt::format("{}:{}:00000001:{}:auth:{}", first,
                                                 challenge.nonce, credentials.client_nonce, second))
                            : digest(fmt::format("{}:{}:{}", first, challenge.nonce, second));
  auto text = fmt::format(
      "Digest username=\"{}\", realm=\"{}\", nonce=\"{}\", uri=\"{}\", "
      "response=\"{}\"",
      escaped(std::string(credentials.user)), escaped(challenge.realm), escaped(challenge.nonce),
      credentials.target, response);
  if (challenge.has_algorithm) text += fmt::format(", algorithm={}", challenge.algorithm);
  if (challenge.has_opaque) text += fmt::format(", opaque=\"{}\"", escaped(challenge.opaque));
  if (challenge.quality_auth || challenge.algorithm.ends_with("-sess")) {
    text += fmt::format(", cnonce=\"{}\"", credentials.client_nonce);
  }
  if (challenge.quality_auth) text += ", qop=auth, nc=00000001";
  return text;
}

}  // namespace crema::load

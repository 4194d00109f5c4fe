#include "secret_text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace crema::run {

using nlohmann::json;

std::optional<json> hide_secrets(const std::string& text, const NamedValues& secrets,
                                 const Masker& masker) {
  if (!masker.contains_secret(text)) return json(text);
  json parts = json::array();
  std::string plain;
  const auto put_plain = [&] {
    if (!plain.empty()) parts.push_back(plain);
    plain.clear();
  };
  for (std::size_t at = 0; at < text.size();) {
    const NamedValues::value_type* longest = nullptr;
    for (const auto& secret : secrets) {
      if (secret.second.empty() || text.compare(at, secret.second.size(), secret.second) != 0) {
        continue;
      }
      if (longest == nullptr || secret.second.size() > longest->second.size()) longest = &secret;
    }
    if (longest == nullptr) {
      plain += text[at++];
      continue;
    }
    put_plain();
    parts.push_back(json{{"secret", longest->first}});
    at += longest->second.size();
  }
  put_plain();
  for (const auto& part : parts) {
    if (part.is_string() && masker.contains_secret(part.get_ref<const std::string&>())) {
      return std::nullopt;
    }
  }
  return parts;
}

Result<std::string> fill_in_secrets(const json& hidden, const NamedValues& secrets) {
  if (hidden.is_string()) return hidden.get<std::string>();
  std::string text;
  for (const auto& part : hidden) {
    if (part.is_string()) {
      text += part.get_ref<const std::string&>();
      continue;
    }
    const auto name = part.at("secret").get<std::string>();
    const auto found = secrets.find(name);
    if (found == secrets.end()) {
      return fail("run/secret-missing", fmt::format("the secret {} was not given again", name));
    }
    text += found->second;
  }
  return text;
}

}  // namespace crema::run

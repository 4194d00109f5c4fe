// The encodings in which a secret may show up. Source: actions/runner ValueEncoders.
#include "masking.h"

#include "crema/base/hash.h"
#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::run {
namespace {

// Forms shorter than this would mask half of every log.
constexpr std::size_t kShortestDerived = 4;
constexpr std::size_t kShortestSection = 6;  // of PowerShell's pieces

std::string json_form(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  return out;
}

std::string uri_form(std::string_view text) {
  constexpr std::string_view kUnreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
  std::string out;
  for (const char c : text) {
    if (kUnreserved.find(c) != std::string_view::npos)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string xml_form(std::string text) {
  text = replace_all(std::move(text), "&", "&amp;");
  text = replace_all(std::move(text), "<", "&lt;");
  text = replace_all(std::move(text), ">", "&gt;");
  text = replace_all(std::move(text), "\"", "&quot;");
  return replace_all(std::move(text), "'", "&apos;");
}

void add_base64(std::vector<std::string>& forms, std::string_view secret) {
  for (std::size_t shift = 0; shift < 3 && shift < secret.size(); ++shift) {
    const auto rest = secret.substr(shift);
    const std::string encoded = base64_encode(rest);
    forms.push_back(encoded);
    // In the middle of a longer text the last characters differ: mask those that cannot.
    const std::size_t certain = rest.size() * 8 / 6;
    if (certain >= 8) forms.push_back(encoded.substr(0, certain));
  }
}

// PowerShell colours the letter behind "&+", or prints the parts around the last "&" apart.
void add_powershell(std::vector<std::string>& forms, const std::string& secret) {
  const auto plus = secret.find("&+");
  const auto last = secret.rfind('&');
  if (last == std::string::npos) return;
  const std::size_t cut = plus != std::string::npos ? plus + 2 : last + 1;
  const std::size_t after = plus != std::string::npos ? cut + 1 : cut;
  if (cut >= kShortestSection) forms.push_back(secret.substr(0, cut));
  if (secret.size() >= after + kShortestSection) forms.push_back(secret.substr(after));
}

void add_forms_of(std::vector<std::string>& forms, const std::string& secret) {
  forms.push_back(secret);
  if (secret.size() < kShortestDerived) return;
  add_base64(forms, secret);
  forms.push_back(replace_all(secret, "\"", "\\\""));
  forms.push_back(replace_all(secret, "'", "''"));
  forms.push_back(json_form(secret));
  forms.push_back(uri_form(secret));
  forms.push_back(xml_form(secret));
  if (secret.size() > 8 && secret.front() == '"' && secret.back() == '"') {
    forms.push_back(secret.substr(1, secret.size() - 2));
  }
  add_powershell(forms, secret);
}

}  // namespace

std::vector<std::string> masked_forms(std::string_view secret) {
  std::vector<std::string> forms;
  add_forms_of(forms, std::string(secret));
  const auto lines = split_lines(secret);
  if (lines.size() > 1 || (lines.size() == 1 && lines[0].size() != secret.size())) {
    for (const auto line : lines) {
      const auto text = trim(line);
      // A lone bracket is a line of many secrets (JSON keys): masking it would blank every log.
      if (text.size() >= 2) add_forms_of(forms, std::string(text));
    }
  }
  std::vector<std::string> unique;
  for (auto& form : forms) {
    if (!form.empty() && std::find(unique.begin(), unique.end(), form) == unique.end()) {
      unique.push_back(std::move(form));
    }
  }
  return unique;
}

}  // namespace crema::run

#include "value_reading.h"

#include "crema/load/schedule/duration.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <charconv>

namespace crema::load {

Result<std::chrono::nanoseconds> duration_value(const OutputValues& values, std::string_view key,
                                                std::string_view variable,
                                                std::chrono::nanoseconds fallback) {
  const auto text = values.text(key, variable);
  if (!text) return fallback;
  const auto duration = parse_duration(*text);
  if (duration && *duration > std::chrono::nanoseconds(0)) return *duration;
  return values.fault(variable, fmt::format("`{}` is no duration above zero", *text),
                      "write one as in 5s, 500ms or 1m30s");
}

Result<ClientCertificate> client_certificate(const std::string& certificate,
                                             const std::string& key) {
  return ClientCertificate{.domains = {},
                           .certificate = CREMA_TRY(sys::read_file(certificate)),
                           .key = CREMA_TRY(sys::read_file(key)),
                           .password = {}};
}

std::optional<std::string> path_unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned byte = 0;
    const auto digits = text.substr(i + 1, 2);
    const auto* end = digits.data() + digits.size();
    if (digits.size() != 2 || std::from_chars(digits.data(), end, byte, 16).ptr != end)
      return std::nullopt;
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

}  // namespace crema::load

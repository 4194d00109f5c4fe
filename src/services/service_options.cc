#include "crema/services/service_options.h"

#include "crema/base/strings.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace crema::services {
namespace {

using std::chrono::milliseconds;

Result<std::uint16_t> port_number(std::string_view text, std::string_view whole) {
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number != 0) return number;
  return fail("service/port",
              "'" + std::string(whole) + "' is no port: write 5432, 5432:5432 or 5432/tcp");
}

}  // namespace

Result<milliseconds> parse_duration(std::string_view text) {
  const std::string whole(text);
  double total = 0;
  while (!text.empty()) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) break;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto unit = text.substr(0, text.find_first_of("0123456789."));
    const double scale = unit == "ms"  ? 1
                         : unit == "s" ? 1000
                         : unit == "m" ? 60'000
                         : unit == "h" ? 3'600'000
                                       : 0;
    if (scale == 0) break;
    total += number * scale;
    text.remove_prefix(unit.size());
  }
  if (!text.empty() || whole.empty())
    return fail("service/options", "'" + whole + "' is no duration: write 10s or 1m30s");
  return milliseconds(static_cast<long long>(total));
}

Result<PortMapping> parse_port(std::string_view text) {
  const auto whole = trim(text);
  text = whole;
  if (text.ends_with("/tcp")) text.remove_suffix(4);
  if (text.ends_with("/udp") || text.find('-') != std::string_view::npos) {
    return fail("service/port", "not supported: the port mapping '" + std::string(whole) +
                                    "' (only single TCP ports)");
  }
  const auto parts = split(text, ':');
  PortMapping mapping;
  mapping.container = CREMA_TRY(port_number(parts.back(), whole));
  if (parts.size() > 1) mapping.host = CREMA_TRY(port_number(parts[parts.size() - 2], whole));
  return mapping;
}

Result<std::vector<std::string>> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool open = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\'' || c == '"') {
      const auto end = text.find(c, i + 1);
      if (end == std::string_view::npos)
        return fail("service/options", "a quote is never closed in: " + std::string(text));
      word += text.substr(i + 1, end - i - 1);
      i = end;
      open = true;
    } else if (c == '\\' && i + 1 < text.size()) {
      word += text[++i];
      open = true;
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      if (open) words.push_back(std::move(word));
      word.clear();
      open = false;
    } else {
      word += c;
      open = true;
    }
  }
  if (open) words.push_back(std::move(word));
  return words;
}

std::string shell_command(std::span<const std::string> words) {
  std::string command;
  for (const auto& word : words) {
    if (!command.empty()) command += ' ';
    command += "'" + replace_all(word, "'", R"('\'')") + "'";
  }
  return command;
}

Result<ServiceOptions> parse_service_options(std::string_view text) {
  ServiceOptions options;
  const auto words = CREMA_TRY(split_words(text));
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string name = words[i];
    std::string value;
    if (const auto equals = name.find('='); equals != std::string::npos) {
      value = name.substr(equals + 1);
      name.resize(equals);
    } else if (i + 1 < words.size() && !words[i + 1].starts_with("--") &&
               name != "--no-healthcheck") {
      value = words[++i];
    }
    if (name == "--health-cmd")
      options.health.command = value;
    else if (name == "--health-interval")
      options.health.interval = CREMA_TRY(parse_duration(value));
    else if (name == "--health-timeout")
      options.health.timeout = CREMA_TRY(parse_duration(value));
    else if (name == "--health-start-period")
      options.health.start_period = CREMA_TRY(parse_duration(value));
    else if (name == "--health-retries")
      options.health.retries = std::max(1, std::atoi(value.c_str()));
    else
      options.without_effect.push_back(name);
  }
  return options;
}

}  // namespace crema::services

#include "crema/base/strings.h"
#include "crema/formats/json.h"
#include "crema/load/schedule/duration.h"
#include "crema/load/script/secrets.h"
#include "crema/sys/files.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace crema::load {
namespace {

constexpr std::string_view kDefault = "default";
constexpr std::string_view kHidden = "***SECRET_REDACTED***";
constexpr std::string_view kKey = "{key}";

auto refuse(std::string why) { return fail("load/secrets", std::move(why)); }

std::pair<std::string_view, std::string_view> cut(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) return {text, {}};
  return {text.substr(0, equals), text.substr(equals + 1)};
}

bool has_value(std::string_view part) { return part.find('=') != std::string_view::npos; }

using Parts = std::vector<std::string_view>;

Result<SecretSources::Source> file_source(const Parts& parts, const sys::Host& host) {
  std::string path;
  for (const auto part : parts) {
    const auto [key, value] = cut(part);
    if (has_value(part) && key != "filename")
      return refuse(fmt::format("unknown configuration key for file secret source \"{}\"", key));
    path = has_value(part) ? value : part;
  }
  if (path.empty()) return refuse("the secret source needs a file: --secret-source=file=PATH");
  const std::string text = CREMA_TRY(sys::read_file(host.working_directory / path));
  SecretSources::Source source;
  std::size_t number = 0;
  for (const auto line : split_lines(text)) {
    ++number;
    // The line itself may be a secret: no message shows it.
    if (!has_value(line))
      return refuse(fmt::format("line {} of the secrets {} has no \"=\"", number, path));
    const auto [key, value] = cut(line);
    source.values[std::string(key)] = value;
  }
  return source;
}

Result<SecretSources::Source> mock_source(const Parts& parts, const sys::Host&) {
  SecretSources::Source source;
  for (const auto part : parts) {
    if (!has_value(part)) return refuse("a secret of the source mock has no \"=\"");
    const auto [key, value] = cut(part);
    source.values[std::string(key)] = value;
  }
  return source;
}

Result<> set_duration(std::string_view key, std::string_view value,
                      std::chrono::nanoseconds& duration) {
  const auto parsed = parse_duration(value);
  if (!parsed || *parsed <= Nanoseconds(0))
    return refuse(fmt::format("{} of the secret source is no duration above 0", key));
  duration = *parsed;
  return {};
}

Result<> set_count(std::string_view key, std::string_view value, std::int64_t least,
                   std::int64_t& count) {
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
  if (error != std::errc() || end != value.data() + value.size() || count < least)
    return refuse(fmt::format("{} of the secret source is no number from {} on", key, least));
  return {};
}

Result<> set_part(std::string_view key, std::string_view value, SecretAddress& address) {
  constexpr std::string_view kHeader = "headers.";
  if (key == "urlTemplate") {
    address.address = value;
  } else if (key == "method") {
    address.method = value;
  } else if (key == "responsePath") {
    address.response_path = value;
  } else if (key == "timeout") {
    return set_duration(key, value, address.timeout);
  } else if (key == "retryBackoff") {
    return set_duration(key, value, address.backoff);
  } else if (key == "requestsPerMinuteLimit") {
    return set_count(key, value, 1, address.requests_per_minute);
  } else if (key == "requestsBurst") {
    return set_count(key, value, 1, address.burst);
  } else if (key == "maxRetries") {
    return set_count(key, value, 0, address.retries);
  } else if (key.starts_with(kHeader)) {
    address.headers.emplace_back(key.substr(kHeader.size()), value);
  } else {
    return refuse(fmt::format("unknown configuration key for url secret source \"{}\"", key));
  }
  return {};
}

// K6_SECRET_SOURCE_URL_MAX_RETRIES is maxRetries.
Result<> read_environment(const sys::Environment& environment, SecretAddress& address) {
  constexpr std::string_view kPrefix = "K6_SECRET_SOURCE_URL_";
  constexpr std::string_view kHeader = "HEADER_";
  constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"URL_TEMPLATE", "urlTemplate"},
      {"METHOD", "method"},
      {"RESPONSE_PATH", "responsePath"},
      {"TIMEOUT", "timeout"},
      {"MAX_RETRIES", "maxRetries"},
      {"RETRY_BACKOFF", "retryBackoff"},
      {"REQUESTS_PER_MINUTE_LIMIT", "requestsPerMinuteLimit"},
      {"REQUESTS_BURST", "requestsBurst"}};
  for (const auto& [variable, value] : environment) {
    if (!variable.starts_with(kPrefix) || value.empty()) continue;
    const auto name = std::string_view(variable).substr(kPrefix.size());
    if (name.starts_with(kHeader)) {
      address.headers.emplace_back(name.substr(kHeader.size()), value);
      continue;
    }
    for (const auto& [known, key] : kNames)
      if (name == known) CREMA_TRY(set_part(key, value, address));
  }
  return {};
}

Result<> read_config(const std::string& path, const sys::Host& host, SecretAddress& address) {
  std::string text = CREMA_TRY(sys::read_file(host.working_directory / path));
  const auto config =
      CREMA_TRY(formats::parse_json(std::make_shared<const SourceFile>(path, std::move(text))));
  if (!config.is_object()) return refuse(fmt::format("{} is no JSON object", path));
  for (const auto& [key, value] : config.items()) {
    if (key == "headers" && value.is_object()) {
      for (const auto& [name, header] : value.items())
        if (header.is_string()) address.headers.emplace_back(name, header.get<std::string>());
    } else if (!value.is_null()) {
      CREMA_TRY(
          set_part(key, value.is_string() ? value.get<std::string>() : value.dump(), address));
    }
  }
  return {};
}

// Defaults, then the environment, a file, and what the flag itself says.
Result<SecretSources::Source> url_source(const Parts& parts, const sys::Host& host) {
  SecretAddress address;
  CREMA_TRY(read_environment(host.environment, address));
  for (const auto part : parts)
    if (const auto [key, value] = cut(part); key == "config")
      CREMA_TRY(read_config(std::string(value), host, address));
  for (const auto part : parts) {
    const auto [key, value] = cut(part);
    if (!has_value(part))
      return refuse(fmt::format("invalid config format \"{}\", expected key=value", part));
    if (key != "config") CREMA_TRY(set_part(key, value, address));
  }
  if (address.address.find("://") == std::string::npos)
    return refuse("urlTemplate of the secret source must be an address with a scheme");
  if (address.address.find(kKey) == std::string::npos)
    return refuse("urlTemplate of the secret source must contain {key}");
  SecretSources::Source source;
  source.address = std::move(address);
  return source;
}

struct Kind {
  std::string_view name;
  Result<SecretSources::Source> (*make)(const Parts& parts, const sys::Host& host);
};
constexpr Kind kKinds[] = {{"file", file_source}, {"mock", mock_source}, {"url", url_source}};

// What is said of a source, whatever its kind.
struct Place {
  std::string name;
  bool is_default = false;
  Parts rest;
};
Place read_place(std::string_view configuration, std::string_view kind) {
  Place place{.name = std::string(kind), .rest = {}};
  if (configuration.empty()) return place;
  for (const auto part : split(configuration, ',')) {
    if (part == kDefault)
      place.is_default = true;
    else if (const auto [key, value] = cut(part); key == "name" && !value.empty())
      place.name = value;
    else
      place.rest.push_back(part);
  }
  return place;
}

}  // namespace

Result<> SecretSources::read(std::span<const std::string> configurations, const sys::Host& host) {
  for (const std::string& text : configurations) {
    const auto [kind, configuration] = cut(text);
    const auto* found = std::ranges::find(kKinds, kind, &Kind::name);
    if (found == std::end(kKinds))
      return refuse(fmt::format("no secret source for type \"{}\": file, mock and url are", kind));
    const Place place = read_place(configuration, kind);
    auto source = std::make_shared<const Source>(CREMA_TRY(found->make(place.rest, host)));
    if (!sources_.emplace(place.name, source).second)
      return refuse(fmt::format("there are two secret sources with the name \"{}\"", place.name));
    if (place.is_default && !sources_.emplace(kDefault, source).second)
      return refuse("there are two secret sources that are the default one");
  }
  if (sources_.size() == 1) sources_.emplace(kDefault, sources_.begin()->second);
  return {};
}

Result<const SecretSources::Source*> SecretSources::find(const std::string& name) const {
  if (sources_.empty()) return refuse("no secret sources are configured");
  const auto found = sources_.find(name);
  if (found != sources_.end()) return found->second.get();
  return refuse(fmt::format("no secret source with name \"{}\" is configured", name));
}

std::optional<std::string> SecretSources::known(const Source& source,
                                                const std::string& key) const {
  auto learnt = learnt_.lock();
  const auto found = learnt->values.find({&source, key});
  if (found == learnt->values.end()) return std::nullopt;
  return found->second;
}

void SecretSources::learn(const Source& source, const std::string& key, const std::string& value) {
  auto learnt = learnt_.lock();
  if (!learnt->values.emplace(std::pair(&source, key), value).second) return;
  if (!trim(value).empty()) learnt->hidden.push_back(value);
  // Of two that begin alike the longer one must be hidden whole.
  std::ranges::sort(learnt->hidden, std::ranges::greater(), &std::string::size);
}

sys::MonotonicTime SecretSources::next_request(const Source& source, sys::MonotonicTime now) {
  const auto interval =
      std::chrono::nanoseconds(std::chrono::minutes(1)) / source.address->requests_per_minute;
  auto learnt = learnt_.lock();
  auto& arrival = learnt->arrivals[&source];
  arrival = std::max(arrival, now);
  const auto when = arrival - interval * (source.address->burst - 1);
  arrival += interval;
  return std::max(when, now);
}

std::string SecretSources::redacted(std::string text) const {
  auto learnt = learnt_.lock();
  for (const std::string& secret : learnt->hidden)
    text = replace_all(std::move(text), secret, kHidden);
  return text;
}

}  // namespace crema::load

#include "http_samples.h"

#include "crema/load/protocol/url.h"
#include "crema/load/script/request_series.h"

#include <fmt/format.h>

namespace crema::load {
namespace {

// Addresses without end must not grow the table without end. Beyond it a new one is begun, and the
// old one goes piece by piece: all of it at once would hold up requests for milliseconds.
constexpr std::size_t kMostEntries = 10'000;
constexpr int kForgottenAtOnce = 2;

std::string_view protocol_text(int protocol) {
  switch (protocol) {
    case 10:
      return "HTTP/1.0";
    case 20:
      return "HTTP/2.0";
    default:
      return "HTTP/1.1";
  }
}

double milliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

std::size_t mix(std::size_t hash, std::size_t value) {
  return (hash ^ value) * 0x9e3779b97f4a7c15U + (hash >> 31);
}

}  // namespace

const HttpSeries& RequestSeries::find(UserState& user, const HttpCall& call,
                                      const Exchange& exchange, std::string_view url,
                                      std::optional<bool> expected) {
  // A name stands for many addresses, and is their tag `url` too.
  if (!call.name.empty()) url = {};
  const std::hash<std::string_view> text;
  std::size_t hash = reinterpret_cast<std::uintptr_t>(call.tags);
  hash = mix(hash, text(url.empty() ? call.name : url));
  hash = mix(hash, static_cast<std::size_t>(exchange.status));
  hash = mix(hash, static_cast<std::size_t>(exchange.error_code()));
  const int judged = expected ? static_cast<int>(*expected) : -1;
  const auto [first, last] = entries_.equal_range(hash);
  for (auto entry = first; entry != last; ++entry) {
    const Key& key = entry->second.key;
    if (key.tags == call.tags && key.url == url && key.name == call.name &&
        key.method == exchange.method && key.status == exchange.status &&
        key.protocol == exchange.protocol && key.error_code == exchange.error_code() &&
        key.tls_version == exchange.tls.version && key.error == exchange.error.message &&
        key.expected == judged)
      return entry->second.series;
  }
  make_room();
  Key key{.tags = call.tags,
          .url = std::string(url),
          .name = call.name,
          .method = exchange.method,
          .status = exchange.status,
          .protocol = exchange.protocol,
          .error_code = exchange.error_code(),
          .tls_version = std::string(exchange.tls.version),
          .error = exchange.error.message,
          .expected = judged};
  Entry entry{key, make(user, key)};
  return entries_.emplace(hash, std::move(entry))->second.series;
}

void RequestSeries::make_room() {
  for (int i = 0; i < kForgottenAtOnce && !old_.empty(); ++i) old_.erase(old_.begin());
  if (entries_.size() < kMostEntries) return;
  old_ = std::move(entries_);
  entries_ = {};
}

const HttpSeries& RequestSeries::make(UserState& user, Key key) {
  TagStore& store = user.links.recorder->tags();
  const SystemTags& on = user.system_tags;
  const TagSet* tags = key.tags;
  const auto put = [&](bool wanted, std::string_view name, std::string_view value) {
    if (wanted) tags = store.with(tags, name, value);
  };
  const auto masked = Url::parse(key.url);
  const std::string url = masked ? masked->masked() : key.url;
  const std::string& name = key.name.empty() ? url : key.name;
  put(on.method, "method", key.method);
  // A name stands for many addresses: their own would make one series each.
  put(on.url, "url", name);
  put(on.name, "name", name);
  put(on.status, "status", fmt::format("{}", key.status));
  if (key.status != 0) put(on.proto, "proto", protocol_text(key.protocol));
  if (!key.tls_version.empty()) put(on.tls_version, "tls_version", key.tls_version);
  if (!key.error.empty()) put(on.error, "error", key.error);
  if (key.error_code != 0) put(on.error_code, "error_code", fmt::format("{}", key.error_code));
  if (key.expected >= 0)
    put(on.expected_response, "expected_response", key.expected == 1 ? "true" : "false");
  return user.links.recorder->http_series(tags);
}

std::unique_ptr<RequestSeries, void (*)(RequestSeries*)> make_request_series() {
  return {std::make_unique<RequestSeries>().release(),
          [](RequestSeries* series) { std::unique_ptr<RequestSeries>(series).reset(); }};
}

void record_exchange(UserState& user, const HttpCall& call, const Exchange& exchange) {
  std::optional<bool> expected;
  if (call.expected.judged)
    expected = exchange.challenge || (!exchange.error && call.expected.expects(exchange.status));
  const HttpSeries& series =
      user.links.request_series->find(user, call, exchange, exchange.url, expected);
  const HttpTimings& timings = exchange.timings;
  user.links.recorder->add_request(
      series,
      RequestTimes{.blocked = milliseconds(timings.blocked),
                   .connecting = milliseconds(timings.connecting),
                   .tls_handshaking = milliseconds(timings.tls_handshaking),
                   .sending = milliseconds(timings.sending),
                   .waiting = milliseconds(timings.waiting),
                   .receiving = milliseconds(timings.receiving)},
      expected ? std::optional<bool>(!*expected) : std::nullopt, user.wall(), user.metadata);
  if (user.iteration.intended == kNever) return;
  // Of the first request only: what the script did before the others is its own.
  Recorder& recorder = *user.links.recorder;
  recorder.add(recorder.series(*user.links.builtins->http_req_duration_intended, user.tags_now()),
               milliseconds(exchange.end - user.iteration.intended), user.wall(), user.metadata);
  user.iteration.intended = kNever;
}

}  // namespace crema::load

// Everything a load test can be told: k6's options, each with where its value comes from.
#pragma once

#include "crema/base/source.h"
#include "crema/load/schedule/duration.h"
#include "crema/load/schedule/ip_network.h"
#include "crema/load/schedule/scenario.h"
#include "crema/load/schedule/segment.h"

#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace crema::load {

// In the order in which one overrides the other, the last one first.
enum class OptionSource : std::uint8_t { defaults, config_file, script, environment, command_line };
std::string_view option_source_name(OptionSource source);  // "script", "command line"

// A value that may be missing, and which source it comes from. A default is a value too: whoever
// needs to know whether somebody wrote it asks `written()`.
template <class T>
class Option : public std::optional<T> {
 public:
  using std::optional<T>::optional;
  // A value keeps the source that was there.
  template <class U>
    requires(!std::same_as<std::remove_cvref_t<U>, Option> &&
             std::assignable_from<std::optional<T>&, U>)
  Option& operator=(U&& value) {
    std::optional<T>::operator=(std::forward<U>(value));
    return *this;
  }

  OptionSource source = OptionSource::defaults;
  bool written() const { return this->has_value() && source != OptionSource::defaults; }
};

enum class DnsSelection : std::uint8_t { first, round_robin, random };
enum class DnsPreference : std::uint8_t { prefer_ipv4, prefer_ipv6, only_ipv4, only_ipv6, any };
enum class TlsVersionName : std::uint8_t { unset, tls1_0, tls1_1, tls1_2, tls1_3 };

// Its members are overridden one by one.
struct DnsOptions {
  Option<std::string> ttl;  // see parse_dns_ttl
  Option<DnsSelection> select;
  Option<DnsPreference> policy;
};

// How long names are kept: "inf" is for ever (Nanoseconds::max()), "0" not at all, else a duration.
// Fails with "load/option" below 0.
Result<Nanoseconds> parse_dns_ttl(std::string_view text);

struct TlsVersions {
  TlsVersionName min = TlsVersionName::unset;
  TlsVersionName max = TlsVersionName::unset;

  bool operator==(const TlsVersions&) const = default;
};

// A client certificate and the hosts that get it; PEM texts.
struct TlsAuth {
  std::string cert;
  std::string key;
  std::optional<std::string> password;
  std::vector<std::string> domains;  // may start with "*."; empty is every host

  bool operator==(const TlsAuth&) const = default;
};

// What the name of a host stands for. Keys may start with "*." and may end with ":port".
struct HostAddress {
  IpAddress ip;
  std::uint16_t port = 0;  // 0: the port of the request

  bool operator==(const HostAddress&) const = default;
};

// A condition on a metric, as written; what it means is for whoever evaluates it.
struct ThresholdSetting {
  std::string condition;
  bool abort_on_fail = false;
  std::optional<Nanoseconds> delay_abort_eval;
  Span place;
};
using ThresholdSettings = std::map<std::string, std::vector<ThresholdSetting>>;

using Texts = std::vector<std::string>;
using TextMap = std::map<std::string, std::string>;

struct Options {
  // What runs.
  Option<bool> paused;
  Option<std::int64_t> vus;
  Option<Nanoseconds> duration;
  Option<std::int64_t> iterations;
  Option<std::vector<Stage>> stages;
  Option<Scenarios> scenarios;
  Option<ExecutionSegment> execution_segment;
  Option<SegmentSequence> execution_segment_sequence;
  Option<bool> no_setup;
  Option<Nanoseconds> setup_timeout;
  Option<bool> no_teardown;
  Option<Nanoseconds> teardown_timeout;
  Option<Nanoseconds> handle_summary_timeout;
  Option<Nanoseconds> min_iteration_duration;
  // How it talks to servers.
  Option<std::int64_t> rps;
  DnsOptions dns;
  Option<std::int64_t> max_redirects;
  Option<std::string> user_agent;
  Option<std::int64_t> batch;
  Option<std::int64_t> batch_per_host;
  Option<std::string> http_debug;  // "headers", "full"
  Option<bool> insecure_skip_tls_verify;
  Option<Texts> tls_cipher_suites;  // names of RFC 8446 and its forerunners
  Option<TlsVersions> tls_version;
  Option<std::vector<TlsAuth>> tls_auth;
  Option<bool> throw_errors;  // `throw`
  Option<std::vector<IpNetwork>> blacklist_ips;
  Option<Texts> block_hostnames;  // as written: the case of letters does not matter
  Option<std::map<std::string, HostAddress>> hosts;
  Option<bool> no_connection_reuse;
  Option<bool> no_vu_connection_reuse;
  Option<bool> no_cookies_reset;
  Option<bool> discard_response_bodies;
  Option<std::string> local_ips;
  // What is measured and shown.
  Option<ThresholdSettings> thresholds;
  Option<Texts> summary_trend_stats;
  Option<std::string> summary_time_unit;  // "s", "ms", "us"
  Option<Texts> system_tags;              // sorted, known ones only
  Option<TextMap> tags;
  Option<std::int64_t> metric_samples_buffer_size;
  Option<std::string> console_output;
  Option<Texts> out;
  Option<bool> linger;
  Option<bool> no_usage_report;
  Option<bool> web_dashboard;
  Option<Texts> features;
  // Settings of others, kept as JSON text.
  Option<std::string> cloud;
  Option<std::string> ext;
  Option<std::string> collectors;
};

// k6's defaults. `user_agent` is left to the caller.
Options default_options();

}  // namespace crema::load

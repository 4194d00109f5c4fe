#include "settings.h"

#include "crema/load/schedule/options_reading.h"

#include <fmt/format.h>

namespace crema::load {
namespace {

// The version of k6 whose behaviour it has, for servers that look for it.
constexpr std::string_view kUserAgent = "crema/0.1 (k6/2.2.0)";

DnsSelect select_of(DnsSelection selection) {
  switch (selection) {
    case DnsSelection::first:
      return DnsSelect::first;
    case DnsSelection::round_robin:
      return DnsSelect::round_robin;
    default:
      return DnsSelect::random;
  }
}

DnsPolicy policy_of(DnsPreference preference) {
  switch (preference) {
    case DnsPreference::prefer_ipv6:
      return DnsPolicy::prefer_ipv6;
    case DnsPreference::only_ipv4:
      return DnsPolicy::only_ipv4;
    case DnsPreference::only_ipv6:
      return DnsPolicy::only_ipv6;
    case DnsPreference::any:
      return DnsPolicy::any;
    default:
      return DnsPolicy::prefer_ipv4;
  }
}

std::optional<TlsVersion> version_of(TlsVersionName name) {
  switch (name) {
    case TlsVersionName::tls1_0:
      return TlsVersion::tls_1_0;
    case TlsVersionName::tls1_1:
      return TlsVersion::tls_1_1;
    case TlsVersionName::tls1_2:
      return TlsVersion::tls_1_2;
    case TlsVersionName::tls1_3:
      return TlsVersion::tls_1_3;
    default:
      return std::nullopt;
  }
}

}  // namespace

UserSettings user_settings(const Options& options, sys::Environment environment) {
  UserSettings settings;
  settings.system_tags = options.system_tags.value_or(Texts{});
  settings.max_redirects = options.max_redirects.value_or(10);
  settings.batch = options.batch.value_or(20);
  settings.batch_per_host = options.batch_per_host.value_or(6);
  settings.throw_errors = options.throw_errors.value_or(false);
  settings.discard_response_bodies = options.discard_response_bodies.value_or(false);
  settings.no_cookies_reset = options.no_cookies_reset.value_or(false);
  settings.no_vu_connection_reuse = options.no_vu_connection_reuse.value_or(false);
  settings.environment = std::move(environment);
  settings.options_json = options_json(options, UnwrittenOptions::null);
  return settings;
}

Result<ResolverOptions> resolver_options(const Options& options) {
  ResolverOptions resolver;
  if (options.dns.ttl) resolver.ttl = CREMA_TRY(parse_dns_ttl(*options.dns.ttl));
  if (options.dns.select) resolver.select = select_of(*options.dns.select);
  if (options.dns.policy) resolver.policy = policy_of(*options.dns.policy);
  if (options.hosts)
    for (const auto& [name, address] : *options.hosts) {
      const std::string ip = format_ip(address.ip);
      resolver.hosts[name] = address.port == 0 ? ip
                             : address.ip.v6   ? fmt::format("[{}]:{}", ip, address.port)
                                               : fmt::format("{}:{}", ip, address.port);
    }
  if (options.block_hostnames) resolver.blocked_hostnames = *options.block_hostnames;
  if (options.blacklist_ips)
    for (const auto& network : *options.blacklist_ips)
      resolver.blacklisted_ips.push_back(format_ip_network(network));
  return resolver;
}

TlsOptions tls_options(const Options& options) {
  TlsOptions tls;
  tls.protocols = {"h2", "http/1.1"};
  tls.verify = !options.insecure_skip_tls_verify.value_or(false);
  if (options.tls_version) {
    tls.lowest = version_of(options.tls_version->min);
    tls.highest = version_of(options.tls_version->max);
  }
  if (options.tls_cipher_suites) tls.cipher_suites = *options.tls_cipher_suites;
  if (options.tls_auth)
    for (const auto& auth : *options.tls_auth)
      tls.certificates.push_back(
          {auth.domains, auth.cert, auth.key, auth.password.value_or(std::string())});
  return tls;
}

Result<HttpOptions> http_options(const Options& options, const sys::Environment& environment) {
  HttpOptions http;
  http.user_agent = options.user_agent.value_or(std::string(kUserAgent));
  http.no_connection_reuse = options.no_connection_reuse.value_or(false);
  http.proxies = CREMA_TRY(ProxySettings::from(environment));
  return http;
}

ThresholdRequests threshold_options(const Options& options) {
  ThresholdRequests thresholds;
  if (!options.thresholds) return thresholds;
  for (const auto& [metric, settings] : *options.thresholds) {
    std::vector<ThresholdRequest> conditions;
    for (const auto& setting : settings)
      conditions.push_back({setting.condition, setting.abort_on_fail,
                            setting.delay_abort_eval.value_or(Nanoseconds(0))});
    thresholds.emplace_back(metric, std::move(conditions));
  }
  return thresholds;
}

Result<SummaryOptions> summary_options(const Options& options) {
  SummaryOptions summary;
  if (options.summary_trend_stats)
    summary.trend_stats = CREMA_TRY(parse_trend_stats(*options.summary_trend_stats));
  if (options.summary_time_unit)
    summary.time_unit = CREMA_TRY(parse_time_unit(*options.summary_time_unit));
  return summary;
}

}  // namespace crema::load

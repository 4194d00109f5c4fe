#include "crema/load/schedule/options.h"

#include <fmt/format.h>

namespace crema::load {

using namespace std::chrono_literals;

std::string_view option_source_name(OptionSource source) {
  switch (source) {
    case OptionSource::defaults:
      return "defaults";
    case OptionSource::config_file:
      return "config file";
    case OptionSource::script:
      return "script";
    case OptionSource::environment:
      return "environment";
    case OptionSource::command_line:
      return "command line";
  }
  return "";
}

Result<Nanoseconds> parse_dns_ttl(std::string_view text) {
  if (text == "inf") return Nanoseconds::max();
  const Nanoseconds ttl = CREMA_TRY(parse_duration(text));
  if (ttl >= Nanoseconds(0)) return ttl;
  return fail("load/option", fmt::format("\"{}\" is no time to keep names: it is negative", text));
}

Options default_options() {
  Options options;
  options.paused = false;
  options.vus = 1;
  options.no_setup = false;
  options.setup_timeout = 60s;
  options.no_teardown = false;
  options.teardown_timeout = 60s;
  options.handle_summary_timeout = 120s;
  options.min_iteration_duration = 0s;
  options.rps = 0;  // no limit
  options.dns = {.ttl = "5m", .select = DnsSelection::random, .policy = DnsPreference::prefer_ipv4};
  options.max_redirects = 10;
  options.batch = 20;
  options.batch_per_host = 6;
  options.insecure_skip_tls_verify = false;
  options.throw_errors = false;
  options.no_connection_reuse = false;
  options.no_vu_connection_reuse = false;
  options.no_cookies_reset = false;
  options.discard_response_bodies = false;
  options.summary_trend_stats = Texts{"avg", "min", "med", "max", "p(90)", "p(95)"};
  options.system_tags =
      Texts{"check",       "error", "error_code", "expected_response", "group",  "method",
            "name",        "proto", "scenario",   "service",           "status", "subproto",
            "tls_version", "url"};
  options.metric_samples_buffer_size = 1000;
  options.linger = false;
  options.no_usage_report = false;
  options.web_dashboard = false;
  return options;
}

}  // namespace crema::load

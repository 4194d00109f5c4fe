#include "option_table.h"

#include "option_codecs.h"

#include <algorithm>
#include <array>

namespace crema::load {
namespace {

using namespace codec;

template <auto Field>
using FieldType = std::remove_reference_t<decltype(std::declval<Options&>().*Field)>;
template <auto Field>
using ValueType = typename FieldType<Field>::value_type;

template <auto Field, class Codec, class Input>
void read_into(const Input& input, OptionSource source, Options& options) {
  ValueType<Field> value{};
  if (!Codec::read(input, value)) return;
  options.*Field = std::move(value);
  (options.*Field).source = source;
}

template <auto Field>
void override_field(Options& lower, const Options& higher) {
  if ((higher.*Field).written()) lower.*Field = higher.*Field;
}

template <auto Field, class Codec>
constexpr OptionRow json_row(std::string_view key, std::string_view environment = "",
                             OptionPlace place = OptionPlace::anywhere) {
  return {.key = key,
          .environment = environment,
          .flag = {},
          .place = place,
          .read_json = read_into<Field, Codec, JsonInput>,
          .read_text = nullptr,
          .override_with = override_field<Field>,
          .written = [](const Options& options) { return (options.*Field).written(); },
          .write =
              [](const Options& options) {
                const auto& value = options.*Field;
                return value ? Json(Codec::write(*value)) : Json();
              }};
}

template <auto Field, class Codec>
constexpr OptionRow row(std::string_view key, std::string_view environment, OptionFlag flag = {},
                        OptionPlace place = OptionPlace::anywhere) {
  OptionRow result = json_row<Field, Codec>(key, environment, place);
  result.flag = flag;
  result.read_text = read_into<Field, Codec, TextInput>;
  return result;
}

// Tags of a source that has none do not take away those of a lower one.
void override_tags(Options& lower, const Options& higher) {
  const auto& tags = higher.tags;
  if (tags && tags.written() && !tags->empty()) lower.tags = tags;
}

constexpr OptionRow tags_row(OptionFlag flag) {
  OptionRow result = row<&Options::tags, Tags>("tags", "K6_TAGS", flag);
  result.override_with = override_tags;
  return result;
}

// Its members are overridden one by one.
constexpr OptionRow dns_row(OptionFlag flag) {
  return {.key = "dns",
          .environment = "K6_DNS",
          .flag = flag,
          .place = OptionPlace::anywhere,
          .read_json = [](const JsonInput& input, OptionSource source,
                          Options& options) { read_dns(input, source, options.dns); },
          .read_text = [](const TextInput& input, OptionSource source,
                          Options& options) { read_dns(input, source, options.dns); },
          .override_with =
              [](Options& lower, const Options& higher) {
                if (higher.dns.ttl.written()) lower.dns.ttl = higher.dns.ttl;
                if (higher.dns.select.written()) lower.dns.select = higher.dns.select;
                if (higher.dns.policy.written()) lower.dns.policy = higher.dns.policy;
              },
          .written =
              [](const Options& options) {
                return options.dns.ttl.written() || options.dns.select.written() ||
                       options.dns.policy.written();
              },
          .write = [](const Options& options) { return write_dns(options.dns); }};
}

constexpr OptionFlag flag(std::string_view name, std::string_view text, char letter = 0) {
  return {.name = name, .letter = letter, .text = text};
}

constexpr OptionFlag toggle(std::string_view name, std::string_view text, char letter = 0) {
  return {.name = name, .letter = letter, .takes_value = false, .implied = "true", .text = text};
}

constexpr OptionFlag optional_value(std::string_view name, std::string_view implied,
                                    std::string_view text) {
  return {.name = name, .implied = implied, .text = text};
}

constexpr auto kNotInScripts = OptionPlace::not_in_scripts;
constexpr auto kNotInJson = OptionPlace::not_in_json;

constexpr std::array kTable = {
    row<&Options::paused, Boolean>(
        "paused", "K6_PAUSED", toggle("paused", "wait for a signal before the test starts", 'p')),
    row<&Options::vus, Integer>("vus", "K6_VUS", flag("vus", "number of virtual users", 'u')),
    row<&Options::duration, Duration>("duration", "K6_DURATION",
                                      flag("duration", "how long iterations are started", 'd')),
    row<&Options::iterations, Integer>(
        "iterations", "K6_ITERATIONS",
        flag("iterations", "number of iterations, shared by all users", 'i')),
    row<&Options::stages, StageList>(
        "stages", "K6_STAGES",
        flag("stage", "add a stage: duration:target, as in 30s:10; may be repeated", 's')),
    json_row<&Options::scenarios, ScenarioMap>("scenarios"),
    row<&Options::execution_segment, Segment>(
        "executionSegment", "",
        flag("execution-segment", "the share of the test to run: 10%, 1/3, 1/4:1/2")),
    row<&Options::execution_segment_sequence, Sequence>(
        "executionSegmentSequence", "",
        flag("execution-segment-sequence", "the shares of all instances: 0,1/4,1/2,1")),
    row<&Options::no_setup, Boolean>("noSetup", "K6_NO_SETUP",
                                     toggle("no-setup", "do not run setup()")),
    row<&Options::setup_timeout, Duration>("setupTimeout", "K6_SETUP_TIMEOUT"),
    row<&Options::no_teardown, Boolean>("noTeardown", "K6_NO_TEARDOWN",
                                        toggle("no-teardown", "do not run teardown()")),
    row<&Options::teardown_timeout, Duration>("teardownTimeout", "K6_TEARDOWN_TIMEOUT"),
    row<&Options::handle_summary_timeout, Duration>("handleSummaryTimeout",
                                                    "K6_HANDLE_SUMMARY_TIMEOUT"),
    row<&Options::rps, Integer>("rps", "K6_RPS", flag("rps", "limit of requests in a second")),
    dns_row(flag("dns", "how names are resolved: ttl=5m,select=random,policy=preferIPv4")),
    row<&Options::max_redirects, Integer>(
        "maxRedirects", "K6_MAX_REDIRECTS",
        flag("max-redirects", "how many redirects of a request are followed")),
    row<&Options::user_agent, Text>("userAgent", "K6_USER_AGENT",
                                    flag("user-agent", "what requests say who sends them")),
    row<&Options::batch, Integer>("batch", "K6_BATCH",
                                  flag("batch", "most requests of a batch at one time")),
    row<&Options::batch_per_host, Integer>(
        "batchPerHost", "K6_BATCH_PER_HOST",
        flag("batch-per-host", "most requests of a batch at one time to one host")),
    row<&Options::http_debug, Text>(
        "httpDebug", "K6_HTTP_DEBUG",
        optional_value("http-debug", "headers", "log requests and responses; =full: with bodies")),
    row<&Options::insecure_skip_tls_verify, Boolean>(
        "insecureSkipTLSVerify", "K6_INSECURE_SKIP_TLS_VERIFY",
        toggle("insecure-skip-tls-verify", "trust any certificate of a server")),
    json_row<&Options::tls_cipher_suites, CipherSuites>("tlsCipherSuites", "K6_TLS_CIPHER_SUITES"),
    json_row<&Options::tls_version, TlsVersionRange>("tlsVersion"),
    json_row<&Options::tls_auth, TlsAuthList>("tlsAuth", "K6_TLSAUTH"),
    row<&Options::throw_errors, Boolean>(
        "throw", "K6_THROW", toggle("throw", "requests that fail throw exceptions", 'w')),
    json_row<&Options::thresholds, ThresholdMap>("thresholds", "K6_THRESHOLDS"),
    row<&Options::blacklist_ips, IpNetworks>(
        "blacklistIPs", "K6_BLACKLIST_IPS",
        flag("blacklist-ip", "never talk to these addresses: 10.0.0.0/8; may be repeated")),
    row<&Options::block_hostnames, Hostnames>(
        "blockHostnames", "K6_BLOCK_HOSTNAMES",
        flag("block-hostnames", "never talk to these hosts: *.example.com; may be repeated")),
    json_row<&Options::hosts, HostMap>("hosts", "K6_HOSTS"),
    row<&Options::no_connection_reuse, Boolean>(
        "noConnectionReuse", "K6_NO_CONNECTION_REUSE",
        toggle("no-connection-reuse", "a new connection for each request")),
    row<&Options::no_vu_connection_reuse, Boolean>(
        "noVUConnectionReuse", "K6_NO_VU_CONNECTION_REUSE",
        toggle("no-vu-connection-reuse", "new connections for each iteration")),
    row<&Options::min_iteration_duration, Duration>(
        "minIterationDuration", "K6_MIN_ITERATION_DURATION",
        flag("min-iteration-duration", "the least time that an iteration takes")),
    json_row<&Options::cloud, AnyJson>("cloud"),
    json_row<&Options::ext, AnyJson>("ext"),
    row<&Options::summary_trend_stats, TextList>(
        "summaryTrendStats", "K6_SUMMARY_TREND_STATS",
        flag("summary-trend-stats", "what the summary tells of trends: avg,p(95)")),
    row<&Options::summary_time_unit, TimeUnit>(
        "summaryTimeUnit", "K6_SUMMARY_TIME_UNIT",
        flag("summary-time-unit", "the unit of times in the summary: s, ms or us")),
    row<&Options::system_tags, SystemTags>(
        "systemTags", "K6_SYSTEM_TAGS",
        flag("system-tags", "the only system tags that metrics have: url,method")),
    tags_row(flag("tag", "a tag that all metrics get: name=value; may be repeated")),
    row<&Options::metric_samples_buffer_size, Integer>("metricSamplesBufferSize",
                                                       "K6_METRIC_SAMPLES_BUFFER_SIZE"),
    row<&Options::no_cookies_reset, Boolean>("noCookiesReset", "K6_NO_COOKIES_RESET"),
    row<&Options::discard_response_bodies, Boolean>(
        "discardResponseBodies", "K6_DISCARD_RESPONSE_BODIES",
        toggle("discard-response-bodies", "read bodies of responses and do not keep them")),
    row<&Options::features, TextList>(
        "features", "", flag("features", "names of features to switch on"), kNotInScripts),
    row<&Options::out, WholeTexts>(
        "out", "K6_OUT", flag("out", "where samples go, as in json=FILE", 'o'), kNotInScripts),
    row<&Options::linger, Boolean>(
        "linger", "K6_LINGER", toggle("linger", "stay when the test is over", 'l'), kNotInScripts),
    row<&Options::no_usage_report, Boolean>(
        "noUsageReport", "K6_NO_USAGE_REPORT",
        toggle("no-usage-report", "nothing is reported in any case"), kNotInScripts),
    row<&Options::web_dashboard, Boolean>("webDashboard", "K6_WEB_DASHBOARD", {}, kNotInScripts),
    json_row<&Options::collectors, AnyJson>("collectors", "", kNotInScripts),
    row<&Options::console_output, Text>(
        "consoleOutput", "K6_CONSOLE_OUTPUT",
        flag("console-output", "the file that console.log() writes to"), kNotInJson),
    row<&Options::local_ips, LocalIps>(
        "localIPs", "K6_LOCAL_IPS",
        flag("local-ips", "the addresses that users talk from: 10.0.0.1-10.0.0.9"), kNotInJson),
};

}  // namespace

std::span<const OptionRow> option_table() { return kTable; }

bool shows_default(const OptionRow& row) {
  return row.key == "summaryTrendStats" || row.key == "systemTags";
}

}  // namespace crema::load

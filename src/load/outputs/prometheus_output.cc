#include "outputs.h"
#include "prometheus_exporter.h"
#include "pushed_output.h"
#include "value_reading.h"

#include "crema/base/hash.h"
#include "crema/base/strings.h"

#include <algorithm>
#include <array>

namespace crema::load {
namespace {

constexpr std::string_view kName = "prometheus-rw";

Result<PrometheusSeriesOptions> series_options(const OutputValues& values) {
  PrometheusSeriesOptions options;
  if (const auto stats = values.text("trendStats", "K6_PROMETHEUS_RW_TREND_STATS")) {
    options.trend_stats.clear();
    for (const auto stat : split(*stats, ',')) options.trend_stats.emplace_back(trim(stat));
  }
  options.native_histograms = CREMA_TRY(
      values.flag("trendAsNativeHistogram", "K6_PROMETHEUS_RW_TREND_AS_NATIVE_HISTOGRAM", false));
  options.stale_markers =
      CREMA_TRY(values.flag("staleMarkers", "K6_PROMETHEUS_RW_STALE_MARKERS", false));
  return options;
}

using Headers = std::vector<std::pair<std::string, std::string>>;

void set_header(Headers& headers, const std::string& name, std::string value) {
  std::erase_if(headers,
                [&](const auto& header) { return equals_ignore_case(header.first, name); });
  headers.emplace_back(name, std::move(value));
}

Result<Headers> headers_of(const OutputValues& values) {
  Headers headers;
  const auto user = values.text("username", "K6_PROMETHEUS_RW_USERNAME");
  if (user) {
    const auto password = values.text("password", "K6_PROMETHEUS_RW_PASSWORD").value_or("");
    set_header(headers, "Authorization", "Basic " + base64_encode(*user + ":" + password));
  }
  for (auto& [name, value] : values.members("headers", "K6_PROMETHEUS_RW_HEADERS_"))
    set_header(headers, name, value);
  if (const auto listed = values.text("", "K6_PROMETHEUS_RW_HTTP_HEADERS")) {
    for (const auto pair : split(*listed, ',')) {
      const auto parts = split(pair, ':');
      // A value may be a secret: it is not shown.
      if (parts.size() != 2)
        return values.fault("K6_PROMETHEUS_RW_HTTP_HEADERS",
                            "a header is no pair of name and value",
                            "write NAME:VALUE, and a comma between two headers");
      set_header(headers, std::string(parts[0]), std::string(parts[1]));
    }
  }
  if (const auto token = values.text("bearerToken", "K6_PROMETHEUS_RW_BEARER_TOKEN"))
    set_header(headers, "Authorization", "Bearer " + *token);
  set_header(headers, "Content-Encoding", "snappy");
  set_header(headers, "Content-Type", "application/x-protobuf");
  set_header(headers, "X-Prometheus-Remote-Write-Version", "0.1.0");
  return headers;
}

Result<TlsOptions> tls_options(const OutputValues& values) {
  TlsOptions tls;
  tls.verify = !CREMA_TRY(
      values.flag("insecureSkipTLSVerify", "K6_PROMETHEUS_RW_INSECURE_SKIP_TLS_VERIFY", false));
  const auto lowest = values.text("tlsMinVersion", "K6_PROMETHEUS_RW_TLS_MINIMUM_VERSION");
  tls.lowest = lowest == "1.2" ? TlsVersion::tls_1_2 : TlsVersion::tls_1_3;
  const auto certificate = values.text("clientCertificate", "K6_PROMETHEUS_RW_CLIENT_CERTIFICATE");
  const auto key = values.text("clientCertificateKey", "K6_PROMETHEUS_RW_CLIENT_CERTIFICATE_KEY");
  if (certificate && key)
    tls.certificates.push_back(CREMA_TRY(client_certificate(*certificate, *key)));
  return tls;
}

Result<> refuse_what_is_missing(const OutputValues& values) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kSignature = {{
      {"sigV4Region", "K6_PROMETHEUS_RW_SIGV4_REGION"},
      {"sigV4AccessKey", "K6_PROMETHEUS_RW_SIGV4_ACCESS_KEY"},
      {"sigV4SecretKey", "K6_PROMETHEUS_RW_SIGV4_SECRET_KEY"},
  }};
  for (const auto& [key, variable] : kSignature) {
    if (values.text(key, variable))
      return values.fault(variable, "not supported: requests signed for AWS",
                          "send to a proxy that signs them");
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Output>> make_prometheus_output(const std::string& argument,
                                                       const OutputSettings& settings) {
  // The config file knows it by k6's name.
  const auto values = CREMA_TRY(OutputValues::create("experimental-prometheus-rw", settings));
  CREMA_TRY(refuse_what_is_missing(values));
  auto exporter =
      CREMA_TRY(make_prometheus_exporter(CREMA_TRY(series_options(values)), *settings.clock));
  const auto interval = CREMA_TRY(duration_value(
      values, "pushInterval", "K6_PROMETHEUS_RW_PUSH_INTERVAL", std::chrono::seconds(5)));
  SenderOptions sending{.url = argument.empty()
                                   ? values.text("url", "K6_PROMETHEUS_RW_SERVER_URL")
                                         .value_or("http://localhost:9090/api/v1/write")
                                   : argument,
                        .headers = CREMA_TRY(headers_of(values)),
                        .tls = CREMA_TRY(tls_options(values)),
                        .without_tls = "begin K6_PROMETHEUS_RW_SERVER_URL with http://"};
  auto sender = make_http_sender(*settings.clock, std::move(sending));
  if (!sender && sender.error().code != "load/url") return fail(std::move(sender).error());
  if (!sender)
    return values.fault("K6_PROMETHEUS_RW_SERVER_URL", sender.error().message,
                        "write it as in http://localhost:9090/api/v1/write");
  return std::make_unique<PushedOutput>(std::move(exporter), std::move(*sender),
                                        PushSettings{.name = std::string(kName),
                                                     .interval = interval,
                                                     .clock = settings.clock,
                                                     .warn = settings.warn});
}

}  // namespace crema::load

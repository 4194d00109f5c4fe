#include "opentelemetry_exporter.h"
#include "outputs.h"
#include "pushed_output.h"
#include "value_reading.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::load {
namespace {

constexpr std::string_view kName = "opentelemetry";
constexpr std::string_view kGrpcMethod =
    "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";
// What k6 names itself by; the version is that of the k6 whose behaviour this program has.
constexpr std::string_view kService = "k6";
constexpr std::string_view kServiceVersion = "2.2.0";

using Pairs = std::vector<std::pair<std::string, std::string>>;

// "k1=v1,k2=v2" with escapes. The values may be secrets and are not shown.
Result<Pairs> parse_pairs(const OutputValues& values, std::string_view variable,
                          std::string_view text) {
  Pairs pairs;
  for (const auto part : split(text, ',')) {
    const auto equals = part.find('=');
    const auto name = path_unescaped(trim(part.substr(0, equals)));
    const auto value = equals == std::string_view::npos
                           ? std::nullopt
                           : path_unescaped(trim(part.substr(equals + 1)));
    if (!name || !value)
      return values.fault(variable, "it is no list of name=value",
                          "write name=value, a comma between two, and %2C for a comma within");
    pairs.emplace_back(*name, *value);
  }
  return pairs;
}

Result<Pairs> headers_of(const OutputValues& values) {
  for (const std::string_view variable :
       {"K6_OTEL_HEADERS", "OTEL_EXPORTER_OTLP_METRICS_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"}) {
    const auto key = variable.starts_with("K6_") ? "headers" : "";
    if (const auto text = values.text(key, variable)) return parse_pairs(values, variable, *text);
  }
  return Pairs();
}

void set(Pairs& pairs, const std::string& key, std::string value) {
  std::erase_if(pairs, [&](const auto& pair) { return pair.first == key; });
  pairs.emplace_back(key, std::move(value));
}

Result<Pairs> resource_of(const OutputValues& values) {
  Pairs resource = {{"telemetry.sdk.language", "cpp"},
                    {"telemetry.sdk.name", "crema"},
                    {"telemetry.sdk.version", "0.1"}};
  constexpr std::string_view kAttributes = "OTEL_RESOURCE_ATTRIBUTES";
  if (const auto text = values.text("", kAttributes)) {
    for (auto& [key, value] : CREMA_TRY(parse_pairs(values, kAttributes, *text)))
      set(resource, key, value);
  }
  const auto named = values.text("", "K6_OTEL_SERVICE_NAME");
  const auto known = named ? named : values.text("serviceName", "OTEL_SERVICE_NAME");
  set(resource, "service.name", known.value_or(std::string(kService)));
  set(resource, "service.version",
      values.text("serviceVersion", "K6_OTEL_SERVICE_VERSION")
          .value_or(std::string(kServiceVersion)));
  std::ranges::sort(resource);
  return resource;
}

Result<TlsOptions> tls_options(const OutputValues& values) {
  TlsOptions tls;
  tls.verify =
      !CREMA_TRY(values.flag("tlsInsecureSkipVerify", "K6_OTEL_TLS_INSECURE_SKIP_VERIFY", false));
  tls.lowest = TlsVersion::tls_1_2;
  if (const auto roots = values.text("tlsCertificate", "K6_OTEL_TLS_CERTIFICATE"))
    tls.roots = CREMA_TRY(sys::read_file(*roots));
  const auto certificate = values.text("tlsClientCertificate", "K6_OTEL_TLS_CLIENT_CERTIFICATE");
  const auto key = values.text("tlsClientKey", "K6_OTEL_TLS_CLIENT_KEY");
  if (certificate)
    tls.certificates.push_back(CREMA_TRY(client_certificate(*certificate, key.value_or(""))));
  return tls;
}

// True for gRPC, k6's default.
Result<bool> speaks_grpc(const OutputValues& values) {
  constexpr std::string_view kProtocol = "K6_OTEL_EXPORTER_PROTOCOL";
  constexpr std::string_view kType = "K6_OTEL_EXPORTER_TYPE";  // its older name
  if (const auto protocol = values.text("exporterProtocol", kProtocol)) {
    if (*protocol == "grpc" || *protocol == "http/protobuf") return *protocol == "grpc";
    return values.fault(kProtocol, fmt::format("`{}` is no protocol", *protocol),
                        "use grpc or http/protobuf");
  }
  if (const auto type = values.text("exporterType", kType)) {
    if (*type == "grpc" || *type == "http") return *type == "grpc";
    return values.fault(kType, fmt::format("`{}` is no exporter", *type), "use grpc or http");
  }
  return true;
}

Result<std::string> endpoint_of(const OutputValues& values, std::string_view key,
                                std::string_view variable, std::string_view fallback) {
  auto endpoint = values.text(key, variable).value_or(std::string(fallback));
  if (endpoint.find("://") == std::string::npos) return endpoint;
  return values.fault(
      variable, fmt::format("`{}` has a scheme", endpoint),
      "write host and port only; K6_OTEL_..._EXPORTER_INSECURE=true does without TLS");
}

Result<bool> insecure(const OutputValues& values, std::string_view key, std::string_view variable) {
  bool known = false;
  for (const auto& general : {"OTEL_EXPORTER_OTLP_INSECURE", "OTEL_EXPORTER_OTLP_METRICS_INSECURE"})
    known = CREMA_TRY(values.flag("", general, known));
  return values.flag(key, variable, known);
}

Result<std::chrono::nanoseconds> timeout_of(const OutputValues& values) {
  std::chrono::nanoseconds timeout = std::chrono::seconds(10);
  for (const auto& variable : {"OTEL_EXPORTER_OTLP_TIMEOUT", "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT"})
    timeout = CREMA_TRY(duration_value(values, "", variable, timeout));
  return timeout;
}

Result<> refuse_what_is_missing(const OutputValues& values) {
  constexpr std::string_view kTemporality = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE";
  const auto temporality = values.text("", kTemporality);
  if (!temporality || equals_ignore_case(*temporality, "cumulative")) return {};
  return values.fault(kTemporality, fmt::format("not supported: `{}`", *temporality),
                      "use cumulative; a collector's cumulativetodelta processor makes deltas");
}

Result<std::unique_ptr<Sender>> sender_of(const OutputValues& values,
                                          const OutputSettings& settings) {
  SenderOptions sending{.url = {},
                        .headers = CREMA_TRY(headers_of(values)),
                        .tls = CREMA_TRY(tls_options(values)),
                        .timeout = CREMA_TRY(timeout_of(values))};
  if (CREMA_TRY(speaks_grpc(values))) {
    const bool clear =
        CREMA_TRY(insecure(values, "grpcExporterInsecure", "K6_OTEL_GRPC_EXPORTER_INSECURE"));
    sending.without_tls = "set K6_OTEL_GRPC_EXPORTER_INSECURE=true";
    sending.url =
        fmt::format("{}://{}{}", clear ? "http" : "https",
                    CREMA_TRY(endpoint_of(values, "grpcExporterEndpoint",
                                          "K6_OTEL_GRPC_EXPORTER_ENDPOINT", "localhost:4317")),
                    kGrpcMethod);
    return make_grpc_sender(*settings.clock, std::move(sending));
  }
  const bool clear =
      CREMA_TRY(insecure(values, "httpExporterInsecure", "K6_OTEL_HTTP_EXPORTER_INSECURE"));
  sending.without_tls = "set K6_OTEL_HTTP_EXPORTER_INSECURE=true";
  sending.url = fmt::format(
      "{}://{}{}", clear ? "http" : "https",
      CREMA_TRY(endpoint_of(values, "httpExporterEndpoint", "K6_OTEL_HTTP_EXPORTER_ENDPOINT",
                            "localhost:4318")),
      values.text("httpExporterURLPath", "K6_OTEL_HTTP_EXPORTER_URL_PATH").value_or("/v1/metrics"));
  sending.headers.emplace_back("Content-Type", "application/x-protobuf");
  sending.proxies = CREMA_TRY(ProxySettings::from(settings.environment));
  return make_http_sender(*settings.clock, std::move(sending));
}

}  // namespace

Result<std::unique_ptr<Output>> make_opentelemetry_output(const std::string& argument,
                                                          const OutputSettings& settings) {
  const auto values = CREMA_TRY(OutputValues::create(kName, settings));
  if (!argument.empty())
    return values.fault("-o opentelemetry=...", "it takes nothing behind its name",
                        "say the place in K6_OTEL_GRPC_EXPORTER_ENDPOINT");
  CREMA_TRY(refuse_what_is_missing(values));
  OpenTelemetryOptions options{.resource = CREMA_TRY(resource_of(values))};
  options.prefix = values.text("metricPrefix", "K6_OTEL_METRIC_PREFIX").value_or("");
  options.pair_of_counters =
      !CREMA_TRY(values.flag("singleCounterForRate", "K6_OTEL_SINGLE_COUNTER_FOR_RATE", true));
  // How often k6 takes samples from its buffer: here they are taken as they come.
  CREMA_TRY(
      duration_value(values, "flushInterval", "K6_OTEL_FLUSH_INTERVAL", std::chrono::seconds(1)));
  const auto interval = CREMA_TRY(duration_value(
      values, "exportInterval", "K6_OTEL_EXPORT_INTERVAL", std::chrono::seconds(10)));
  auto sender = CREMA_TRY(sender_of(values, settings));
  return std::make_unique<PushedOutput>(
      make_opentelemetry_exporter(std::move(options), *settings.clock), std::move(sender),
      PushSettings{.name = std::string(kName),
                   .interval = interval,
                   .clock = settings.clock,
                   .warn = settings.warn});
}

}  // namespace crema::load

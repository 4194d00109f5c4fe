// Outputs that send, with a server that answers what a test says.
#include "load/protocol/scripted_server.h"
#include "output_points.h"

#include "crema/load/outputs/all_outputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::load {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kBusy = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy";
const std::string kBad = "HTTP/1.1 400 Bad Request\r\nContent-Length: 7\r\n\r\nno name";

class Pushing : public ::testing::Test {
 protected:
  OutputSettings settings(sys::Environment environment) {
    return {.registry = &points.registry,
            .environment = std::move(environment),
            .clock = host.clock,
            .warn = [this](const Diagnostic& diagnostic) {
              warnings.lock()->push_back(diagnostic.message);
            }};
  }
  // Gives the output one sample, and ends it.
  void run(const std::string& name, sys::Environment environment) {
    auto made = make_output(name, settings(std::move(environment)), all_outputs());
    ASSERT_TRUE(made) << made.error().message;
    points.add(0, *points.builtins.iterations, 1, 0);
    EXPECT_TRUE((*made)->write(points.take()));
    EXPECT_TRUE((*made)->close());
  }
  std::vector<std::string> said() { return *warnings.lock(); }
  Diagnostic refused(const std::string& name, sys::Environment environment) {
    const auto made = make_output(name, settings(std::move(environment)), all_outputs());
    EXPECT_FALSE(made);
    return made ? Diagnostic() : made.error();
  }

  sys::Host host = sys::real_host();
  OutputPoints points;
  Sync<std::vector<std::string>> warnings;
};

TEST_F(Pushing, SendsTheRestWhenTheTestEnds) {
  ScriptedServer server({{reply(ok(""))}});
  run("prometheus-rw", {{"K6_PROMETHEUS_RW_SERVER_URL", server.url("/write")},
                        {"K6_PROMETHEUS_RW_USERNAME", "user"},
                        {"K6_PROMETHEUS_RW_PASSWORD", "secret"},
                        {"K6_PROMETHEUS_RW_HEADERS_X-Scope-OrgID", "demo"},
                        {"K6_PROMETHEUS_RW_HTTP_HEADERS", "X-A:1,X-B:2"}});
  ASSERT_EQ(server.requests().size(), 1U);
  const auto request = server.requests().front();
  EXPECT_THAT(request, HasSubstr("POST /write HTTP/1.1"));
  EXPECT_THAT(request, HasSubstr("\r\nAuthorization: Basic dXNlcjpzZWNyZXQ=\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nX-Scope-Orgid: demo\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nX-A: 1\r\nX-B: 2\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nContent-Encoding: snappy\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nX-Prometheus-Remote-Write-Version: 0.1.0\r\n"));
  EXPECT_THAT(said(), IsEmpty());
}

TEST_F(Pushing, SendsAgainWhatABusyServerDidNotTake) {
  ScriptedServer server({{reply(kBusy), reply(ok(""))}});
  run("prometheus-rw", {{"K6_PROMETHEUS_RW_SERVER_URL", server.url()}});
  EXPECT_EQ(server.requests().size(), 2U);
  EXPECT_THAT(said(), ElementsAre(HasSubstr("503 Service Unavailable: busy"),
                                  HasSubstr("takes measurements again")));
}

TEST_F(Pushing, DoesNotRepeatWhatAServerRefuses) {
  ScriptedServer server({{reply(kBad), reply(ok(""))}});
  run("prometheus-rw", {{"K6_PROMETHEUS_RW_SERVER_URL", server.url()}});
  EXPECT_EQ(server.requests().size(), 1U);
  EXPECT_THAT(said(), ElementsAre(HasSubstr("400 Bad Request: no name")));
}

TEST_F(Pushing, SaysThatAServerIsAwayAndWhatThatCost) {
  std::string url;
  {
    ScriptedServer gone({});
    url = gone.url();
  }
  run("prometheus-rw", {{"K6_PROMETHEUS_RW_SERVER_URL", url}});
  EXPECT_THAT(said(), ElementsAre(HasSubstr("connection refused"),
                                  HasSubstr("the last measurements did not arrive")));
}

TEST_F(Pushing, SendsOtlpOverHttp) {
  ScriptedServer server({{reply(ok(""))}});
  run("opentelemetry", {{"K6_OTEL_EXPORTER_PROTOCOL", "http/protobuf"},
                        {"K6_OTEL_HTTP_EXPORTER_INSECURE", "true"},
                        {"K6_OTEL_HTTP_EXPORTER_ENDPOINT", server.url("").substr(7)},
                        {"K6_OTEL_HEADERS", "X-Key=a%2Cb,X-Other=c"}});
  ASSERT_EQ(server.requests().size(), 1U);
  const auto request = server.requests().front();
  EXPECT_THAT(request, HasSubstr("POST /v1/metrics HTTP/1.1"));
  EXPECT_THAT(request, HasSubstr("\r\nX-Key: a,b\r\nX-Other: c\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nContent-Type: application/x-protobuf\r\n"));
  EXPECT_THAT(said(), IsEmpty());
}

TEST_F(Pushing, SaysThatAServerSpeaksNoGrpc) {
  ScriptedServer server({{closing(ok("hello"))}, {closing(ok("hello"))}, {closing(ok("hello"))}});
  run("opentelemetry", {{"K6_OTEL_GRPC_EXPORTER_INSECURE", "true"},
                        {"K6_OTEL_GRPC_EXPORTER_ENDPOINT", server.url("").substr(7)}});
  EXPECT_THAT(said(), ElementsAre(HasSubstr("takes no measurements"),
                                  HasSubstr("the last measurements did not arrive")));
}

TEST_F(Pushing, TakesWhatStandsBehindTheName) {
  ScriptedServer server({{reply(ok(""))}});
  run("prometheus-rw=" + server.url("/w"),
      {{"K6_PROMETHEUS_RW_SERVER_URL", "http://localhost:1/"}});
  EXPECT_EQ(server.requests().size(), 1U);
  EXPECT_THAT(refused("opentelemetry=localhost:1", {}).hint, HasSubstr("GRPC_EXPORTER_ENDPOINT"));
}

TEST_F(Pushing, MakesTheDatabaseAndWritesLines) {
  ScriptedServer server({{reply(ok("{}"))}, {reply(kBusy), reply(ok(""))}});
  const auto address = "http://user:secret@" + server.url("").substr(7);
  run("influxdb=" + address + "/my db?precision=s", {{"K6_INFLUXDB_DB", "other"}});
  ASSERT_EQ(server.requests().size(), 3U);
  EXPECT_THAT(server.requests()[0],
              HasSubstr("POST /query?q=CREATE+DATABASE+%22my+db%22 HTTP/1.1"));
  EXPECT_THAT(server.requests()[1], HasSubstr("POST /write?db=my+db&precision=s HTTP/1.1"));
  EXPECT_THAT(server.requests()[2], HasSubstr("Authorization: Basic dXNlcjpzZWNyZXQ="));
  EXPECT_THAT(server.requests()[2], HasSubstr("iterations value=1 1700000000\n"));
  for (const auto& warning : said()) EXPECT_THAT(warning, Not(HasSubstr("secret")));
}

TEST_F(Pushing, RefusesSettingsThatCannotBe) {
  struct Case {
    std::string name, variable, value, message;
  };
  const std::vector<Case> cases = {
      {"prometheus-rw", "K6_PROMETHEUS_RW_SERVER_URL", "ftp://x", "ftp"},
      {"prometheus-rw", "K6_PROMETHEUS_RW_PUSH_INTERVAL", "soon", "`soon` is no duration"},
      {"prometheus-rw", "K6_PROMETHEUS_RW_PUSH_INTERVAL", "0s", "`0s` is no duration"},
      {"prometheus-rw", "K6_PROMETHEUS_RW_STALE_MARKERS", "maybe", "neither true nor false"},
      {"prometheus-rw", "K6_PROMETHEUS_RW_SIGV4_REGION", "eu", "not supported"},
      {"influxdb", "K6_INFLUXDB_ADDR", "udp://x:1", "udp"},
      {"influxdb", "K6_INFLUXDB_PRECISION", "h", "`h` is no unit"},
      {"influxdb", "K6_INFLUXDB_TAGS_AS_FIELDS", "vu:date", "`date` is no kind"},
      {"opentelemetry", "K6_OTEL_EXPORTER_PROTOCOL", "carrier", "`carrier` is no protocol"},
      {"opentelemetry", "K6_OTEL_GRPC_EXPORTER_ENDPOINT", "http://x:1", "has a scheme"},
      {"opentelemetry", "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta",
       "not supported"},
  };
  for (const auto& [name, variable, value, message] : cases) {
    const auto error = refused(name, {{variable, value}});
    EXPECT_EQ(error.code, "load/output") << variable;
    EXPECT_THAT(error.message, HasSubstr(variable));
    EXPECT_THAT(error.message, HasSubstr(message));
    EXPECT_THAT(error.hint, Not(IsEmpty()));
  }
}

TEST_F(Pushing, ShowsNoSecretInAnError) {
  for (const auto& [name, variable] : {std::pair{"prometheus-rw", "K6_PROMETHEUS_RW_HTTP_HEADERS"},
                                       std::pair{"opentelemetry", "K6_OTEL_HEADERS"}}) {
    const auto error = refused(name, {{variable, "hunter2"}});
    EXPECT_THAT(error.message + error.hint, Not(HasSubstr("hunter2")));
    EXPECT_THAT(error.message, HasSubstr(variable));
  }
}

TEST_F(Pushing, ReadsTheConfigFileBelowTheEnvironment) {
  ScriptedServer server({{reply(ok(""))}});
  auto told = settings({{"K6_PROMETHEUS_RW_SERVER_URL", server.url()}});
  told.collectors =
      R"({"experimental-prometheus-rw":{"url":"http://localhost:1/","headers":{"X-A":"1"},
                        "trendStats":["avg","max"],"staleMarkers":false,"pushInterval":"1m"}})";
  auto made = make_output("experimental-prometheus-rw", told, all_outputs());
  ASSERT_TRUE(made) << made.error().message;
  points.add(0, *points.builtins.iterations, 1, 0);
  EXPECT_TRUE((*made)->write(points.take()));
  EXPECT_TRUE((*made)->close());
  ASSERT_EQ(server.requests().size(), 1U);
  EXPECT_THAT(server.requests().front(), HasSubstr("\r\nX-A: 1\r\n"));
  told.collectors = R"({"experimental-prometheus-rw":7})";
  EXPECT_EQ(make_output("prometheus-rw", told, all_outputs()).error().code, "load/output");
}

TEST_F(Pushing, NamesTheOutputsThereAre) {
  EXPECT_EQ(refused("kafka=x", {}).hint,
            "use one of csv, json, experimental-opentelemetry, experimental-prometheus-rw, "
            "influxdb, opentelemetry, prometheus-rw");
  EXPECT_THAT(refused("cloud", {}).message, HasSubstr("not supported"));
  EXPECT_THAT(refused("web-dashboard", {}).hint, HasSubstr("--web"));
}

}  // namespace
}  // namespace crema::load

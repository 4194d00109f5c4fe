#include "influxdb_exporter.h"
#include "outputs.h"
#include "pushed_output.h"
#include "value_reading.h"

#include "crema/base/hash.h"
#include "crema/base/strings.h"
#include "crema/load/protocol/url.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::load {
namespace {

constexpr std::string_view kName = "influxdb";

// Makes the database before the first message. A user that may not do that, or a database that is
// there, is no error.
class InfluxSender : public Sender {
 public:
  InfluxSender(std::unique_ptr<Sender> maker, std::unique_ptr<Sender> writer)
      : maker_(std::move(maker)), writer_(std::move(writer)) {}

  Receipt send(std::string_view message) override {
    if (maker_ != nullptr) {
      if (auto made = maker_->send(""); made.delivery == Delivery::failed) return made;
      maker_.reset();
    }
    return writer_->send(message);
  }
  const std::string& address() const override { return writer_->address(); }

 private:
  std::unique_ptr<Sender> maker_;
  std::unique_ptr<Sender> writer_;
};

// What stands behind the name: http://user:password@host:port/database?precision=ms. It counts more
// than all else.
class Argument {
 public:
  static Result<Argument> parse(const std::string& text, const OutputValues& values) {
    Argument argument;
    if (text.empty()) return argument;
    auto url = Url::parse(text);
    if (!url)
      return values.fault("-o influxdb=...", url.error().message,
                          "write it as in influxdb=http://localhost:8086/k6");
    argument.url_ = std::move(*url);
    for (const auto part : split(argument.url_->query, '&')) {
      const auto equals = std::min(part.find('='), part.size());
      const auto value = part.substr(std::min(equals + 1, part.size()));
      auto& known = argument.query_[std::string(part.substr(0, equals))];
      known += (known.empty() ? "" : ",") + std::string(value);
    }
    return argument;
  }

  std::optional<std::string> address() const {
    if (!url_) return std::nullopt;
    return url_->scheme + "://" + url_->authority;
  }
  std::optional<std::string> database() const {
    if (!url_ || url_->path.size() < 2) return std::nullopt;
    return path_unescaped(url_->path.substr(1));
  }
  std::optional<std::string> user() const { return url_ ? url_->user : std::nullopt; }
  std::optional<std::string> password() const { return url_ ? url_->password : std::nullopt; }
  std::optional<std::string> query(const std::string& name) const {
    const auto found = query_.find(name);
    return found == query_.end() || found->second.empty() ? std::nullopt
                                                          : std::optional(found->second);
  }

 private:
  std::optional<Url> url_;
  std::map<std::string, std::string> query_;
};

Result<std::int64_t> unit_of(const OutputValues& values, const std::string& precision) {
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 6> kUnits = {{
      {"ns", 1},
      {"n", 1},
      {"u", 1'000},
      {"us", 1'000},
      {"ms", 1'000'000},
      {"s", 1'000'000'000},
  }};
  for (const auto& [name, unit] : kUnits) {
    if (name == precision) return unit;
  }
  return values.fault("K6_INFLUXDB_PRECISION", fmt::format("`{}` is no unit of time", precision),
                      "use ns, u, ms or s");
}

Result<InfluxOptions> influx_options(const OutputValues& values, const Argument& argument,
                                     const std::string& precision) {
  using Kind = InfluxOptions::Kind;
  constexpr std::array<std::pair<std::string_view, Kind>, 4> kKinds = {{
      {"string", Kind::text},
      {"int", Kind::whole},
      {"float", Kind::real},
      {"bool", Kind::truth},
  }};
  InfluxOptions options;
  options.nanoseconds = CREMA_TRY(unit_of(values, precision));
  constexpr std::string_view kVariable = "K6_INFLUXDB_TAGS_AS_FIELDS";
  const auto asked = argument.query("tagsAsFields");
  const auto text = asked ? asked : values.text("tagsAsFields", kVariable);
  if (!text) return options;
  options.fields.clear();
  for (const auto part : split(*text, ',')) {
    const auto colon = std::min(part.find(':'), part.size());
    const auto kind = colon == part.size() ? "string" : part.substr(colon + 1);
    const auto* found = std::ranges::find(kKinds, kind, &std::pair<std::string_view, Kind>::first);
    if (found == kKinds.end())
      return values.fault(kVariable, fmt::format("`{}` is no kind of field", kind),
                          "write TAG:string, TAG:int, TAG:float or TAG:bool");
    options.fields[std::string(part.substr(0, colon))] = found->second;
  }
  return options;
}

struct Place {
  std::string address;
  std::string query;  // of a write
  std::string database;
};

// A URL with query parameters that are escaped.
Place place_of(const OutputValues& values, const Argument& argument, const std::string& precision) {
  const auto first = [&](std::optional<std::string> asked, std::string_view key,
                         std::string_view variable) {
    return asked ? asked : values.text(key, variable);
  };
  Place place;
  place.address =
      first(argument.address(), "addr", "K6_INFLUXDB_ADDR").value_or("http://localhost:8086");
  place.database = first(argument.database(), "db", "K6_INFLUXDB_DB").value_or("k6");
  // The server's name for microseconds.
  place.query = fmt::format("db={}&precision={}", query_escape(place.database),
                            precision == "us" ? "u" : precision);
  if (const auto kept = first(argument.query("retention"), "retention", "K6_INFLUXDB_RETENTION"))
    place.query += "&rp=" + query_escape(*kept);
  if (const auto level =
          first(argument.query("consistency"), "consistency", "K6_INFLUXDB_CONSISTENCY"))
    place.query += "&consistency=" + query_escape(*level);
  return place;
}

Result<std::unique_ptr<Sender>> sender_of(const OutputValues& values, const Argument& argument,
                                          const Place& place, const sys::Clock& clock) {
  SenderOptions sending;
  sending.without_tls = "begin the address with http://";
  const auto asked = argument.user();
  if (const auto user = asked ? asked : values.text("username", "K6_INFLUXDB_USERNAME")) {
    const auto password =
        asked ? argument.password() : values.text("password", "K6_INFLUXDB_PASSWORD");
    sending.headers.emplace_back("Authorization",
                                 "Basic " + base64_encode(*user + ":" + password.value_or("")));
  }
  const auto known = argument.query("insecure");
  sending.tls.verify = known ? *known == "false"
                             : !CREMA_TRY(values.flag("insecure", "K6_INFLUXDB_INSECURE", false));
  SenderOptions making = sending;
  making.url = fmt::format(
      "{}/query?q={}", place.address,
      query_escape("CREATE DATABASE \"" + replace_all(place.database, "\"", "\\\"") + "\""));
  sending.url = fmt::format("{}/write?{}", place.address, place.query);
  auto maker = make_http_sender(clock, std::move(making));
  auto writer = make_http_sender(clock, std::move(sending));
  if (!maker || !writer)
    return values.fault("K6_INFLUXDB_ADDR", (maker ? writer : maker).error().message,
                        "write it as in http://localhost:8086");
  return std::make_unique<InfluxSender>(std::move(*maker), std::move(*writer));
}

}  // namespace

Result<std::unique_ptr<Output>> make_influxdb_output(const std::string& text,
                                                     const OutputSettings& settings) {
  const auto values = CREMA_TRY(OutputValues::create(kName, settings));
  const auto argument = CREMA_TRY(Argument::parse(text, values));
  if (values.text("proxy", "K6_INFLUXDB_PROXY"))
    return values.fault("K6_INFLUXDB_PROXY", "not supported: a proxy of its own",
                        "send to the server itself");
  const auto asked = argument.query("precision");
  const std::string precision =
      (asked ? asked : values.text("precision", "K6_INFLUXDB_PRECISION")).value_or("ns");
  auto options = CREMA_TRY(influx_options(values, argument, precision));
  auto interval = CREMA_TRY(
      duration_value(values, "pushInterval", "K6_INFLUXDB_PUSH_INTERVAL", std::chrono::seconds(1)));
  const auto place = place_of(values, argument, precision);
  auto sender = CREMA_TRY(sender_of(values, argument, place, *settings.clock));
  return std::make_unique<PushedOutput>(make_influxdb_exporter(std::move(options)),
                                        std::move(sender),
                                        PushSettings{.name = std::string(kName),
                                                     .interval = interval,
                                                     .clock = settings.clock,
                                                     .warn = settings.warn});
}

}  // namespace crema::load

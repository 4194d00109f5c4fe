#include "load_ab.h"

#include "arguments.h"
#include "load_comparison.h"
#include "load_log.h"
#include "output.h"

#include "crema/formats/json.h"
#include "crema/load/compare/verdict_text.h"
#include "crema/load/schedule/duration.h"
#include "crema/load/test_run.h"
#include "crema/sys/signals.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <stop_token>

namespace crema::cli {
namespace {

// Seconds of each side that are left out where a run begins: connections and caches are cold.
constexpr double kWarmUpSeconds = 2;
// Until a cycle of turns begins, and after the last whole one.
constexpr double kAlignmentSeconds = 5;
// Two: more would share the errors among them and find less (load/compare/verdict.h).
constexpr std::uint32_t kLooks = 2;

struct AbOptions {
  std::string a, b, script, duration = "30s", limit = "5m", format = "text";
  std::vector<std::string> margins;
  std::uint32_t rate = 50;
};

constexpr std::string_view kPlain = R"js(import http from 'k6/http';
const servers = {{ a: {a}, b: {b} }};
export const options = {{ discardResponseBodies: true, scenarios: {scenarios} }};
export default function () {{
  const turn = Math.floor(Date.now() / 1000) % 4;
  const side = turn === 0 || turn === 3 ? 'a' : 'b';
  http.get(servers[side], {{ tags: {{ side, name: 'ab' }} }});
}}
)js";

constexpr std::string_view kAround = R"js(import exec from 'k6/execution';
import * as test from {script};
const servers = {{ a: {a}, b: {b} }};
const {{ scenarios, stages, vus, duration, iterations, thresholds, ...kept }} = test.options || {{}};
export const options = {{ ...kept, scenarios: {scenarios} }};
export function setup() {{ return test.setup ? test.setup() : undefined; }}
export function teardown(data) {{ if (test.teardown) test.teardown(data); }}
export default function (data) {{
  const turn = Math.floor(Date.now() / 1000) % 4;
  const side = turn === 0 || turn === 3 ? 'a' : 'b';
  __ENV.BASE_URL = servers[side];
  exec.vu.tags.side = side;
  return test.default(data);
}}
)js";

// Of each side, in seconds.
std::string script_text(const sys::Host& host, const AbOptions& options, double side_seconds) {
  const auto seconds =
      static_cast<std::int64_t>(std::ceil(2 * (side_seconds + kWarmUpSeconds) + kAlignmentSeconds));
  const auto scenarios = fmt::format(
      "{{ ab: {{ executor: 'constant-arrival-rate', rate: {}, timeUnit: '1s', duration: '{}s', "
      "preAllocatedVUs: {}, maxVUs: {}, gracefulStop: '10s' }} }}",
      options.rate, seconds, std::max(10U, options.rate / 10), std::max(100U, options.rate * 2));
  const auto script =
      formats::json_string((host.working_directory / options.script).lexically_normal().string());
  return fmt::format(fmt::runtime(options.script.empty() ? kPlain : kAround),
                     fmt::arg("a", formats::json_string(options.a)),
                     fmt::arg("b", formats::json_string(options.b)),
                     fmt::arg("scenarios", scenarios), fmt::arg("script", script));
}

class AbRun {
 public:
  AbRun(const sys::Host& host, const AbOptions& options)
      : host_(host), options_(options), log_(host, {}) {}

  // Makes both sides longer by so many seconds. False where the test itself failed.
  bool lengthen(double seconds, std::stop_token stop) {
    load::TestRequest request{.script = "-",
                              .standard_input = script_text(host_, options_, seconds),
                              .environment = host_.environment,
                              .no_summary = true,
                              .quiet = true,
                              .sides = true};
    request.environment["BASE_URL"] = options_.a;
    request.log = [this](const load::LogEntry& entry) { log_.write(entry); };
    request.print = [](std::string_view text) { print(text); };
    auto outcome = load::run_test(host_, request, std::move(stop));
    exit_ = outcome.exit;
    if (exit_ != load::LoadExit::ok) return false;
    append(a_, std::move(outcome.side_a));
    append(b_, std::move(outcome.side_b));
    return true;
  }

  const load::RunRecord& a() const { return a_; }
  const load::RunRecord& b() const { return b_; }
  int exit_code() const { return static_cast<int>(exit_); }

 private:
  // Only the first piece keeps its warm-up: the comparison leaves it out. Facts are the worst.
  void append(load::RunRecord& whole, load::RunRecord piece) {
    // The script names the length, which is not what is compared.
    piece.facts.script_hash.clear();
    if (whole.series.empty()) {
      whole = std::move(piece);
      return;
    }
    auto& facts = whole.facts;
    facts.generator_cpu_share =
        std::max(facts.generator_cpu_share, piece.facts.generator_cpu_share);
    facts.steal_share = std::max(facts.steal_share, piece.facts.steal_share);
    facts.loop_lag_p99_ms = std::max(facts.loop_lag_p99_ms, piece.facts.loop_lag_p99_ms);
    facts.iterations += piece.facts.iterations;
    facts.dropped += piece.facts.dropped;
    auto& from = piece.series.front().blocks;
    auto& to = whole.series.front().blocks;
    const auto cold = std::min(from.size(), static_cast<std::size_t>(kWarmUpSeconds));
    to.insert(to.end(), std::make_move_iterator(from.begin() + static_cast<std::ptrdiff_t>(cold)),
              std::make_move_iterator(from.end()));
  }

  const sys::Host& host_;
  const AbOptions& options_;
  LoadLog log_;
  load::RunRecord a_;
  load::RunRecord b_;
  load::LoadExit exit_ = load::LoadExit::ok;
};

double seconds_of(load::Nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

Result<load::CompareSettings> settings_of(const AbOptions& options) {
  auto settings = CREMA_TRY(comparison_settings(options.margins, kWarmUpSeconds));
  settings.looks = kLooks;
  settings.limit_seconds =
      seconds_of(CREMA_TRY(load::parse_duration(options.limit, load::BareNumber::refused)));
  settings.bootstrap.pairing = load::Pairing::interleaved;
  return settings;
}

std::string shown(const load::RunComparison& comparison, const std::string& format) {
  if (format == "markdown") return comparison_markdown(comparison);
  if (format == "json") return comparison_json(comparison) + "\n";
  return comparison_text(comparison);
}

Result<int> take_turns(const sys::Host& host, const AbOptions& options) {
  auto settings = CREMA_TRY(settings_of(options));
  double wanted =
      seconds_of(CREMA_TRY(load::parse_duration(options.duration, load::BareNumber::refused)));
  if (!(wanted >= 1) || wanted > settings.limit_seconds)
    return fail("load/duration", fmt::format("--duration {}: from 1s to --limit, {}",
                                             options.duration, options.limit));
  std::stop_source stop;
  const sys::SignalWatcher watcher(stop,
                                   [] { ::_exit(static_cast<int>(load::LoadExit::interrupted)); });
  AbRun run(host, options);
  if (options.format == "text")
    print(
        fmt::format("     a: {}\n     b: {}\n\n     turns of a second, a b b a: {} a second, {:g} "
                    "seconds of each\n",
                    options.a, options.b, options.rate, wanted));
  if (!run.lengthen(wanted, stop.get_token())) return run.exit_code();
  while (true) {
    const auto comparison = CREMA_TRY(compare_runs(run.a(), run.b(), settings));
    const auto next = next_length(comparison, settings);
    if (!next) {
      print((options.format == "text" ? "\n" : "") + shown(comparison, options.format));
      return static_cast<int>(exit_of(comparison.verdict));
    }
    if (options.format == "text")
      print(fmt::format("     inconclusive so far: on to {:g} seconds of each\n", *next));
    if (!run.lengthen(std::max(1.0, *next - comparison.base_seconds), stop.get_token()))
      return run.exit_code();
    ++settings.look;
  }
}

}  // namespace

int compare_servers(CommandContext& context) {
  AbOptions options;
  if (const auto ended = parse_arguments(context, "load", [&](CLI::App& app) {
        app.add_option("script", options.script, "a script that asks __ENV.BASE_URL");
        app.add_option("--a", options.a, "the URL of the base")->required();
        app.add_option("--b", options.b, "the URL of what is new")->required();
        app.add_option("--rate", options.rate, "iterations a second")
            ->check(CLI::Range(1, 100'000));
        app.add_option("--duration", options.duration, "how long each side is measured at first");
        app.add_option("--limit", options.limit, "how long each side may be measured");
        app.add_option("--margin", options.margins, "the largest worsening that does not matter")
            ->take_all()
            ->allow_extra_args(false);
        app.add_option("--format", options.format, "text, markdown or json")
            ->check(CLI::IsMember({"text", "markdown", "json"}));
      }))
    return *ended;
  const auto code = take_turns(context.host, options);
  return code ? *code : report(code.error(), context.host);
}

}  // namespace crema::cli

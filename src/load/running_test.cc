#include "running_test.h"

#include "load_record.h"
#include "run_series.h"
#include "settings.h"
#include "start_text.h"
#include "virtual_user.h"

#include "crema/base/hash.h"
#include "crema/load/compare/guard.h"
#include "crema/load/outputs/all_outputs.h"
#include "crema/load/protocol/url.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::load {
namespace {

// The request with a log that no secret gets into.
TestRequest discreet(TestRequest request, const SecretSources& secrets) {
  if (!request.log || request.secret_sources.empty()) return request;
  request.log = [log = request.log, &secrets](const LogEntry& entry) {
    LogEntry hidden = entry;
    hidden.message = secrets.redacted(std::move(hidden.message));
    for (auto& [name, value] : hidden.fields) value = secrets.redacted(std::move(value));
    log(hidden);
  };
  return request;
}

// What stands behind -o, without the user and password of an address.
std::string shown_output(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos) return text;
  const auto url = Url::parse(text.substr(equals + 1));
  return url ? text.substr(0, equals + 1) + url->masked() : text;
}

}  // namespace

RunningTest::RunningTest(const sys::Host& host, const TestRequest& request, std::stop_token stop)
    : host_(host),
      request_(discreet(request, secrets_)),
      stop_(std::move(stop)),
      remote_(host, (host.working_directory / request.script).parent_path(), request_.log),
      files_([this](const std::string& address) { return remote_.fetch(address); }),
      programs_(make_programs(files_)),
      builtins_(registry_),
      collector_(registry_),
      control_(std::in_place, registry_, builtins_, control_tags_) {
  shared_.clock = host.clock;
  shared_.programs = programs_.get();
  shared_.shared_arrays = &shared_arrays_;
  shared_.secrets = &secrets_;
  shared_.registry = &registry_;
  shared_.builtins = &builtins_;
  shared_.test = &facts_;
  shared_.settings = &settings_;
  shared_.log = request_.log;
  shared_.by_part = request.summary_mode == SummaryMode::full;
  settings_.environment = request.environment;
  settings_.init_timeout = request.init_timeout;
  facts_.abort = [this](const std::string& reason) { end(LoadExit::script_aborted, reason); };
}

TestOutcome RunningTest::run() {
  if (!serve_api()) return {.exit = LoadExit::cannot_start_api};
  if (const auto exit = prepare(); exit != LoadExit::ok) return {.exit = exit};
  controls_.enter(TestStage::making_users);
  if (const auto exit = start_workers(); exit != LoadExit::ok) return {.exit = exit};
  if (request_.print && !request_.quiet)
    request_.print(start_text(fleet_ ? fmt::format("{} agents", fleet_->size()) : "local",
                              request_.script, outputs_text_, plan_, striping_));
  wait_while_paused();
  started_ = host_.clock->monotonic();
  facts_.started = started_.time_since_epoch().count();
  TestOutcome outcome{.exit = begin_and_execute()};
  if (outputs_) outputs_->close();
  outcome.exit = finish(outcome.exit);
  linger();
  outcome.measured = series_so_far();
  take_sides(outcome);
  outcome.record = load_record({.collector = collector_,
                                .builtins = builtins_,
                                .thresholds = thresholds_,
                                .duration = scenarios_ended_ - scenarios_started_,
                                .script = request_.script,
                                .measured = outcome.measured});
  outcome.document = document(outcome);
  say_validity(outcome);
  for (auto& worker : workers_) worker.reset();
  return outcome;
}

RunRecord RunningTest::series_so_far() {
  RunRecord record = run_series({.collector = collector_,
                                 .builtins = builtins_,
                                 .begin = wall_started_,
                                 .end = wall_started_ + (scenarios_ended_ - scenarios_started_),
                                 .generator = generator_,
                                 .script_hash = script_hash()});
  if (fleet_) {
    record.facts.cpu_model = fleet_->cpu_models();
    record.facts.cores = fleet_->cores();
  }
  return record;
}

void RunningTest::take_sides(TestOutcome& outcome) {
  if (!sides_) return;
  auto sides = sides_->take(wall_started_, wall_started_ + (scenarios_ended_ - scenarios_started_));
  outcome.side_a =
      outcome.side_b = {.facts = outcome.measured.facts, .block_seconds = 1, .series = {}};
  outcome.side_a.series.push_back(std::move(sides.a));
  outcome.side_b.series.push_back(std::move(sides.b));
}

// Of all files of the test, wherever they stand: a step's workspace is another folder than the
// user's. The load that is asked for belongs to it: flags change it where the files stay the same.
std::string RunningTest::script_hash() const {
  std::vector<std::string> parts;
  for (const auto& [address, content] : files_.all()) parts.push_back(sha256_hex(*content));
  std::ranges::sort(parts);
  std::string text;
  for (const std::string& part : parts) text += part + "\n";
  for (const std::string& line : plan_.descriptions) text += line + "\n";
  return sha256_hex(text);
}

void RunningTest::say_validity(const TestOutcome& outcome) const {
  if (!request_.log || outcome.record->valid) return;
  for (const Breach& breach : check_run(outcome.measured.facts))
    request_.log(LogEntry{LogLevel::warning,
                          "this run is no measure of the system: " + breach.message,
                          {{"hint", breach.hint}}});
}

Inspection RunningTest::inspect(bool requirements) {
  Inspection inspection;
  inspection.exit = read_code();
  if (inspection.exit != LoadExit::ok) return inspection;
  const auto striping = striping_of(code_.options);
  inspection.json = requirements && striping
                        ? options_json_with_requirements(code_.options, *striping)
                        : options_json(code_.options, UnwrittenOptions::null);
  return inspection;
}

Archiving RunningTest::archive(bool with_environment) {
  Archiving archiving;
  archiving.exit = read_code();
  if (archiving.exit != LoadExit::ok) return archiving;
  auto bytes = write_archive(archive_of(code_, files_, with_environment));
  if (bytes) {
    archiving.bytes = std::move(*bytes);
  } else {
    log_diagnostic(request_.log, bytes.error());
    archiving.exit = LoadExit::generic;
  }
  return archiving;
}

LoadExit RunningTest::read_code() {
  if (const auto read = secrets_.read(request_.secret_sources, host_); !read) {
    log_diagnostic(request_.log, read.error());
    return LoadExit::other;
  }
  return read_test_code(request_, shared_, files_, host_, code_);
}

LoadExit RunningTest::prepare() {
  if (const auto exit = read_code(); exit != LoadExit::ok) return exit;
  files_.seal();
  const auto made = make_parts();
  if (shared_.keep_points) control_.emplace(registry_, builtins_, control_tags_, true);
  if (made) return LoadExit::ok;
  log_diagnostic(request_.log, made.error());
  return LoadExit::invalid_options;
}

// What is left of tlsCipherSuites without those that no OpenSSL has any more; all of them where
// nothing would be left.
void RunningTest::leave_out_missing_suites() {
  auto& wanted = code_.options.tls_cipher_suites;
  if (!wanted) return;
  Texts kept;
  for (const std::string& name : *wanted)
    if (TlsContext::has_cipher_suite(name)) kept.push_back(name);
  if (kept.empty() || !request_.log) return;
  for (const std::string& name : *wanted)
    if (std::ranges::find(kept, name) == kept.end())
      request_.log(
          LogEntry{LogLevel::warning,
                   fmt::format("tlsCipherSuites: {} is not there any more, and is left out", name),
                   {}});
  wanted = std::move(kept);
}

Result<> RunningTest::make_parts() {
  leave_out_missing_suites();
  if (!request_.no_thresholds) {
    auto thresholds = CREMA_TRY(ThresholdSet::create(registry_, threshold_options(code_.options)));
    const std::lock_guard lock(controls_.measuring());
    thresholds_ = std::move(thresholds);
  }
  summary_ = CREMA_TRY(summary_options(code_.options));
  striping_ = CREMA_TRY(striping_of(code_.options));
  settings_ = user_settings(code_.options, code_.environment);
  settings_.init_timeout = request_.init_timeout;
  resolver_ = CREMA_TRY(Resolver::create(CREMA_TRY(resolver_options(code_.options))));
  shared_.resolver = resolver_.get();
  shared_.tls = CREMA_TRY(TlsContext::create(tls_options(code_.options)));
  shared_.http = CREMA_TRY(http_options(code_.options, host_.environment));
  shared_.main_address = code_.address;
  plan_ = plan_execution(*code_.options.scenarios, striping_);
  return open_outputs();
}

Result<> RunningTest::open_outputs() {
  if (link_ != nullptr) return {};  // they are the coordinator's
  const auto report = [log = request_.log](const Diagnostic& diagnostic) {
    log_diagnostic(log, diagnostic);
  };
  const OutputSettings settings{.registry = &registry_,
                                .thresholds = &thresholds_,
                                .system_tags = settings_.system_tags,
                                .environment = host_.environment,
                                .collectors = code_.options.collectors.value_or(""),
                                .clock = host_.clock,
                                .warn = report};
  std::vector<std::unique_ptr<Output>> outputs;
  for (const std::string& text : code_.options.out.value_or(Texts{})) {
    outputs.push_back(CREMA_TRY(make_output(text, settings, all_outputs())));
    outputs_text_ += (outputs_text_.empty() ? "" : ", ") + shown_output(text);
  }
  if (request_.sides) {
    sides_ = std::make_shared<SideSeconds>();
    outputs.push_back(make_side_output(sides_));
  }
  if (outputs.empty()) return {};
  shared_.keep_points = true;
  outputs_ = std::make_unique<OutputWriter>(std::move(outputs), report);
  return {};
}

}  // namespace crema::load

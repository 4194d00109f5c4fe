#include "crema/load/test_run.h"

#include "scenario_run.h"
#include "settings.h"
#include "start_text.h"
#include "test_code.h"
#include "user_pool.h"
#include "virtual_user.h"
#include "worker.h"

#include "crema/load/metrics/output.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>

namespace crema::load {
namespace {

using std::chrono::nanoseconds;

constexpr auto kTick = std::chrono::seconds(1);
constexpr auto kThresholdsEvery = std::chrono::seconds(2);

// Why a test ends before its time; the first reason counts.
struct Ending {
  bool asked = false;
  LoadExit exit = LoadExit::ok;
  std::string message;
};

class TestRun {
 public:
  TestRun(const sys::Host& host, const TestRequest& request, std::stop_token stop)
      : host_(host),
        request_(request),
        stop_(std::move(stop)),
        files_([](const std::string& address) -> Result<std::string> {
          return fail("load/module",
                      fmt::format("not supported: the import of {} over the network", address));
        }),
        programs_(make_programs(files_)),
        builtins_(registry_),
        collector_(registry_),
        control_(registry_, builtins_, control_tags_) {
    shared_.clock = host.clock;
    shared_.programs = programs_.get();
    shared_.shared_arrays = &shared_arrays_;
    shared_.registry = &registry_;
    shared_.builtins = &builtins_;
    shared_.test = &facts_;
    shared_.settings = &settings_;
    shared_.log = request.log;
    settings_.environment = request.environment;
    facts_.abort = [this](const std::string& reason) {
      end(LoadExit::script_aborted, reason);
    };
  }

  LoadExit run() {
    if (const auto exit = prepare(); exit != LoadExit::ok) return exit;
    if (const auto exit = start_workers(); exit != LoadExit::ok) return exit;
    if (request_.print && !request_.quiet)
      request_.print(start_text(code_.options, request_.script, outputs_text_, plan_, striping_));
    started_ = host_.clock->monotonic();
    facts_.started = started_.time_since_epoch().count();
    LoadExit exit = begin_and_execute();
    if (outputs_) outputs_->close();
    exit = finish(exit);
    for (auto& worker : workers_) worker.reset();
    return exit;
  }

  Inspection inspect(bool requirements) {
    Inspection inspection;
    inspection.exit = read_test_code(request_, shared_, files_, host_, code_);
    if (inspection.exit != LoadExit::ok) return inspection;
    const auto striping = striping_of(code_.options);
    inspection.json = requirements && striping
                          ? options_json_with_requirements(code_.options, *striping)
                          : options_json(code_.options, UnwrittenOptions::null);
    return inspection;
  }

 private:
  LoadExit prepare() {
    if (const auto exit = read_test_code(request_, shared_, files_, host_, code_);
        exit != LoadExit::ok)
      return exit;
    files_.seal();
    const auto made = make_parts();
    if (made) return LoadExit::ok;
    log_diagnostic(request_.log, made.error());
    return LoadExit::invalid_options;
  }

  Result<> make_parts() {
    if (!request_.no_thresholds)
      thresholds_ = CREMA_TRY(ThresholdSet::create(registry_, threshold_options(code_.options)));
    summary_ = CREMA_TRY(summary_options(code_.options));
    striping_ = CREMA_TRY(striping_of(code_.options));
    settings_ = user_settings(code_.options, request_.environment);
    resolver_ = CREMA_TRY(Resolver::create(CREMA_TRY(resolver_options(code_.options))));
    shared_.resolver = resolver_.get();
    shared_.tls = CREMA_TRY(TlsContext::create(tls_options(code_.options)));
    shared_.http = CREMA_TRY(http_options(code_.options, host_.environment));
    shared_.main_address = code_.address;
    plan_ = plan_execution(*code_.options.scenarios, striping_);
    return open_outputs();
  }

  Result<> open_outputs() {
    std::vector<std::unique_ptr<Output>> outputs;
    for (const std::string& text : code_.options.out.value_or(Texts{})) {
      outputs.push_back(CREMA_TRY(make_output(
          text, {.registry = &registry_, .thresholds = &thresholds_, .system_tags = settings_.system_tags})));
      outputs_text_ += (outputs_text_.empty() ? "" : ", ") + text;
    }
    if (outputs.empty()) return {};
    shared_.keep_points = true;
    outputs_ = std::make_unique<OutputWriter>(
        std::move(outputs), [log = request_.log](const Diagnostic& diagnostic) {
          log_diagnostic(log, diagnostic);
        });
    return {};
  }

  // The threads, each with its share of the users, ready to start.
  LoadExit start_workers() {
    const auto threads = static_cast<std::int64_t>(
        std::clamp<std::size_t>(request_.threads, 1,
                                static_cast<std::size_t>(std::max<std::int64_t>(1, plan_.max_vus))));
    const auto parts = split_segment({}, threads);
    const ExecutionSegment own = code_.options.execution_segment.value_or(ExecutionSegment{});
    const auto own_parts = split_segment(own, threads);
    if (!parts || !own_parts) return LoadExit::invalid_options;
    for (std::int64_t i = 0; i < threads; ++i) {
      auto worker = Worker::start(shared_, static_cast<std::size_t>(i));
      const auto part = static_cast<std::size_t>(i);
      auto in_instance = Striping::make((*parts)[part], *parts);
      auto in_test = threads == 1 ? striping_ : striping_in_test(*own_parts, part);
      if (!worker || !in_instance || !in_test) {
        log_diagnostic(request_.log, !worker        ? worker.error()
                                     : !in_instance ? in_instance.error()
                                                    : in_test.error());
        return LoadExit::generic;
      }
      (*worker)->in_instance = threads == 1 ? Striping() : *in_instance;
      (*worker)->in_test = *in_test;
      workers_.push_back(std::move(*worker));
    }
    return make_users();
  }

  // This process's segment in the sequence of all is cut into one for each thread.
  Result<Striping> striping_in_test(const std::vector<ExecutionSegment>& parts, std::size_t part) {
    SegmentSequence sequence;
    for (const auto& segment : code_.options.execution_segment_sequence.value_or(SegmentSequence{}))
      if (segment == code_.options.execution_segment.value_or(ExecutionSegment{}))
        sequence.insert(sequence.end(), parts.begin(), parts.end());
      else
        sequence.push_back(segment);
    if (sequence.empty()) sequence = parts;
    return Striping::make(parts[part], sequence);
  }

  LoadExit make_users() {
    std::atomic<bool> failed{false};
    on_all([&](Worker& worker) {
      const ExecutionPlan plan = plan_execution(*code_.options.scenarios, worker.in_test);
      for (std::int64_t i = 0; i < plan.planned_vus && !failed; ++i)
        if (!make_user(worker)) failed = true;
    });
    return failed ? LoadExit::script_exception : LoadExit::ok;
  }

  // Runs `body` on a fiber of every worker, and waits.
  void on_all(const std::function<void(Worker&)>& body) {
    Sync<std::size_t> left(workers_.size());
    std::condition_variable done;
    for (auto& worker : workers_)
      worker->begin([&, target = worker.get()] {
        body(*target);
        auto count = left.lock();
        if (--*count == 0) done.notify_all();
      });
    left.lock().wait(done, [](std::size_t count) { return count == 0; });
  }

  LoadExit begin_and_execute() {
    LoadExit exit = LoadExit::ok;
    if (code_.exports("setup") && !code_.options.no_setup.value_or(false))
      exit = call_once("setup", code_.options.setup_timeout.value_or(std::chrono::seconds(60)),
                       LoadExit::setup_timeout, &shared_.setup_data);
    if (exit == LoadExit::ok && !ending_.lock()->asked) {
      execute();
      drop_what_is_left();
    }
    const auto ending = *ending_.lock();
    if (code_.exports("teardown") && !code_.options.no_teardown.value_or(false) &&
        exit == LoadExit::ok) {
      const auto teardown =
          call_once("teardown", code_.options.teardown_timeout.value_or(std::chrono::seconds(60)),
                    LoadExit::teardown_timeout, nullptr);
      if (exit == LoadExit::ok) exit = teardown;
    }
    ended_ = host_.clock->monotonic();
    collect();
    return ending.asked ? ending.exit : exit;
  }

  // setup() or teardown(), in a user of its own.
  LoadExit call_once(const std::string& function, nanoseconds timeout, LoadExit on_timeout,
                     std::string* json) {
    CallResult result;
    bool timed_out = false;
    workers_.front()->call([&] {
      Worker& worker = *workers_.front();
      ScriptUser user(worker.links(), 0);
      result = user.load(code_.address);
      if (result.end != CallEnd::returned) return;
      user.set_setup_data(shared_.setup_data);
      TagStore& store = worker.tags();
      const TagSet* tags = store.empty();
      for (const auto& [key, value] : code_.options.tags.value_or(TextMap{}))
        tags = store.with(tags, key, value);
      user.begin_scenario(tags, nullptr);
      const TimerId timer =
          worker.loop().call_at(worker.loop().now() + timeout, [&user, &timed_out] {
            timed_out = true;
            user.interrupt();
          });
      {
        calling_ = &user;
        result = user.call({.function = function, .wants_json = json != nullptr});
        calling_ = nullptr;
      }
      worker.loop().cancel(timer);
      user.clear_interrupt();
      record_wire(worker, user);
    });
    if (json != nullptr) *json = result.json;
    if (timed_out) {
      if (request_.log)
        request_.log(LogEntry{
            LogLevel::error,
            fmt::format("{}() execution timed out after {} seconds", function,
                        std::chrono::duration<double>(timeout).count()),
            {{"hint", fmt::format("You can increase the time limit via the {}Timeout option",
                                  function)}}});
      return on_timeout;
    }
    if (result.end == CallEnd::threw) {
      log_exception(request_.log, result.error);
      return LoadExit::script_exception;
    }
    return LoadExit::ok;
  }

  void record_wire(Worker& worker, ScriptUser& user) {
    const WireBytes wire = user.take_wire_bytes();
    const sys::WallTime now = host_.clock->wall();
    Recorder& recorder = worker.recorder();
    recorder.add(recorder.series(*builtins_.data_sent, user.tags()),
                 static_cast<double>(wire.sent), now);
    recorder.add(recorder.series(*builtins_.data_received, user.tags()),
                 static_cast<double>(wire.received), now);
  }

  // What shared-iterations did not get to is dropped, and counted once for all threads.
  void drop_what_is_left() {
    for (const auto& shared : scenarios_) {
      if (shared->scenario->executor != ExecutorKind::shared_iterations) continue;
      const std::int64_t left = shared->total - shared->started;
      if (left <= 0) continue;
      const TagSet* tags = control_tags_.with(control_tags_.empty(), "scenario", shared->facts.name);
      control_.add(control_.series(*builtins_.dropped_iterations, tags), static_cast<double>(left),
                   host_.clock->wall());
    }
  }

  void execute() {
    make_scenarios();
    const Time start = host_.clock->monotonic();
    Sync<std::size_t> left(workers_.size());
    std::condition_variable changed;
    for (auto& worker : workers_)
      worker->begin([&, target = worker.get()] {
        run_scenarios(*target, start);
        auto count = left.lock();
        --*count;
        changed.notify_all();
      });
    Time next_tick = start + kTick;
    Time next_thresholds = start + kThresholdsEvery;
    bool ending_sent = false;
    const auto all_done = [&] {
      const auto wait = std::clamp<nanoseconds>(next_tick - host_.clock->monotonic(),
                                                nanoseconds(0), std::chrono::milliseconds(50));
      return left.lock().wait_for(changed, wait, [](std::size_t count) { return count == 0; });
    };
    while (!all_done()) {
      if (stop_.stop_requested())
        end(LoadExit::interrupted,
            "test run was aborted because crema received an 'interrupt' signal");
      if (!ending_sent && ending_.lock()->asked) {
        ending_sent = true;
        abort_scenarios();
      }
      const Time now = host_.clock->monotonic();
      if (now < next_tick) continue;
      next_tick += kTick;
      record_users();
      collect();
      if (now < next_thresholds) continue;
      next_thresholds += kThresholdsEvery;
      judge_while_running(now - started_);
    }
  }

  void make_scenarios() {
    for (const auto& [name, scenario] : *code_.options.scenarios) {
      auto shared = std::make_unique<ScenarioShared>();
      shared->scenario = &scenario;
      shared->facts.name = name;
      shared->facts.executor = executor_name(scenario.executor);
      shared->exec = exec_of(scenario);
      shared->min_iteration_duration =
          code_.options.min_iteration_duration.value_or(Nanoseconds(0));
      shared->reuse_connections = !code_.options.no_vu_connection_reuse.value_or(false);
      shared->tags = code_.options.tags ? &*code_.options.tags : &no_tags_;
      if (const auto own = iteration_striping(scenario, striping_)) shared->instance = *own;
      shared->total = planned_iterations(scenario, striping_);
      scenarios_.push_back(std::move(shared));
    }
  }

  void run_scenarios(Worker& worker, Time start) {
    std::size_t left = 0;
    const Fiber control = worker.loop().current();
    for (auto& shared : scenarios_) {
      if (!has_work(*shared->scenario, worker.in_test)) continue;
      const Time begin = start + start_time_of(*shared->scenario);
      if (shared->facts.start_time == 0) prepare_facts(*shared, begin);
      ++left;
      worker.loop().spawn([&, scenario = shared.get(), begin] {
        make_scenario_run({worker, *scenario, worker.in_test, begin})->run();
        if (--left == 0) worker.loop().wake(control);
      });
    }
    while (left > 0) worker.loop().park();
  }

  void prepare_facts(ScenarioShared& shared, Time begin) {
    const auto wall = host_.clock->wall() + (begin - host_.clock->monotonic());
    shared.facts.start_time =
        std::chrono::duration_cast<std::chrono::milliseconds>(wall.time_since_epoch()).count();
    shared.facts.started = begin;
    const Nanoseconds duration = regular_duration(*shared.scenario);
    shared.facts.progress = [this, &shared, begin, duration] {
      if (shared.total > 0)
        return static_cast<double>(shared.completed) / static_cast<double>(shared.total);
      const auto spent = host_.clock->monotonic() - begin;
      return std::clamp(static_cast<double>(spent.count()) / static_cast<double>(duration.count()),
                        0.0, 1.0);
    };
  }

  void abort_scenarios() {
    for (auto& worker : workers_)
      worker->post([target = worker.get()] {
        for (ScenarioRun* run : target->running) run->abort();
      });
  }

  void end(LoadExit exit, const std::string& message) {
    auto ending = ending_.lock();
    if (ending->asked) return;
    *ending = {true, exit, message};
    if (!message.empty() && request_.log) request_.log(LogEntry{LogLevel::error, message, {}});
  }

  // vus and vus_max, once a second.
  void record_users() {
    const sys::WallTime now = host_.clock->wall();
    const TagSet* tags = control_tags_.empty();
    for (const auto& [key, value] : code_.options.tags.value_or(TextMap{}))
      tags = control_tags_.with(tags, key, value);
    std::int64_t active = 0;
    for (const auto& scenario : scenarios_) active += scenario->active;
    control_.add(control_.series(*builtins_.vus, tags), static_cast<double>(active), now);
    control_.add(control_.series(*builtins_.vus_max, tags),
                 static_cast<double>(facts_.vus_initialized.load()), now);
  }

  void collect() {
    for (auto& worker : workers_) {
      Worker::Measured measured = worker->take_measured();
      collector_.add(std::move(measured.delta));
      if (outputs_) outputs_->push(std::move(measured.points));
    }
    collector_.add(control_.take());
    if (outputs_) outputs_->push(control_.take_points());
  }

  void judge_while_running(nanoseconds elapsed) {
    const auto crossed = thresholds_.evaluate(collector_, elapsed, ThresholdSet::Moment::running);
    if (crossed.abort)
      end(LoadExit::thresholds_failed,
          fmt::format("thresholds on metrics '{}' were crossed; at least one has abortOnFail "
                      "enabled, stopping test prematurely",
                      fmt::join(crossed.metrics, ", ")));
  }

  // Thresholds at the end, summary, exit code.
  LoadExit finish(LoadExit exit) {
    const nanoseconds duration = ended_ - started_;
    const auto crossed = thresholds_.evaluate(collector_, duration, ThresholdSet::Moment::ended);
    summary_.mode = request_.summary_mode;
    summary_.colour = request_.colour;
    summary_.stdout_is_terminal = request_.stdout_is_terminal;
    summary_.stderr_is_terminal = request_.stderr_is_terminal;
    const SummaryFacts facts{.collector = collector_,
                             .thresholds = thresholds_,
                             .duration = duration,
                             .setup_data = shared_.setup_data};
    if (!request_.no_summary) summarise(facts);
    if (!request_.summary_export.empty()) export_summary(facts);
    if (exit != LoadExit::ok) return exit;
    if (facts_.failed) return LoadExit::marked_as_failed;
    if (crossed.metrics.empty()) return LoadExit::ok;
    if (request_.log)
      request_.log(LogEntry{LogLevel::error,
                            fmt::format("thresholds on metrics '{}' have been crossed",
                                        fmt::join(crossed.metrics, ", ")),
                            {}});
    return LoadExit::thresholds_failed;
  }

  void summarise(const SummaryFacts& facts) {
    if (code_.exports("handleSummary")) {
      if (write_own_summary(facts)) return;
    }
    if (request_.print) request_.print(summary_text(facts, summary_));
  }

  // False where handleSummary() failed, so that the default is shown.
  bool write_own_summary(const SummaryFacts& facts) {
    const auto data = handle_summary_json(facts, summary_);
    if (!data) {
      log_diagnostic(request_.log, data.error());
      return false;
    }
    ScriptUser::SummaryResult summary;
    workers_.front()->call([&] {
      Worker& worker = *workers_.front();
      ScriptUser user(worker.links(), 0);
      summary.result = user.load(code_.address);
      if (summary.result.end != CallEnd::returned) return;
      user.begin_scenario(worker.tags().empty(), nullptr);
      const TimerId timer = worker.loop().call_at(
          worker.loop().now() +
              code_.options.handle_summary_timeout.value_or(std::chrono::seconds(120)),
          [&user] { user.interrupt(); });
      summary = user.handle_summary(*data);
      worker.loop().cancel(timer);
      user.clear_interrupt();
    });
    if (summary.result.end != CallEnd::returned) {
      log_exception(request_.log, summary.result.error);
      return false;
    }
    for (const auto& [path, content] : summary.files) write_summary_file(path, content);
    return true;
  }

  void write_summary_file(const std::string& path, const std::string& content) {
    if (path == "stdout") {
      if (request_.print) request_.print(content);
      return;
    }
    if (path == "stderr") {
      if (request_.print_error) request_.print_error(content);
      return;
    }
    if (const auto written = sys::write_file(host_.working_directory / path, content); !written)
      log_diagnostic(request_.log, written.error());
  }

  void export_summary(const SummaryFacts& facts) {
    const auto json = summary_export_json(facts, summary_);
    const auto written = json ? sys::write_file(host_.working_directory / request_.summary_export, *json)
                              : Result<>(json.error());
    if (!written) log_diagnostic(request_.log, written.error());
  }

  const sys::Host& host_;
  const TestRequest& request_;
  std::stop_token stop_;
  ModuleFiles files_;
  std::unique_ptr<Programs, void (*)(Programs*)> programs_;
  SharedArrayTexts shared_arrays_;
  Registry registry_;
  Builtins builtins_;
  ThresholdSet thresholds_;
  Collector collector_;
  TagStore control_tags_;
  Recorder control_;
  TestFacts facts_;
  UserSettings settings_;
  WorkerShared shared_;
  TestCode code_;
  SummaryOptions summary_;
  Striping striping_;
  ExecutionPlan plan_;
  std::unique_ptr<Resolver> resolver_;
  std::unique_ptr<OutputWriter> outputs_;
  std::string outputs_text_;
  TextMap no_tags_;
  std::vector<std::unique_ptr<ScenarioShared>> scenarios_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::atomic<ScriptUser*> calling_{nullptr};
  Sync<Ending> ending_;
  Time started_{};
  Time ended_{};
};

}  // namespace

LoadExit run_test(const sys::Host& host, const TestRequest& request, std::stop_token stop) {
  return TestRun(host, request, std::move(stop)).run();
}

Inspection inspect_test(const sys::Host& host, const TestRequest& request, bool requirements) {
  return TestRun(host, request, {}).inspect(requirements);
}

}  // namespace crema::load

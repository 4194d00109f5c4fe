// The end of a test: thresholds, summary, exit code.
#include "running_test.h"
#include "virtual_user.h"

#include "crema/sys/files.h"

#include <fmt/format.h>

namespace crema::load {
namespace {

// Whose behaviour this is (docs/k6-compatibility.md).
constexpr std::string_view kK6Version = "2.2.0";

}  // namespace

LoadExit RunningTest::finish(LoadExit exit) {
  const std::lock_guard lock(controls_.measuring());
  const Nanoseconds duration = ended_ - started_;
  const auto crossed = thresholds_.evaluate(collector_, duration, ThresholdSet::Moment::ended);
  controls_.taint(!crossed.metrics.empty());
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

void RunningTest::summarise(const SummaryFacts& facts) {
  if (code_.exports("handleSummary")) {
    if (write_own_summary(facts)) return;
  }
  if (request_.print) request_.print(summary_text(facts, summary_));
}

bool RunningTest::write_own_summary(const SummaryFacts& facts) {
  const auto data =
      request_.machine_summary ? machine_summary(facts) : handle_summary_json(facts, summary_);
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

void RunningTest::write_summary_file(const std::string& path, const std::string& content) {
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

Result<std::string> RunningTest::machine_summary(const SummaryFacts& facts) {
  const SourcePtr script = files_.known(code_.address);
  return machine_summary_json(facts, summary_,
                              {.script = script ? std::string(script->text()) : std::string(),
                               .version = std::string(kK6Version),
                               .written_at = host_.clock->wall()});
}

void RunningTest::export_summary(const SummaryFacts& facts) {
  const auto json =
      request_.machine_summary ? machine_summary(facts) : summary_export_json(facts, summary_);
  const auto written =
      json ? sys::write_file(host_.working_directory / request_.summary_export, *json)
           : Result<>(json.error());
  if (!written) log_diagnostic(request_.log, written.error());
}

}  // namespace crema::load

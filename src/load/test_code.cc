#include "test_code.h"

#include "virtual_user.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace crema::load {
namespace {

constexpr std::string_view kStandardInput = "-";

std::string place_text(const Span& span) {
  if (!span.known()) return {};
  return fmt::format("{}:{}:{}", span.source->path(), span.line, span.column);
}

// The options as the script exports them.
Result<OptionsReading> read_script_options(ScriptUser& user, const std::string& address,
                                           CallResult& call) {
  call = user.options();
  if (call.end != CallEnd::returned || call.json.empty()) return OptionsReading{};
  return read_options(std::make_shared<const SourceFile>(address + " (options)", call.json),
                      OptionSource::script);
}

}  // namespace

bool TestCode::exports(std::string_view function) const {
  return std::ranges::find(functions, function) != functions.end();
}

void log_diagnostic(const LogSink& log, const Diagnostic& diagnostic) {
  if (!log) return;
  std::string text = diagnostic.message;
  for (const Note& note : diagnostic.notes) text += "\n\t- " + note.message;
  LogEntry entry{
      .level = diagnostic.severity == Severity::error ? LogLevel::error : LogLevel::warning,
      .message = std::move(text)};
  if (!diagnostic.hint.empty()) entry.fields.emplace_back("hint", diagnostic.hint);
  if (const auto place = place_text(diagnostic.span); !place.empty())
    entry.fields.emplace_back("at", place);
  log(entry);
}

void log_problems(const LogSink& log, const Problems& problems) {
  for (const Diagnostic& problem : problems) log_diagnostic(log, problem);
}

void log_exception(const LogSink& log, const ScriptError& error) {
  if (log) log(LogEntry{LogLevel::error, error.text(), {{"hint", "script exception"}}});
}

LoadExit read_test_code(const TestRequest& request, const WorkerShared& shared, ModuleFiles& files,
                        const sys::Host& host, TestCode& code) {
  if (request.script == kStandardInput) {
    code.address = address_of_path((host.working_directory / "-").string());
    files.put(code.address, request.standard_input);
  } else {
    code.address =
        address_of_path((host.working_directory / request.script).lexically_normal().string());
  }
  auto worker = Worker::start(shared, 0);
  if (!worker) {
    log_diagnostic(request.log, worker.error());
    return LoadExit::generic;
  }
  CallResult loaded;
  Result<OptionsReading> script;
  (*worker)->call([&] {
    ScriptUser user((*worker)->links(), 0);
    loaded = user.load(code.address);
    if (loaded.end != CallEnd::returned) return;
    code.functions = user.functions();
    script = read_script_options(user, code.address, loaded);
  });
  if (loaded.end == CallEnd::aborted) {
    if (request.log) request.log(LogEntry{LogLevel::error, loaded.error.message, {}});
    return LoadExit::script_aborted;
  }
  if (loaded.end != CallEnd::returned) {
    log_exception(request.log, loaded.error);
    return LoadExit::script_exception;
  }
  std::vector<OptionsReading> readings = request.below_script;
  readings.push_back(std::move(*script));
  readings.insert(readings.end(), request.above_script.begin(), request.above_script.end());
  OptionsReading all = consolidate_options(readings);
  derive_scenarios(all.options, all.problems);
  check_options(all.options, &code.functions, all.problems);
  code.options = std::move(all.options);
  code.problems = std::move(all.problems);
  log_problems(request.log, code.problems);
  return has_errors(code.problems) ? LoadExit::invalid_options : LoadExit::ok;
}

}  // namespace crema::load

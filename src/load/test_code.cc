#include "test_code.h"

#include "virtual_user.h"

#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

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

// The bytes of the archive at a path; "" where there is another file, or none.
Result<std::string> archive_at(const std::filesystem::path& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) return std::string();
  std::array<char, 512> first{};
  std::ifstream(path, std::ios::binary).read(first.data(), first.size());
  if (!looks_like_archive({first.data(), first.size()})) return std::string();
  if (size > kLargestArchive)
    return fail("load/archive", fmt::format("the archive {} has {} bytes, more than {}",
                                            path.string(), size, kLargestArchive));
  return sys::read_file(path);
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

Result<> open_test_code(const TestRequest& request, ModuleFiles& files, const sys::Host& host,
                        TestCode& code) {
  const bool given = request.script == kStandardInput;
  const auto path = (host.working_directory / (given ? "-" : request.script)).lexically_normal();
  code.address = address_of_path(path.string());
  code.folder =
      address_of_path(given ? host.working_directory.string() : path.parent_path().string());
  code.environment = request.environment;
  if (given && !looks_like_archive(request.standard_input)) {
    files.put(code.address, request.standard_input);
    return {};
  }
  const std::string bytes = given ? request.standard_input : CREMA_TRY(archive_at(path));
  if (bytes.empty()) return {};
  Archive archive = CREMA_TRY(read_archive(bytes));
  code.address = archive.script;
  code.folder = archive.folder;
  code.environment.merge(archive.environment);
  code.archived = read_options(
      std::make_shared<const SourceFile>(request.script + " (options)", archive.options),
      OptionSource::script);
  files.serve_archive(std::move(archive.files));
  return {};
}

LoadExit read_test_code(const TestRequest& request, const WorkerShared& shared, ModuleFiles& files,
                        const sys::Host& host, TestCode& code) {
  if (const auto opened = open_test_code(request, files, host, code); !opened) {
    log_diagnostic(request.log, opened.error());
    return LoadExit::generic;
  }
  shared.settings->environment = code.environment;
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
    if (code.archived) return;
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
  readings.push_back(code.archived ? *code.archived : std::move(*script));
  readings.insert(readings.end(), request.above_script.begin(), request.above_script.end());
  OptionsReading all = consolidate_options(readings);
  code.given = all.options;
  derive_scenarios(all.options, all.problems);
  check_options(all.options, &code.functions, all.problems);
  code.options = std::move(all.options);
  code.problems = std::move(all.problems);
  log_problems(request.log, code.problems);
  return has_errors(code.problems) ? LoadExit::invalid_options : LoadExit::ok;
}

Archive archive_of(const TestCode& code, const ModuleFiles& files, bool with_environment) {
  Archive archive{.script = archive_address(code.address),
                  .folder = archive_address(code.folder),
                  .options = options_json(code.given, UnwrittenOptions::null),
                  .environment = with_environment ? code.environment : sys::Environment(),
                  .version = {},
                  .files = {}};
  for (const auto& [address, bytes] : files.all()) archive.files[archive_address(address)] = bytes;
  return archive;
}

}  // namespace crema::load

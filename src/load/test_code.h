// A test's script as the engine first meets it: its files, its modules, what it exports.
#pragma once

#include "worker.h"

#include "crema/load/archive.h"
#include "crema/load/exit_codes.h"
#include "crema/load/schedule/options_reading.h"
#include "crema/load/script/module_files.h"
#include "crema/load/script/programs.h"
#include "crema/load/test_run.h"

#include <optional>
#include <string>
#include <vector>

namespace crema::load {

struct TestCode {
  std::string address;           // of the main module
  std::string folder;            // the address of the folder it was started or archived in
  sys::Environment environment;  // __ENV: what an archive has, and the request's over it
  Options options;
  Options given;  // before shortcuts became scenarios
  Problems problems;
  std::vector<std::string> functions;
  std::optional<OptionsReading> archived;  // in the place of what the script exports

  bool exports(std::string_view function) const;
};

// Finds the script, or opens the archive it is in. Nothing of it has run yet.
Result<> open_test_code(const TestRequest& request, ModuleFiles& files, const sys::Host& host,
                        TestCode& code);

// Runs the init code once and reads the options. The exit code says why it failed, after that was
// logged.
LoadExit read_test_code(const TestRequest& request, const WorkerShared& shared, ModuleFiles& files,
                        const sys::Host& host, TestCode& code);

// What was read, as an archive holds it.
Archive archive_of(const TestCode& code, const ModuleFiles& files, bool with_environment);

void log_problems(const LogSink& log, const Problems& problems);
void log_diagnostic(const LogSink& log, const Diagnostic& diagnostic);
void log_exception(const LogSink& log, const ScriptError& error);

}  // namespace crema::load

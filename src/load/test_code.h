// A test's script as the engine first meets it: its files, its modules, what it exports.
#pragma once

#include "worker.h"

#include "crema/load/exit_codes.h"
#include "crema/load/schedule/options_reading.h"
#include "crema/load/script/module_files.h"
#include "crema/load/script/programs.h"
#include "crema/load/test_run.h"

#include <string>
#include <vector>

namespace crema::load {

struct TestCode {
  std::string address;  // of the main module
  Options options;
  Problems problems;
  std::vector<std::string> functions;

  bool exports(std::string_view function) const;
};

// Runs the init code once and reads the options. The exit code says why it failed, after that was
// logged.
LoadExit read_test_code(const TestRequest& request, const WorkerShared& shared, ModuleFiles& files,
                        const sys::Host& host, TestCode& code);

void log_problems(const LogSink& log, const Problems& problems);
void log_diagnostic(const LogSink& log, const Diagnostic& diagnostic);
void log_exception(const LogSink& log, const ScriptError& error);

}  // namespace crema::load

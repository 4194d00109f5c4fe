// Runs a load test from its script to its exit code.
#pragma once

#include "crema/evidence/record.h"
#include "crema/load/compare/series.h"
#include "crema/load/exit_codes.h"
#include "crema/load/metrics/summary.h"
#include "crema/load/progress.h"
#include "crema/load/remote/certificates.h"
#include "crema/load/remote/endpoint.h"
#include "crema/load/schedule/options_reading.h"
#include "crema/load/script/log.h"
#include "crema/sys/host.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace crema::load {

// Agents that make the load in the place of this process.
struct AgentsChoice {
  std::vector<Endpoint> agents;
  CertificateFiles certificates;
  bool go_on = false;   // where one is lost; else the test ends
  Nanoseconds wait{0};  // for agents that are not there yet
};

// A test as it stands, as JSON for whoever draws it: docs/load.md, "The document".
struct TestMoment {
  std::string state;
  // Whole seconds that may have changed since the last moment, by their place.
  std::map<std::int64_t, std::string> seconds;
};

struct TestRequest {
  // The path of a script or an archive, or "-" for what is in `standard_input`, either of them.
  std::string script;
  std::string standard_input;
  std::vector<OptionsReading> below_script;  // the config file
  std::vector<OptionsReading> above_script;  // environment, then command line
  sys::Environment environment;              // __ENV
  std::vector<std::string> secret_sources;   // as --secret-source has them
  SummaryMode summary_mode = SummaryMode::compact;
  bool no_summary = false;
  bool no_thresholds = false;
  std::string summary_export;  // a path; "" for none
  // handleSummary() and the export get the form of --new-machine-readable-summary.
  bool machine_summary = false;
  bool quiet = false;
  Nanoseconds init_timeout = std::chrono::seconds(60);  // of each user's init code
  std::size_t threads = 1;
  std::optional<AgentsChoice> agents;
  std::optional<Endpoint> api;  // where k6's REST interface is served while it runs
  bool sides = false;           // the script has two sides that take turns: TestOutcome::side_a
  bool colour = false;
  bool stdout_is_terminal = false;
  bool stderr_is_terminal = false;
  LogSink log;
  std::function<void(const Progress&)> on_progress;   // once a second; may be empty
  std::function<void(TestMoment)> on_moment;          // the same; costs more
  std::function<void(std::string_view)> print;        // to standard output
  std::function<void(std::string_view)> print_error;  // to standard error
};

// `stop` ends the test gently (no new iterations, running ones are interrupted, teardown and the
// summary still happen).
struct TestOutcome {
  LoadExit exit = LoadExit::ok;
  std::optional<evidence::LoadRun> record;  // none where nothing was run
  std::string document;  // all that was measured, as JSON; empty where nothing was run
  // Second by second, for comparison with other runs; the commit is not in it.
  RunRecord measured;
  // Where `sides` was asked for: what the script did with the tag `side` of value a and b, in turns
  // of a second. Of each four seconds since 1970 the first and the last are those of a.
  RunRecord side_a;
  RunRecord side_b;
};
TestOutcome run_test(const sys::Host& host, const TestRequest& request, std::stop_token stop);

// The options a script has with all that stands over and below it, as `inspect` shows them; with
// its problems logged. The JSON is empty where they have errors.
struct Inspection {
  LoadExit exit = LoadExit::ok;
  std::string json;
};
Inspection inspect_test(const sys::Host& host, const TestRequest& request, bool requirements);

// The test in one file (archive.h): what its init code reads, the options of all sources, and
// `environment` where that is wanted. Its problems are logged; there are no bytes where they are
// errors.
struct Archiving {
  LoadExit exit = LoadExit::ok;
  std::string bytes;
};
Archiving archive_test(const sys::Host& host, const TestRequest& request, bool with_environment);

}  // namespace crema::load

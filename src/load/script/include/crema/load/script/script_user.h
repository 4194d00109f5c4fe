// The script's side of one virtual user: its context, its modules, its calls.
#pragma once

#include "crema/load/core/loop.h"
#include "crema/load/metrics/recorder.h"
#include "crema/load/metrics/tags.h"
#include "crema/load/protocol/http_client.h"
#include "crema/load/script/execution_facts.h"
#include "crema/load/script/log.h"
#include "crema/load/script/script_error.h"
#include "crema/load/script/script_runtime.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crema::load {

class Programs;
class RequestSeries;
class SecretSources;
class SharedArrays;
struct UserState;

// What options decide about the requests and samples of every user.
struct UserSettings {
  std::vector<std::string> system_tags;  // those that are on
  std::int64_t max_redirects = 10;
  std::int64_t batch = 20;
  std::int64_t batch_per_host = 6;
  bool throw_errors = false;
  bool discard_response_bodies = false;
  bool no_cookies_reset = false;
  bool no_vu_connection_reuse = false;
  Duration init_timeout = std::chrono::seconds(60);  // of the init code of a user
  sys::Environment environment;                      // __ENV
  // exec.test.options, as JSON; empty in init code.
  std::string options_json;
};

// What the code of a user reaches. All of it belongs to the user's thread or may be used by many,
// and outlives the user.
struct UserLinks {
  const sys::Clock* clock = nullptr;
  Loop* loop = nullptr;
  ScriptRuntime* runtime = nullptr;
  Programs* programs = nullptr;
  SharedArrays* shared_arrays = nullptr;
  SecretSources* secrets = nullptr;
  Registry* registry = nullptr;
  const Builtins* builtins = nullptr;
  Recorder* recorder = nullptr;
  HttpContext* http = nullptr;  // null where requests cannot be made: `inspect`
  RequestSeries* request_series = nullptr;
  TestFacts* test = nullptr;
  const UserSettings* settings = nullptr;
  LogSink log;
  std::uint64_t seed = 0;  // of Math.random; 0 leaves that to the engine
};

struct CallResult {
  CallEnd end = CallEnd::returned;
  ScriptError error;  // where it threw; the reason where it was aborted
  std::string json;   // of what it returned, where that was asked for; "" for undefined
};

// Every call is made on a fiber of the loop, one at a time.
class ScriptUser {
 public:
  // `id` is __VU; 0 is the one that only reads options, or runs setup, teardown and handleSummary.
  ScriptUser(UserLinks links, std::int64_t id);
  ~ScriptUser();
  ScriptUser(const ScriptUser&) = delete;
  ScriptUser& operator=(const ScriptUser&) = delete;

  // Runs the init code: the module of that address with all that it imports. It threw where it did
  // not end within the settings' init_timeout.
  CallResult load(const std::string& address);
  // Names of the functions the module exports; "default" is one.
  std::vector<std::string> functions() const;
  bool exports(std::string_view function) const;
  // `export const options` as JSON; "" when there is none. An error when it is not an object that
  // can be written as JSON.
  CallResult options();

  // What a call is given.
  enum class Argument : std::uint8_t { none, setup_data, json };
  struct Call {
    std::string_view function = "default";
    Argument argument = Argument::setup_data;
    std::string_view json;    // for Argument::json
    bool wants_json = false;  // of the result
  };
  // Calls an exported function and waits for all it started: promises, timers, requests.
  CallResult call(const Call& call);
  // What setup() returned. Parsed by the first call that needs it.
  void set_setup_data(std::string json);

  // handleSummary(): path, "stdout" or "stderr" -> content.
  struct SummaryResult {
    CallResult result;
    std::vector<std::pair<std::string, std::string>> files;
  };
  SummaryResult handle_summary(std::string_view data_json);

  // The tags of every sample from now on, and what __ENV has beside the environment.
  void begin_scenario(const TagSet* tags, const std::map<std::string, std::string>* environment);
  // A new iteration: __ITER, k6/execution's facts, cookies as at the start, no group.
  void begin_iteration(const IterationFacts& facts);
  // After one that was interrupted: the user can be called again.
  void clear_interrupt();
  // What crossed the wire since the last call.
  WireBytes take_wire_bytes();
  void close_idle_connections();
  const TagSet* tags() const;
  // The wall time of this turn of the loop.
  sys::WallTime wall();

  // Stops the running call from outside its fiber, or by a task of the loop.
  void interrupt();
  // Asked by the engine now and then while code runs; true ends it. Gives way to other fibers where
  // the code has run for long.
  bool on_interrupt();

  UserState& state() { return *state_; }

 private:
  CallResult run_init(const std::string& address);

  std::unique_ptr<UserState> state_;
};

}  // namespace crema::load

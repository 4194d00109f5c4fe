// The options `run`, `resume`, `plan` and `explain` share: which workflows, which event, which
// inputs, secrets and variables.
#pragma once

#include "crema/base/result.h"
#include "crema/expr/value.h"
#include "crema/sys/host.h"
#include "crema/workflow/parse.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace crema::cli {

struct RunOptions {
  std::vector<std::string> files;
  std::string event;    // a name, or a .json file with the payload; "" chooses
  std::string payload;  // of the event, as JSON; "" : made up
  std::string actor;    // github.actor; "": git's user
  std::string base;     // what a push or pull request is compared with
  std::vector<std::string> inputs, secrets, variables, environment, matrix, jobs, actions;
  std::string secret_file, variable_file;
  std::string format = "text";
  std::string break_on;
  std::size_t max_parallel = 0;
  bool strict = false, lenient = false;
  bool in_place = false;
  bool no_builtins = false;
  bool no_shims = false;
  bool no_needs = false;
  bool every_workflow = false;

  workflow::Mode mode() const { return lenient ? workflow::Mode::lenient : workflow::Mode::strict; }
};

// Declares the options a command takes.
void add_workflow_options(CLI::App& app, RunOptions& options);
void add_event_options(CLI::App& app, RunOptions& options);
void add_execution_options(CLI::App& app, RunOptions& options);

// "NAME=VALUE" pairs; for secrets a bare NAME takes the value from crema's own environment. Fails
// with "cli/bad-pair" naming the option.
Result<std::map<std::string, std::string>> parse_pairs(const std::vector<std::string>& texts,
                                                       std::string_view option,
                                                       const sys::Host* environment = nullptr);

// Lines NAME=VALUE, quotes and `export` allowed, # comments: the .env format.
Result<std::map<std::string, std::string>> read_dotenv(const std::string& file);

Result<std::map<std::string, std::string>> all_secrets(const RunOptions& options,
                                                       const sys::Host& host);
Result<std::map<std::string, std::string>> all_variables(const RunOptions& options);

// What the event is: its name and, from a file, its payload.
struct ChosenEvent {
  std::string name;
  expr::Value payload;  // null: made from the repository's state
};
Result<ChosenEvent> choose_event(const RunOptions& options, const sys::Host& host);

}  // namespace crema::cli

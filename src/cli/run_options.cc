#include "run_options.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <utility>

namespace crema::cli {
namespace {

// Removes one pair of quotes; inside double quotes \n, \" and \\ are escapes.
std::string unquote(std::string_view text) {
  if (text.size() < 2 || text.front() != text.back()) return std::string(text);
  const char quote = text.front();
  if (quote != '"' && quote != '\'') return std::string(text);
  text = text.substr(1, text.size() - 2);
  if (quote == '\'') return std::string(text);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      const char next = text[++i];
      out += next == 'n' ? '\n' : next == 't' ? '\t' : next;
    } else {
      out += text[i];
    }
  }
  return out;
}

// One value each time the option is given: what follows is the name of a workflow.
void add_list(CLI::App& app, const std::string& name, std::vector<std::string>& values,
              const std::string& description) {
  app.add_option(name, values, description)->allow_extra_args(false);
}

}  // namespace

void add_workflow_options(CLI::App& app, RunOptions& options) {
  app.add_option("workflow", options.files,
                 "workflow files, folders, or names in .github/workflows; all by default");
  app.add_flag("--strict", options.strict, "refuse what GitHub would refuse (the default)");
  app.add_flag("--lenient", options.lenient, "warn about what GitHub would refuse, and go on")
      ->excludes("--strict");
}

void add_event_options(CLI::App& app, RunOptions& options) {
  app.add_option("--event,-e", options.event,
                 "the event: push, pull_request, workflow_dispatch, ... or a .json payload file");
  app.add_option("--actor", options.actor, "who causes the event; default: git's user.name");
  app.add_option("--base", options.base, "ref that path filters compare with");
  add_list(app, "--input", options.inputs, "NAME=VALUE of a workflow_dispatch input");
  add_list(app, "--var", options.variables, "NAME=VALUE of the vars context");
  app.add_option("--var-file", options.variable_file, ".env file for the vars context");
}

void add_execution_options(CLI::App& app, RunOptions& options) {
  add_list(app, "--secret,-s", options.secrets,
           "NAME=VALUE, or NAME to take it from the environment");
  app.add_option("--secret-file", options.secret_file, ".env file with secrets");
  add_list(app, "--env", options.environment, "NAME=VALUE added to every step's environment");
  add_list(app, "--job,-j", options.jobs, "run only this job and what it needs");
  app.add_flag("--no-needs", options.no_needs, "with --job: without what it needs");
  add_list(app, "--matrix", options.matrix, "KEY=VALUE: only the legs with that value");
  app.add_option("--parallel,-p", options.max_parallel, "jobs at once; default: the processors");
  app.add_flag("--in-place", options.in_place, "run jobs in the working tree, not in a copy");
  add_list(app, "--action", options.actions, "OWNER/NAME=FOLDER: use this folder for that action");
  app.add_flag("--no-builtins", options.no_builtins, "do not replace actions by crema's own");
  app.add_flag("--no-shims", options.no_shims, "do not stand in for programs that are missing");
  app.add_option("--break", options.break_on, "on-failure: open a shell where a step failed")
      ->check(CLI::IsMember({"on-failure"}));
  app.add_option("--format", options.format, "text or json (one event a line)")
      ->check(CLI::IsMember({"text", "json"}));
}

Result<std::map<std::string, std::string>> parse_pairs(const std::vector<std::string>& texts,
                                                       std::string_view option,
                                                       const sys::Host* environment) {
  std::map<std::string, std::string> pairs;
  for (const auto& text : texts) {
    const auto at = text.find('=');
    if (at != std::string::npos && at != 0) {
      pairs[text.substr(0, at)] = text.substr(at + 1);
      continue;
    }
    if (environment != nullptr && at == std::string::npos) {
      if (auto value = environment->variable(text)) {
        pairs[text] = *value;
        continue;
      }
      return fail("cli/no-secret",
                  "the environment has no variable '" + text + "' for " + std::string(option));
    }
    return fail("cli/bad-pair", std::string(option) + " wants NAME=VALUE, not '" + text + "'");
  }
  return pairs;
}

Result<std::map<std::string, std::string>> read_dotenv(const std::string& file) {
  const auto source = std::make_shared<const SourceFile>(file, CREMA_TRY(sys::read_file(file)));
  std::map<std::string, std::string> pairs;
  for (std::uint32_t number = 1; number <= source->line_count(); ++number) {
    std::string_view line = trim(source->line(number));
    if (line.empty() || line.starts_with('#')) continue;
    if (line.starts_with("export ")) line = trim(line.substr(7));
    const auto at = line.find('=');
    if (at == std::string_view::npos || at == 0) {
      // The line is not shown: in such a file it may well be a secret.
      return fail("cli/bad-env-file",
                  file + ":" + std::to_string(number) + ": expected NAME=VALUE");
    }
    pairs[std::string(trim(line.substr(0, at)))] = unquote(trim(line.substr(at + 1)));
  }
  return pairs;
}

Result<std::map<std::string, std::string>> all_secrets(const RunOptions& options,
                                                       const sys::Host& host) {
  std::map<std::string, std::string> secrets;
  if (!options.secret_file.empty()) secrets = CREMA_TRY(read_dotenv(options.secret_file));
  for (auto& [name, value] : CREMA_TRY(parse_pairs(options.secrets, "--secret", &host))) {
    secrets[name] = value;
  }
  return secrets;
}

Result<std::map<std::string, std::string>> all_variables(const RunOptions& options) {
  std::map<std::string, std::string> variables;
  if (!options.variable_file.empty()) variables = CREMA_TRY(read_dotenv(options.variable_file));
  for (auto& [name, value] : CREMA_TRY(parse_pairs(options.variables, "--var"))) {
    variables[name] = value;
  }
  return variables;
}

Result<ChosenEvent> choose_event(const RunOptions& options, const sys::Host& host) {
  if (!options.payload.empty()) {
    return ChosenEvent{options.event, expr::from_json(options.payload).value_or(expr::Value())};
  }
  if (!options.event.ends_with(".json")) return ChosenEvent{options.event, {}};
  const auto path = host.working_directory / options.event;
  const auto text = CREMA_TRY(sys::read_file(path));
  std::string why;
  const auto payload = expr::from_json(text, &why);
  if (!payload || payload->kind() != expr::Kind::object) {
    return fail("cli/bad-event",
                options.event + " is no JSON object" + (why.empty() ? "" : ": " + why));
  }
  // The event a payload belongs to shows in what it has, as GitHub's payloads differ.
  ChosenEvent event{"push", *payload};
  if (!payload->member("pull_request").is_null())
    event.name = "pull_request";
  else if (!payload->member("inputs").is_null())
    event.name = "workflow_dispatch";
  else if (!payload->member("schedule").is_null())
    event.name = "schedule";
  else if (!payload->member("release").is_null())
    event.name = "release";
  else if (!payload->member("workflow_run").is_null())
    event.name = "workflow_run";
  else if (!payload->member("issue").is_null())
    event.name = "issues";
  return event;
}

}  // namespace crema::cli

#include "load_arguments.h"

#include "arguments.h"
#include "load_agent.h"
#include "load_control.h"
#include "output.h"

#include "crema/load/schedule/options_reading.h"
#include "crema/load/schedule/segment.h"
#include "crema/sys/files.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iostream>
#include <iterator>
#include <list>
#include <map>

namespace crema::cli {
namespace {

// What the parser fills for one of k6's options.
struct GivenFlag {
  const load::OptionFlag* flag = nullptr;
  std::vector<std::string> values;
};

// Flags of k6 without which scripts of CI would not start, and why they change nothing here.
struct IgnoredFlag {
  std::string_view names;
  bool takes_value = true;
  std::string_view reason;
};
constexpr std::array kIgnored = std::to_array<IgnoredFlag>({
    {"--compatibility-mode", true, "scripts are standard ECMAScript"},
    {"-t,--type", true, "the ending of a file says what it is: .js or .ts"},
    {"--profiling-enabled", false, "it is of k6's own code"},
});

// Verbs of k6 that need its cloud or its extensions.
constexpr std::array<std::string_view, 4> kOnlyInK6 = {"cloud", "deps", "x", "scale"};

struct Given {
  std::string verb, script;
  std::list<GivenFlag> flags;
  AgentsArguments agents;
  std::vector<std::string> environment;
  std::string init_timeout = "60s";
  std::string address, instance;
  std::string config, summary_mode = "compact", log_format = "text", log_output = "stderr";
  std::optional<std::string> include_environment;
  std::string web, web_export;
  std::array<bool, kIgnored.size()> is_ignored{};
};

std::string option_name(const load::OptionFlag& flag) {
  return flag.letter == 0 ? fmt::format("--{}", flag.name)
                          : fmt::format("-{},--{}", flag.letter, flag.name);
}

void add_option_flags(CLI::App& app, Given& given) {
  for (const load::OptionFlag& flag : load::option_flags()) {
    given.flags.push_back({&flag, {}});
    auto& values = given.flags.back().values;
    const std::string text(flag.text);
    if (!flag.takes_value) {
      app.add_flag_callback(option_name(flag), [&values] { values.emplace_back("true"); }, text);
      continue;
    }
    auto* option = app.add_option(option_name(flag), values, text);
    option->take_all()->allow_extra_args(false);
    if (!flag.implied.empty()) option->expected(0, 1)->default_str(std::string(flag.implied));
  }
}

void add_ignored_flags(CLI::App& app, Given& given) {
  for (std::size_t i = 0; i < kIgnored.size(); ++i) {
    const std::string names(kIgnored[i].names);
    const auto seen = [&given, i](const std::string& /*value*/) { given.is_ignored[i] = true; };
    if (kIgnored[i].takes_value)
      app.add_option_function<std::string>(names, seen);
    else
      app.add_flag_callback(names, [seen] { seen({}); });
  }
}

void declare(CLI::App& app, Given& given, LoadArguments& arguments) {
  add_ignored_flags(app, given);
  app.add_option("verb", given.verb, "run, inspect, archive, new, compare or ab")->required();
  app.add_option("script", given.script, "a file, an archive, or - for standard input");
  add_option_flags(app, given);
  given.agents.declare(app);
  app.add_option("-a,--address", given.address, "serve the REST API there while it runs");
  app.add_option("--instance", given.instance, "K/N: this is number K, from 0, of N instances");
  app.add_option("-e,--env", given.environment, "NAME=VALUE for __ENV")
      ->take_all()
      ->allow_extra_args(false);
  app.add_option("--secret-source", arguments.request.secret_sources,
                 "where k6/secrets finds secrets: file=PATH, mock=NAME=VALUE, url=...")
      ->take_all()
      ->allow_extra_args(false);
  app.add_option("-c,--config", given.config, "a JSON file of options");
  app.add_option("--summary-export", arguments.request.summary_export, "write the summary as JSON");
  app.add_option("--summary-mode", given.summary_mode, "compact, full or disabled");
  app.add_option("--include-system-env-vars", given.include_environment,
                 "put the environment into __ENV");
  app.add_option("--log-format", given.log_format, "text, json or raw");
  app.add_option("--log-output", given.log_output, "stderr, stdout, none or file=PATH");
  app.add_option("--record", arguments.record, "keep the run's record in a file");
  app.add_option("--baseline", arguments.baseline, "compare with a run, latest or a record's file");
  app.add_option("--margin", arguments.margins, "with --baseline: what does not matter, as in 5%")
      ->take_all()
      ->allow_extra_args(false);
  app.add_flag("--web{127.0.0.1}", given.web, "a live page while it runs, at HOST:PORT");
  app.add_option("--web-export", given.web_export, "keep that page in a file");
  app.add_option("--init-timeout", given.init_timeout,
                 "the most init code may take (default: 60s)");
  app.add_option("--threads", arguments.threads, "threads that make load (default: one a core)");
  app.add_flag("--no-summary", arguments.request.no_summary, "do not show the summary");
  app.add_flag("--new-machine-readable-summary", arguments.request.machine_summary,
               "handleSummary() and --summary-export get the form for programs");
  app.add_flag("--no-thresholds", arguments.request.no_thresholds, "do not evaluate thresholds");
  app.add_flag("-q,--quiet", arguments.request.quiet, "say nothing before and while it runs");
  app.add_flag("-v,--verbose", arguments.log.verbose, "show what console.debug says");
  app.add_flag("--no-color", arguments.no_colour, "no colours");
  app.add_flag("--execution-requirements", arguments.requirements,
               "inspect: how long, how many users");
  app.add_option("-O,--archive-out", arguments.archive, "archive: where to, - for standard output");
  app.add_flag("--exclude-env-vars", arguments.exclude_environment,
               "archive: nothing of the environment");
  app.add_flag("-f,--force", arguments.force, "new: write over a file that is there");
}

Result<load::SummaryMode> summary_mode(const std::string& text) {
  if (text == "compact" || text == "legacy") return load::SummaryMode::compact;
  if (text == "full") return load::SummaryMode::full;
  if (text == "disabled") return load::SummaryMode::disabled;
  return fail("load/summary-mode",
              fmt::format("\"{}\" is no summary mode: compact, full and disabled are", text));
}

// __ENV: the environment of this process, and over it what -e says.
Result<sys::Environment> script_environment(const sys::Host& host, const Given& given,
                                            bool included) {
  sys::Environment environment;
  if (given.include_environment ? *given.include_environment == "true" : included)
    environment = host.environment;
  for (const std::string& pair : given.environment) {
    const auto equals = pair.find('=');
    const std::string name = pair.substr(0, equals);
    if (name.empty()) return fail("load/env", fmt::format("-e {}: the name is empty", pair));
    if (equals != std::string::npos)
      environment[name] = pair.substr(equals + 1);
    else if (const auto value = host.variable(name))
      environment[name] = *value;
  }
  return environment;
}

// "2/4" as the third quarter of the test, in a form that a Job's completion index can be put into.
Result<> add_instance(const std::string& text,
                      std::vector<std::pair<std::string, std::string>>& flags) {
  constexpr std::int64_t kMost = 100'000;
  const auto slash = text.find('/');
  const auto number = [](std::string_view digits) -> std::int64_t {
    std::int64_t value = -1;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc() && end == digits.data() + digits.size() ? value : -1;
  };
  const auto which = number(std::string_view(text).substr(0, slash));
  const auto count =
      slash == std::string::npos ? -1 : number(std::string_view(text).substr(slash + 1));
  if (which < 0 || count < 1 || which >= count || count > kMost) {
    auto error = make_error("load/instance", fmt::format("\"{}\" is no instance", text));
    error.hint = "write K/N with K from 0 to N-1, as in 0/4";
    return error;
  }
  const auto parts = CREMA_TRY(load::split_segment({}, count));
  flags.emplace_back("execution-segment",
                     load::format_segment(parts[static_cast<std::size_t>(which)]));
  flags.emplace_back("execution-segment-sequence", load::format_segment_sequence(parts));
  return {};
}

// k6's own variables for its dashboard
// (https://grafana.com/docs/k6/latest/results-output/web-dashboard/). A port of -1 there means no
// page, only the file.
std::optional<std::string> web_of_environment(const sys::Host& host) {
  const auto port = host.variable("K6_WEB_DASHBOARD_PORT");
  if (host.variable("K6_WEB_DASHBOARD") != "true" || port == "-1") return std::nullopt;
  const auto name = host.variable("K6_WEB_DASHBOARD_HOST").value_or("127.0.0.1");
  return fmt::format("{}:{}", name == "localhost" ? "127.0.0.1" : name, port.value_or("0"));
}

Result<> read_options_around(const sys::Host& host, const Given& given,
                             load::TestRequest& request) {
  std::string config =
      given.config.empty() ? host.variable("K6_CONFIG").value_or("") : given.config;
  if (!config.empty()) {
    auto text = CREMA_TRY(sys::read_file(host.working_directory / config));
    request.below_script.push_back(
        load::read_options(std::make_shared<const SourceFile>(config, std::move(text)),
                           load::OptionSource::config_file));
  }
  request.above_script.push_back(load::read_environment_options(host.environment));
  std::vector<std::pair<std::string, std::string>> flags;
  for (const GivenFlag& flag : given.flags)
    for (const std::string& value : flag.values) flags.emplace_back(flag.flag->name, value);
  if (!given.instance.empty()) CREMA_TRY(add_instance(given.instance, flags));
  request.above_script.push_back(load::read_flag_options(flags));
  return {};
}

Result<> fill(const sys::Host& host, const Given& given, LoadArguments& arguments) {
  if (given.verb == "run")
    arguments.verb = LoadVerb::run;
  else if (given.verb == "inspect")
    arguments.verb = LoadVerb::inspect;
  else if (given.verb == "archive")
    arguments.verb = LoadVerb::archive;
  else if (given.verb == "new")
    arguments.verb = LoadVerb::create;
  else if (std::ranges::find(kOnlyInK6, given.verb) != kOnlyInK6.end())
    return fail("load/not-supported", fmt::format("not supported: k6 {}", given.verb));
  else
    return fail("load/verb",
                fmt::format("there is no `crema load {}`: `crema load --help` has those that are",
                            given.verb));
  load::TestRequest& request = arguments.request;
  request.script = given.script;
  if (request.script.empty() && arguments.verb != LoadVerb::create)
    return fail("load/script", fmt::format("`crema load {}` needs a script", given.verb));
  if (request.script == "-")
    request.standard_input.assign(std::istreambuf_iterator<char>(std::cin), {});
  if (const auto source = host.variable("K6_SECRET_SOURCE");
      source && request.secret_sources.empty())
    request.secret_sources.push_back(*source);
  request.agents = CREMA_TRY(given.agents.choice(host));
  if (!given.address.empty())
    request.api = CREMA_TRY(load::parse_endpoint(given.address, kApiPort));
  request.init_timeout = CREMA_TRY(load::parse_duration(given.init_timeout));
  request.summary_mode = CREMA_TRY(summary_mode(given.summary_mode));
  if (given.summary_mode == "legacy")
    arguments.remarks.emplace_back(
        "--summary-mode legacy gives the compact one: k6 v2 has no other");
  request.environment = CREMA_TRY(script_environment(host, given, arguments.verb == LoadVerb::run));
  for (std::size_t i = 0; i < kIgnored.size(); ++i)
    if (given.is_ignored[i])
      arguments.remarks.push_back(
          fmt::format("{} has no effect: {}",
                      kIgnored[i].names.substr(kIgnored[i].names.find("--")), kIgnored[i].reason));
  arguments.log.format = given.log_format;
  arguments.log.output = given.log_output;
  arguments.web = given.web.empty() ? web_of_environment(host) : std::optional(given.web);
  arguments.web_export = given.web_export.empty()
                             ? host.variable("K6_WEB_DASHBOARD_EXPORT").value_or("")
                             : given.web_export;
  return read_options_around(host, given, request);
}

// k6's variables for what is no option of a test; flags count more.
void take_environment(const sys::Host& host, Given& given, load::TestRequest& request) {
  const auto text = [&](std::string_view name, std::string& value) {
    if (const auto found = host.variable(name); found && !found->empty()) value = *found;
  };
  const auto flag = [&](std::string_view name, bool& value) {
    value = host.variable(name).value_or("") == "true";
  };
  text("K6_SUMMARY_MODE", given.summary_mode);
  text("K6_SUMMARY_EXPORT", request.summary_export);
  flag("K6_NO_SUMMARY", request.no_summary);
  flag("K6_NO_THRESHOLDS", request.no_thresholds);
  flag("K6_NEW_MACHINE_READABLE_SUMMARY", request.machine_summary);
}

// Whether it is HOST:PORT or PORT: no script is called so.
bool is_web_address(std::string_view text) {
  const auto port = text.substr(text.rfind(':') + 1);
  return !port.empty() && port.find_first_not_of("0123456789") == std::string_view::npos;
}

// `--web` stands alone as well, before a script; so what follows it is its own only where it looks
// so.
void join_web_address(std::vector<std::string>& arguments) {
  const auto web = std::ranges::find(arguments, "--web");
  if (web == arguments.end() || web + 1 == arguments.end() || !is_web_address(*(web + 1))) return;
  *web += "=" + *(web + 1);
  arguments.erase(web + 1);
}

}  // namespace

std::optional<int> parse_load_arguments(CommandContext& context, LoadArguments& arguments) {
  Given given;
  take_environment(context.host, given, arguments.request);
  join_web_address(context.arguments);
  if (const auto ended =
          parse_arguments(context, "load", [&](CLI::App& app) { declare(app, given, arguments); }))
    return ended;
  if (const auto filled = fill(context.host, given, arguments); !filled)
    return report(filled.error(), context.host);
  return std::nullopt;
}

}  // namespace crema::cli

// `crema load`: load tests with k6 scripts.
#include "arguments.h"
#include "left_evidence.h"
#include "load_ab.h"
#include "load_agent.h"
#include "load_arguments.h"
#include "load_compare.h"
#include "load_comparison.h"
#include "load_control.h"
#include "load_k8s.h"
#include "load_keep.h"
#include "load_log.h"
#include "load_progress.h"
#include "load_records.h"
#include "load_web.h"
#include "output.h"

#include "crema/load/compare/baseline.h"
#include "crema/load/compare/verdict_text.h"
#include "crema/load/test_run.h"
#include "crema/run/repository.h"
#include "crema/sys/files.h"
#include "crema/sys/signals.h"
#include "crema/sys/terminal.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <stop_token>

namespace crema::cli {
namespace {

void print_error(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

// What the end of a test needs beside its outcome.
struct Concluded {
  evidence::Time started;
  const LoadLog& log;
  LoadWeb& web;
};

load::TestRequest request_of(const sys::Host& host, const LoadArguments& arguments, LoadLog& log) {
  load::TestRequest request = arguments.request;
  request.threads = arguments.threads == 0 ? cores() : arguments.threads;
  request.stdout_is_terminal = sys::is_terminal(STDOUT_FILENO);
  request.stderr_is_terminal = sys::is_terminal(STDERR_FILENO);
  request.colour = !arguments.no_colour && sys::wants_colour(host, STDOUT_FILENO);
  request.log = [&log](const load::LogEntry& entry) { log.write(entry); };
  request.print = [&log](std::string_view text) {
    log.show({});
    print(text);
  };
  request.print_error = print_error;
  return request;
}

// Of the code that stands here; "" where git knows nothing.
std::string commit_of(const sys::Host& host) {
  if (const auto sha = host.variable("GITHUB_SHA")) return *sha;
  const auto repository = run::read_repository(find_project(host).root, host);
  return repository ? repository->sha : "";
}

// The record a run is compared with: that of its script, or the only one.
Result<load::RunRecord> baseline_of(const LoadArguments& arguments, LoadRecords records) {
  auto found = records.find(slug(arguments.request.script));
  if (found == records.end() && records.size() == 1) found = records.begin();
  if (found == records.end())
    return fail("load/no-record", fmt::format("{} has no record of {}", arguments.baseline,
                                              arguments.request.script));
  return std::move(found->second);
}

// Says how the run is beside its baseline.
Result<load::RunComparison> compare_with(const LoadArguments& arguments,
                                         const load::RunRecord& baseline,
                                         const load::TestOutcome& outcome) {
  const auto settings = CREMA_TRY(comparison_settings(arguments.margins, 0));
  auto comparison = CREMA_TRY(compare_runs(baseline, outcome.measured, settings));
  print(fmt::format("\n     beside {}:\n\n{}", arguments.baseline, comparison_text(comparison)));
  return comparison;
}

// As a page calls it.
std::string baseline_name(const std::string& baseline) {
  if (baseline == "latest") return "the run before";
  const bool number = baseline.find_first_not_of("0123456789") == std::string::npos;
  return number ? "run " + baseline : baseline;
}

// Found before the run: a baseline that is not there is no reason to wait for the end.
Result<std::optional<load::RunRecord>> find_baseline(const sys::Host& host,
                                                     const LoadArguments& arguments) {
  if (arguments.baseline.empty()) return std::optional<load::RunRecord>();
  return std::optional(
      CREMA_TRY(baseline_of(arguments, CREMA_TRY(find_load_records(host, arguments.baseline)))));
}

// Where to look at it again, and how to hold the next run against it.
void say_where(const LoadArguments& arguments, const KeptLoad& kept, const LoadLog& log) {
  if (arguments.request.quiet || !log.terminal()) return;
  std::string text;
  if (kept.run)
    text = fmt::format(
        "     kept as run {0}: `crema report {0}` draws it; another is held against it by\n"
        "     `crema load run {1} --baseline {0}`\n",
        *kept.run, arguments.request.script);
  if (!arguments.record.empty())
    text +=
        fmt::format("     its record is in {0}: `crema load compare {0} NEW`\n", arguments.record);
  if (!text.empty()) print_error("\n" + text);
}

// What follows a test that has run: comparison, records, pages. Gives the exit code: a regression
// fails a test that was fine by itself.
int conclude(const sys::Host& host, const LoadArguments& arguments, load::TestOutcome& outcome,
             const std::optional<load::RunRecord>& baseline, Concluded parts) {
  outcome.measured.facts.commit = commit_of(host);
  int code = static_cast<int>(outcome.exit);
  std::string beside;
  if (baseline) {
    const auto comparison = compare_with(arguments, *baseline, outcome);
    if (!comparison) {
      code = report(comparison.error(), host);
    } else if (code == 0 && exit_of(comparison->verdict) == ComparisonExit::regression) {
      code = static_cast<int>(ComparisonExit::regression);
    }
    beside = baseline_json(baseline_name(arguments.baseline), *baseline,
                           comparison ? &*comparison : nullptr);
  }
  if (const auto shown = parts.web.finish(outcome.document, beside); !shown)
    report(shown.error(), host);
  const auto kept = keep_load(host, arguments, outcome, beside, parts.started);
  if (kept)
    say_where(arguments, *kept, parts.log);
  else
    report(kept.error(), host);
  return code;
}

int run_script(const sys::Host& host, const LoadArguments& arguments) {
  const auto started = host.clock->wall();
  std::stop_source stop;
  // The second signal is meant: nothing is waited for any more.
  const sys::SignalWatcher watcher(stop,
                                   [] { ::_exit(static_cast<int>(load::LoadExit::interrupted)); });
  LoadLog log(host, arguments.log);
  for (const auto& remark : arguments.remarks)
    log.write({.level = load::LogLevel::warning, .message = remark, .fields = {}});
  const auto baseline = find_baseline(host, arguments);
  if (!baseline) return report(baseline.error(), host);
  auto web = LoadWeb::start(host, arguments);
  if (!web) return report(web.error(), host);
  if (!web->address().empty() && !arguments.request.quiet)
    print_error(fmt::format("live page: {}\n", web->address()));
  auto request = request_of(host, arguments, log);
  LoadProgress progress(host, log);
  if (!arguments.request.quiet)
    request.on_progress = [&progress](const load::Progress& now) { progress.update(now); };
  if (!web->address().empty())
    request.on_moment = [&web](const load::TestMoment& now) { web->tell(now); };
  auto outcome = load::run_test(host, request, stop.get_token());
  if (!outcome.record) return static_cast<int>(outcome.exit);
  progress.end();
  return conclude(host, arguments, outcome, *baseline, {started, log, *web});
}

int inspect_script(const sys::Host& host, const LoadArguments& arguments) {
  LoadLog log(host, arguments.log);
  const auto inspection =
      load::inspect_test(host, request_of(host, arguments, log), arguments.requirements);
  if (!inspection.json.empty()) print(inspection.json + "\n");
  return static_cast<int>(inspection.exit);
}

int archive_script(const sys::Host& host, const LoadArguments& arguments) {
  LoadLog log(host, arguments.log);
  const auto archiving =
      load::archive_test(host, request_of(host, arguments, log), !arguments.exclude_environment);
  if (archiving.exit != load::LoadExit::ok) return static_cast<int>(archiving.exit);
  if (arguments.archive == "-") {
    print(archiving.bytes);
    return 0;
  }
  const auto written = sys::write_file(host.working_directory / arguments.archive, archiving.bytes);
  return written ? 0 : report(written.error(), host);
}

constexpr std::string_view kNewScript = R"(import http from 'k6/http';
import { check, sleep } from 'k6';

export const options = {
  scenarios: {
    browse: { executor: 'constant-vus', vus: 10, duration: '30s' },
  },
  thresholds: {
    http_req_failed: ['rate<0.01'],
    http_req_duration: ['p(95)<200'],
  },
};

export default function () {
  const response = http.get(`${__ENV.BASE_URL || 'http://localhost:8080'}/`);
  check(response, { 'status is 200': (r) => r.status === 200 });
  sleep(1);
}
)";

int new_script(const sys::Host& host, const LoadArguments& arguments) {
  const std::string name =
      arguments.request.script.empty() ? "script.js" : arguments.request.script;
  const auto path = host.working_directory / name;
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored) && !arguments.force) {
    auto taken = make_error("load/exists", fmt::format("{} is there already", name));
    taken.hint = "use --force to write over it";
    return report(taken, host);
  }
  if (const auto written = sys::write_file(path, kNewScript); !written)
    return report(written.error(), host);
  print(fmt::format("New script created: {}\n", name));
  return 0;
}

}  // namespace

int run_load(CommandContext& context) {
  // Verbs with arguments of their own. Those of the second list are told which one they are.
  constexpr std::pair<std::string_view, int (*)(CommandContext&)> kOwn[] = {
      {"compare", compare_loads},
      {"ab", compare_servers},
      {"agent", serve_as_agent},
      {"k8s", print_kubernetes}};
  constexpr std::string_view kControls[] = {"pause", "resume", "status", "stats"};
  const std::string first = context.arguments.empty() ? std::string() : context.arguments.front();
  if (std::ranges::find(kControls, first) != std::end(kControls)) return control_load(context);
  for (const auto& [verb, run] : kOwn) {
    if (first != verb) continue;
    context.arguments.erase(context.arguments.begin());
    return run(context);
  }
  LoadArguments arguments;
  if (const auto ended = parse_load_arguments(context, arguments)) return *ended;
  switch (arguments.verb) {
    case LoadVerb::run:
      return run_script(context.host, arguments);
    case LoadVerb::inspect:
      return inspect_script(context.host, arguments);
    case LoadVerb::archive:
      return archive_script(context.host, arguments);
    case LoadVerb::create:
      return new_script(context.host, arguments);
  }
  return 0;
}

}  // namespace crema::cli

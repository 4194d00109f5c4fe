#include "load_compare.h"

#include "arguments.h"
#include "load_comparison.h"
#include "load_records.h"
#include "output.h"

#include "crema/load/compare/verdict_text.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

namespace crema::cli {
namespace {

struct CompareOptions {
  std::string base, fresh, format = "text";
  std::vector<std::string> margins;
  double warm_up = 0;
};

struct Pair {
  std::string script;
  const load::RunRecord* base;
  const load::RunRecord* fresh;
};

// By script; two single records belong together whatever their files are called.
Result<std::vector<Pair>> pairs_of(const LoadRecords& base, const LoadRecords& fresh) {
  std::vector<Pair> pairs;
  for (const auto& [script, record] : fresh)
    if (const auto found = base.find(script); found != base.end())
      pairs.push_back({script, &found->second, &record});
  if (pairs.empty() && base.size() == 1 && fresh.size() == 1)
    pairs.push_back({fresh.begin()->first, &base.begin()->second, &fresh.begin()->second});
  if (pairs.empty())
    return fail("load/no-record", "the two runs have no load test of the same script");
  return pairs;
}

std::string shown(const load::RunComparison& comparison, const std::string& format) {
  if (format == "markdown") return comparison_markdown(comparison);
  if (format == "json") return comparison_json(comparison);
  return comparison_text(comparison);
}

Result<int> compare(const sys::Host& host, const CompareOptions& options) {
  const auto settings = CREMA_TRY(comparison_settings(options.margins, options.warm_up));
  const auto base = CREMA_TRY(find_load_records(host, options.base));
  const auto fresh = CREMA_TRY(find_load_records(host, options.fresh));
  const auto pairs = CREMA_TRY(pairs_of(base, fresh));
  bool regression = false;
  bool undecided = false;
  for (const auto& pair : pairs) {
    const auto comparison = CREMA_TRY(compare_runs(*pair.base, *pair.fresh, settings));
    if (pairs.size() > 1 && options.format != "json")
      print(fmt::format("{}{}\n\n", options.format == "markdown" ? "### " : "", pair.script));
    std::string text = shown(comparison, options.format);
    if (!text.ends_with('\n')) text += '\n';
    print(text);
    regression |= exit_of(comparison.verdict) == ComparisonExit::regression;
    undecided |= exit_of(comparison.verdict) == ComparisonExit::undecided;
  }
  return static_cast<int>(regression  ? ComparisonExit::regression
                          : undecided ? ComparisonExit::undecided
                                      : ComparisonExit::fine);
}

}  // namespace

int compare_loads(CommandContext& context) {
  CompareOptions options;
  if (const auto ended = parse_arguments(context, "load", [&](CLI::App& app) {
        app.add_option("base", options.base, "a run's number, latest or a file")->required();
        app.add_option("new", options.fresh, "a run's number, latest or a file")->required();
        app.add_option("--margin", options.margins, "the largest worsening that does not matter")
            ->take_all()
            ->allow_extra_args(false);
        app.add_option("--warm-up", options.warm_up, "seconds left out at the start of both")
            ->check(CLI::NonNegativeNumber);
        app.add_option("--format", options.format, "text, markdown or json")
            ->check(CLI::IsMember({"text", "markdown", "json"}));
      }))
    return *ended;
  const auto code = compare(context.host, options);
  return code ? *code : report(code.error(), context.host);
}

}  // namespace crema::cli

// `crema db`: the advisories that scans of dependencies are held against.
#include "advisory_download.h"
#include "arguments.h"
#include "output.h"

#include "crema/base/strings.h"
#include "crema/evidence/timestamp.h"
#include "crema/scan/advisories/advisories.h"
#include "crema/scan/advisories/index_builder.h"
#include "crema/scan/advisories/osv_files.h"
#include "crema/sys/files.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace crema::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOsv = "https://osv-vulnerabilities.storage.googleapis.com";
constexpr const char* kExploited =
    "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json";
constexpr int kOldDays = 14;

struct DbOptions {
  std::vector<std::string> from;  // of build
  std::vector<std::string> ecosystems = {"Go", "npm"};
  std::string out;
  std::string exploited;  // a file
  std::string source;
  std::string day;
  std::string format = "text";
  bool facts_only = false;
};

fs::path resolved(const sys::Host& host, const std::string& path) {
  return host.working_directory / path;
}

Result<> add_exploited(const sys::Host& host, const DbOptions& options,
                       scan::IndexBuilder& builder) {
  if (options.exploited.empty()) return {};
  auto text = CREMA_TRY(sys::read_file(resolved(host, options.exploited)));
  auto list = CREMA_TRY(
      scan::parse_exploited(std::make_shared<SourceFile>(options.exploited, std::move(text))));
  builder.set_exploited(std::move(list.cves), std::move(list.day));
  return {};
}

// What was refused is said and makes the data less than whole: an exit code of its own.
int outcome(const scan::OsvRead& read, const sys::Host& host) {
  if (read.refused.empty()) return 0;
  report(read.refused, host);
  return static_cast<int>(ExitCode::internal);
}

Result<> write_index(const fs::path& path, const scan::IndexBuilder& builder,
                     const scan::OsvRead& read) {
  auto bytes = builder.build();
  if (path.extension() == ".zst") bytes = scan::packed_index(bytes);
  CREMA_TRY(sys::make_directories(path.parent_path()));
  CREMA_TRY(sys::write_file_atomically(path, bytes));
  print(fmt::format("{}: {} advisories, {}\n", path.string(), read.taken,
                    evidence::size_text(bytes.size())));
  return {};
}

// Of two indexes the newer one counts: one that says it is older than the snapshot never would.
Result<> warn_of_age(const sys::Host& host, const fs::path& path) {
  const auto built = CREMA_TRY(scan::AdvisoryIndex::open(path));
  const auto snapshot = CREMA_TRY(scan::Advisories::load({}));
  std::vector<Diagnostic> warnings;
  for (const auto& facts : built.ecosystems())
    for (const auto& known : snapshot.ecosystems()) {
      if (facts.name != known.name || facts.newest >= known.newest) continue;
      auto warning = make_warning(
          "db/older",
          fmt::format("the advisories for {} are of {}, those of the program of {}: "
                      "these will not be used",
                      facts.name, facts.newest.empty() ? "no day" : facts.newest, known.newest));
      warning.hint = "say of which day they are with --day, if that is wrong";
      warnings.push_back(std::move(warning));
    }
  report(warnings, host);
  return {};
}

Result<int> build(const sys::Host& host, const DbOptions& options) {
  if (!options.day.empty() && !scan::days_between(options.day, options.day))
    return fail("db/day", fmt::format("'{}' is no day: write it as 2026-08-21", options.day));
  scan::IndexBuilder builder(
      {.summaries = !options.facts_only, .day = options.day, .source = options.source});
  CREMA_TRY(add_exploited(host, options, builder));
  scan::OsvRead all;
  for (const auto& from : options.from) {
    auto read = CREMA_TRY(scan::read_osv_files(
        resolved(host, from), [&](scan::OsvAdvisory one) { builder.add(std::move(one)); }));
    all.taken += read.taken;
    std::ranges::move(read.refused, std::back_inserter(all.refused));
  }
  const auto path =
      options.out.empty()
          ? scan::advisories_path(host) / (std::string("built") + std::string(scan::kIndexEnding))
          : resolved(host, options.out);
  CREMA_TRY(write_index(path, builder, all));
  if (options.out.empty()) CREMA_TRY(warn_of_age(host, path));
  return outcome(all, host);
}

// One file for each ecosystem, so that one that fails leaves the others as they are.
Result<int> update_one(const sys::Host& host, const std::string& ecosystem) {
  const auto base = host.variable("CREMA_OSV_URL").value_or(kOsv);
  const auto address = fmt::format("{}/{}/all.zip", base, ecosystem);
  const auto bytes = CREMA_TRY(download(host, address));
  scan::IndexBuilder builder({.source = address});
  const auto read = CREMA_TRY(scan::read_osv_zip(
      bytes, address, [&](scan::OsvAdvisory one) { builder.add(std::move(one)); }));
  CREMA_TRY(write_index(scan::advisories_path(host) / (ecosystem + std::string(scan::kIndexEnding)),
                        builder, read));
  return outcome(read, host);
}

Result<> update_exploited(const sys::Host& host) {
  const auto address = host.variable("CREMA_KEV_URL").value_or(kExploited);
  auto text = CREMA_TRY(download(host, address));
  auto list =
      CREMA_TRY(scan::parse_exploited(std::make_shared<SourceFile>(address, std::move(text))));
  const auto count = list.cves.size();
  scan::IndexBuilder builder({.source = address});
  builder.set_exploited(std::move(list.cves), std::move(list.day));
  const auto path = scan::advisories_path(host) / ("exploited" + std::string(scan::kIndexEnding));
  CREMA_TRY(sys::make_directories(path.parent_path()));
  CREMA_TRY(sys::write_file_atomically(path, builder.build()));
  print(fmt::format("{}: {} exploited vulnerabilities\n", path.string(), count));
  return {};
}

// Whatever is wrong with what a server gave is no mistake of who asked for it.
int reported(const Diagnostic& error, const sys::Host& host) {
  return std::max(report(error, host), static_cast<int>(ExitCode::internal));
}

Result<int> update(const sys::Host& host, const DbOptions& options) {
  int worst = 0;
  for (const auto& ecosystem : options.ecosystems) {
    const auto code = update_one(host, ecosystem);
    worst = std::max(worst, code ? *code : reported(code.error(), host));
  }
  if (const auto done = update_exploited(host); !done)
    worst = std::max(worst, reported(done.error(), host));
  return worst;
}

nlohmann::ordered_json to_json(const scan::Advisories& all, std::string_view today) {
  nlohmann::ordered_json json = {{"ecosystems", nlohmann::ordered_json::array()}};
  for (const auto& facts : all.ecosystems()) {
    nlohmann::ordered_json row = {{"name", facts.name},
                                  {"advisories", facts.advisories},
                                  {"newest", facts.newest},
                                  {"source", facts.source}};
    if (const auto age = scan::days_between(facts.newest, today)) row["age_days"] = *age;
    json["ecosystems"].push_back(std::move(row));
  }
  json["exploited"] = {{"count", all.exploited_count()}, {"day", all.exploited_day()}};
  return json;
}

void print_text(const scan::Advisories& all, std::string_view today, const evidence::Style& style) {
  for (const auto& facts : all.ecosystems()) {
    const auto age = scan::days_between(facts.newest, today);
    const auto old = !age || *age > kOldDays
                         ? style.paint(evidence::Tone::yellow, "  old: crema db update")
                         : std::string();
    const auto when = age ? fmt::format("of {} ({} days ago)", facts.newest, *age)
                          : std::string("of nobody knows when");
    print(fmt::format("{:<10} {:>7} advisories {}{}\n", facts.name, facts.advisories, when, old));
    if (!facts.source.empty()) print(fmt::format("{:<10} {}\n", "", facts.source));
  }
  print(fmt::format("{:<10} {:>7} vulnerabilities, list of {}\n", "exploited",
                    all.exploited_count(),
                    all.exploited_day().empty() ? "none" : all.exploited_day()));
}

Result<int> show(const sys::Host& host, const DbOptions& options) {
  const auto all = CREMA_TRY(scan::Advisories::load(scan::advisories_path(host)));
  const auto today = evidence::timestamp_text(host.clock->wall()).substr(0, 10);
  if (options.format == "json")
    print(to_json(all, today).dump(2) + "\n");
  else
    print_text(all, today, output_style(host));
  return 0;
}

}  // namespace

int run_db(CommandContext& context) {
  DbOptions options;
  CLI::App* building = nullptr;
  CLI::App* updating = nullptr;
  if (const auto ended = parse_arguments(context, "db", [&](CLI::App& app) {
        app.require_subcommand(1);
        building = app.add_subcommand("build");
        building->add_option("from", options.from, "folders or ZIPs of OSV's JSON")->required();
        building->add_option("--out", options.out, "the file to write");
        building->add_option("--kev", options.exploited, "CISA's catalogue");
        building->add_option("--source", options.source, "where the data is from");
        building->add_option("--day", options.day, "the day the data is of");
        building->add_flag("--facts-only", options.facts_only, "without summaries");
        updating = app.add_subcommand("update");
        updating->add_option("--ecosystem", options.ecosystems, "Go, npm, ...");
        auto* showing = app.add_subcommand("show");
        showing->add_option("--format", options.format, "text or json")
            ->check(CLI::IsMember({"text", "json"}));
      }))
    return *ended;
  const auto code = building->parsed()   ? build(context.host, options)
                    : updating->parsed() ? update(context.host, options)
                                         : show(context.host, options);
  return code ? *code : report(code.error(), context.host);
}

}  // namespace crema::cli

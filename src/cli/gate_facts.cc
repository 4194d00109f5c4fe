#include "gate_facts.h"

#include "coverage_facts.h"
#include "left_evidence.h"
#include "load_records.h"

#include "crema/load/compare/verdict.h"
#include "crema/run/repository.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace crema::cli {
namespace {

constexpr std::size_t kBaselineRuns = 50;  // how far back a baseline is looked for

// A command of its own (`crema test`) is one stage, and its jobs are named after folders.
void add_times(gate::Context& context, const store::RunRecord& run) {
  context.total_time = run.finished.value_or(context.now) - run.started;
  for (const auto& job : run.jobs) {
    if (!job.started || job.expands) continue;
    context.jobs.push_back({.id = run.event == "command" ? run.workflow : job.id,
                            .name = job.name,
                            .started = *job.started,
                            .finished = job.finished.value_or(context.now)});
  }
}

std::string metric_detail(const load::MetricVerdict& metric) {
  return fmt::format("{}  {:+.1f} % ({:+.1f} to {:+.1f})  {}", to_text(metric.metric),
                     metric.change * 100, metric.low * 100, metric.high * 100,
                     to_text(metric.verdict));
}

gate::LoadComparison answer_of(const std::string& script, const load::RunComparison& comparison) {
  using Answer = gate::LoadComparison::Answer;
  gate::LoadComparison answer{.script = script, .answer = Answer::undecided, .details = {}};
  for (const auto* breaches :
       {&comparison.base_breaches, &comparison.fresh_breaches, &comparison.pair_breaches})
    for (const auto& breach : *breaches) answer.details.push_back(breach.message);
  for (const auto& metric : comparison.metrics) answer.details.push_back(metric_detail(metric));
  if (comparison.verdict == load::Verdict::invalid) answer.answer = Answer::invalid;
  if (comparison.verdict == load::Verdict::regression) answer.answer = Answer::worse;
  if (comparison.verdict == load::Verdict::fine || comparison.verdict == load::Verdict::improvement)
    answer.answer = Answer::fine;
  return answer;
}

// Compares the records of a script in both runs, where both have one and enough is in them.
Result<> add_comparison(gate::Context& context, const std::string& script, double margin,
                        const LoadRecords& base, const LoadRecords& fresh) {
  const auto before = base.find(slug(script));
  const auto now = fresh.find(slug(script));
  if (before == base.end() || now == fresh.end()) return {};
  load::CompareSettings settings;
  settings.metrics = {{.metric = load::CompareMetric::p95, .margin = margin},
                      {.metric = load::CompareMetric::throughput, .margin = margin}};
  const auto comparison = compare_runs(before->second, now->second, settings);
  if (comparison) context.load_comparisons.push_back(answer_of(script, *comparison));
  return {};
}

// The newest load runs of the default branch, from runs that succeeded before this one.
Result<> add_baselines(gate::Context& context, const sys::Host& host,
                       const std::filesystem::path& root, store::Store& store,
                       const store::RunRecord& run, const gate::Policy& policy) {
  const auto fresh =
      policy.load_baseline ? CREMA_TRY(load_records_of(store, run.number)) : LoadRecords();
  const auto branch = CREMA_TRY(run::read_repository(root, host)).default_branch;
  for (const auto& earlier : CREMA_TRY(store.list_runs(kBaselineRuns))) {
    if (earlier.number >= run.number || earlier.state != store::RunState::success ||
        earlier.ref != "refs/heads/" + branch)
      continue;
    for (const auto& record : CREMA_TRY(store.records(earlier.number))) {
      const auto* load = std::get_if<evidence::LoadRun>(&record.evidence);
      if (load == nullptr || !load->valid) continue;
      if (std::ranges::find(context.baselines, load->script, &evidence::LoadRun::script) ==
          context.baselines.end()) {
        context.baselines.push_back(*load);
        if (!fresh.empty())
          CREMA_TRY(add_comparison(context, load->script, *policy.load_baseline / 100,
                                   CREMA_TRY(load_records_of(store, earlier.number)), fresh));
      }
    }
  }
  return {};
}

}  // namespace

Result<gate::Policy> policy_of(const sys::Host& host, const std::filesystem::path& root,
                               const std::string& given) {
  const auto file = given.empty() ? root / "crema.yml" : host.working_directory / given;
  std::error_code ignored;
  if (given.empty() && !std::filesystem::exists(file, ignored)) return gate::Policy();
  auto text = CREMA_TRY(sys::read_file(file));
  return gate::parse_policy(
      std::make_shared<SourceFile>(given.empty() ? "crema.yml" : given, std::move(text)));
}

Result<std::optional<testing::CoverageReport>> coverage_of_records(
    const sys::Host& host, const std::filesystem::path& root,
    std::span<const evidence::Record> records) {
  evidence::Coverage whole;
  bool measured = false;
  for (const auto& record : records) {
    if (const auto* coverage = std::get_if<evidence::Coverage>(&record.evidence)) {
      merge_into(whole, *coverage);
      measured = true;
    }
  }
  if (!measured) return std::optional<testing::CoverageReport>();
  std::string base;
  return std::optional(CREMA_TRY(coverage_facts(host, root, whole, base)));
}

Result<gate::Context> gate_context(const sys::Host& host, const std::filesystem::path& root,
                                   const gate::Policy& policy,
                                   const std::optional<testing::CoverageReport>& coverage,
                                   store::Store& store, const store::RunRecord& run) {
  gate::Context context;
  context.now = host.clock->wall();
  context.today = std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(context.now));
  add_times(context, run);
  CREMA_TRY(add_baselines(context, host, root, store, run, policy));
  if (!coverage) return context;
  const auto& report = *coverage;
  context.total = report.total;
  if (report.fresh_known) context.fresh = report.fresh;
  for (const auto& service : report.services)
    context.services.push_back(
        {service.name, service.total, uncovered_functions(report, service.name)});
  return context;
}

}  // namespace crema::cli

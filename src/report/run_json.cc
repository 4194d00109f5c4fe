#include "crema/report/run_json.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace crema::report {
namespace {

using Json = nlohmann::ordered_json;

void add_time(Json& json, const char* key, const std::optional<evidence::Time>& time) {
  if (time) json[key] = time_text(*time);
}

Json step_json(const store::StepRecord& step) {
  Json json = {{"index", step.index}, {"id", step.id}, {"name", step.name}};
  add_time(json, "started", step.started);
  add_time(json, "finished", step.finished);
  if (step.outcome) json["outcome"] = evidence::to_text(*step.outcome);
  if (step.conclusion) json["conclusion"] = evidence::to_text(*step.conclusion);
  json["exitCode"] = step.exit_code;
  if (!step.reason.empty()) json["reason"] = step.reason;
  return json;
}

Json job_json(const store::JobRecord& job) {
  Json json = {{"index", job.index}, {"id", job.id}, {"name", job.name}, {"needs", job.needs}};
  if (job.expands) json["expands"] = true;
  if (job.expanded_from >= 0) json["expandedFrom"] = job.expanded_from;
  add_time(json, "started", job.started);
  add_time(json, "finished", job.finished);
  if (job.result) json["result"] = evidence::to_text(*job.result);
  if (!job.reason.empty()) json["reason"] = job.reason;
  json["outputs"] = Json::object();
  for (const auto& [name, value] : job.outputs) json["outputs"][name] = value;
  json["steps"] = Json::array();
  for (const auto& step : job.steps) json["steps"].push_back(step_json(step));
  return json;
}

Json annotation_json(const evidence::Annotation& annotation) {
  constexpr std::string_view kLevels[] = {"notice", "warning", "error"};
  Json json = {{"job", annotation.job},
               {"step", annotation.step},
               {"level", kLevels[static_cast<std::size_t>(annotation.level)]},
               {"message", annotation.message}};
  if (!annotation.title.empty()) json["title"] = annotation.title;
  if (!annotation.file.empty()) json["file"] = annotation.file;
  if (annotation.line != 0) json["line"] = annotation.line;
  return json;
}

}  // namespace

std::string time_text(evidence::Time time) {
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count() % 1000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(time)), milliseconds);
}

nlohmann::ordered_json run_json(const store::RunRecord& run, bool whole) {
  Json json = {{"number", run.number},     {"state", store::to_text(run.state)},
               {"workflow", run.workflow}, {"path", run.path},
               {"event", run.event},       {"ref", run.ref},
               {"sha", run.sha},           {"title", run.title}};
  json["started"] = time_text(run.started);
  add_time(json, "finished", run.finished);
  if (!whole) return json;
  for (const auto* key : {"jobs", "annotations", "summaries", "artifacts", "remarks"})
    json[key] = Json::array();
  for (const auto& job : run.jobs) json["jobs"].push_back(job_json(job));
  for (const auto& annotation : run.annotations)
    json["annotations"].push_back(annotation_json(annotation));
  for (const auto& summary : run.summaries)
    json["summaries"].push_back(
        {{"job", summary.job}, {"step", summary.step}, {"markdown", summary.markdown}});
  for (const auto& artifact : run.artifacts) {
    json["artifacts"].push_back({{"id", artifact.id},
                                 {"name", artifact.name},
                                 {"files", artifact.files},
                                 {"bytes", artifact.bytes},
                                 {"digest", "sha256:" + artifact.digest}});
  }
  for (const auto& remark : run.remarks)
    json["remarks"].push_back({{"code", remark.code}, {"message", remark.message}});
  return json;
}

}  // namespace crema::report

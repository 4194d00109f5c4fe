// `--format json`: every event and every log line as one JSON object a line (docs/events.md).
#include "displays.h"

#include "crema/base/sync.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace crema::evidence {
namespace {

using Json = nlohmann::ordered_json;

std::string time_text(Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(time - seconds).count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)), millis);
}

std::string_view kind_text(LineKind kind) {
  constexpr std::string_view kNames[] = {"output", "command", "group",   "end-group",
                                         "debug",  "notice",  "warning", "error"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view level_text(AnnotationLevel level) {
  constexpr std::string_view kNames[] = {"notice", "warning", "error"};
  return kNames[static_cast<std::size_t>(level)];
}

Json describe(const RunStarted& e) {
  return {{"event", "run-started"}, {"run", e.run}, {"workflow", e.workflow}, {"path", e.path},
          {"trigger", e.event},     {"ref", e.ref}, {"sha", e.sha},           {"title", e.title}};
}
Json describe(const JobPlanned& e) {
  Json json = {
      {"event", "job-planned"}, {"job", e.job}, {"id", e.id}, {"name", e.name}, {"needs", e.needs}};
  if (e.expands) json["expands"] = true;
  if (e.expanded_from >= 0) json["expandedFrom"] = e.expanded_from;
  return json;
}
Json describe(const JobStarted& e) { return {{"event", "job-started"}, {"job", e.job}}; }
Json describe(const JobFinished& e) {
  Json json = {{"event", "job-finished"}, {"job", e.job}, {"result", to_text(e.result)}};
  if (!e.reason.empty()) json["reason"] = e.reason;
  return json;
}
Json describe(const StepStarted& e) {
  return {
      {"event", "step-started"}, {"job", e.job}, {"step", e.step}, {"id", e.id}, {"name", e.name}};
}
Json describe(const StepFinished& e) {
  Json json = {{"event", "step-finished"},
               {"job", e.job},
               {"step", e.step},
               {"outcome", to_text(e.outcome)},
               {"conclusion", to_text(e.conclusion)},
               {"exitCode", e.exit_code}};
  if (!e.reason.empty()) json["reason"] = e.reason;
  return json;
}
Json describe(const Annotation& e) {
  Json json = {{"event", "annotation"},
               {"job", e.job},
               {"step", e.step},
               {"level", level_text(e.level)},
               {"message", e.message}};
  if (!e.title.empty()) json["title"] = e.title;
  if (!e.file.empty()) json["file"] = e.file;
  if (e.line != 0) json["line"] = e.line;
  if (e.end_line != 0) json["endLine"] = e.end_line;
  if (e.column != 0) json["column"] = e.column;
  if (e.end_column != 0) json["endColumn"] = e.end_column;
  return json;
}
Json describe(const SummaryWritten& e) {
  return {{"event", "summary"}, {"job", e.job}, {"step", e.step}, {"markdown", e.markdown}};
}
Json describe(const OutputsSet& e) {
  Json outputs = Json::object();
  for (const auto& [name, value] : e.outputs) outputs[name] = value;
  return {{"event", "outputs"}, {"job", e.job}, {"outputs", outputs}};
}
Json describe(const ArtifactSaved& e) {
  return {{"event", "artifact"},
          {"job", e.job},
          {"name", e.name},
          {"files", e.files},
          {"bytes", e.bytes}};
}
Json describe(const Remark& e) {
  constexpr std::string_view kSeverities[] = {"note", "warning", "error"};
  Json json = {{"event", "remark"},
               {"severity", kSeverities[static_cast<std::size_t>(e.severity)]},
               {"code", e.code},
               {"message", e.message}};
  if (e.job >= 0) json["job"] = e.job;
  return json;
}
Json describe(const RunFinished& e) {
  return {{"event", "run-finished"}, {"result", to_text(e.result)}, {"interrupted", e.interrupted}};
}

class JsonEvents : public RunListener {
 public:
  explicit JsonEvents(DisplayOptions options) : options_(std::move(options)) {}

  void on_event(const Event& event) override {
    Json json = std::visit([](const auto& body) { return describe(body); }, event.body);
    json["time"] = time_text(event.time);
    print(dump(json));
  }

  void on_log(JobIndex job, StepIndex step, std::span<const LogLine> lines) override {
    std::string text;
    for (const auto& line : lines) {
      text += dump({{"event", "log"},
                    {"job", job},
                    {"step", step},
                    {"kind", kind_text(line.kind)},
                    {"text", line.text},
                    {"time", time_text(line.time)}});
    }
    print(text);
  }

 private:
  static std::string dump(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  }
  void print(std::string_view text) {
    const auto lock = lock_.lock();
    options_.write(text);
  }

  DisplayOptions options_;
  Sync<int> lock_;
};

}  // namespace

std::unique_ptr<RunListener> make_json_events(DisplayOptions options) {
  return std::make_unique<JsonEvents>(std::move(options));
}

}  // namespace crema::evidence

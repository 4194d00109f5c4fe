#include "evidence_run.h"

#include "crema/base/strings.h"
#include "crema/run/repository.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace crema::cli {

using evidence::Outcome;

struct EvidenceRun::State {
  const sys::Host& host;
  run::Repository repository;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<store::RunRecorder> recorder;
  evidence::JobIndex jobs = 0;

  void tell(auto body, evidence::Time time) { recorder->on_event({time, std::move(body)}); }
  evidence::Time now() const { return host.clock->wall(); }
};

EvidenceRun::EvidenceRun(std::unique_ptr<State> state) : state_(std::move(state)) {}
EvidenceRun::EvidenceRun(EvidenceRun&&) noexcept = default;
EvidenceRun::~EvidenceRun() = default;

Result<EvidenceRun> EvidenceRun::begin(const sys::Host& host, const Project& project,
                                       const std::string& title,
                                       std::optional<evidence::Time> started) {
  auto state = std::make_unique<State>(
      State{.host = host, .repository = CREMA_TRY(run::read_repository(project.root, host))});
  state->store = CREMA_TRY(store::Store::open(project.store, host));
  const nlohmann::json request = {{"command", title}};
  state->recorder = CREMA_TRY(state->store->begin_run(request.dump()));
  state->tell(evidence::RunStarted{.run = state->recorder->number(),
                                   .workflow = title,
                                   .path = "",
                                   .event = "command",
                                   .ref = state->repository.ref,
                                   .sha = state->repository.sha,
                                   .title = title},
              started.value_or(state->now()));
  return EvidenceRun(std::move(state));
}

store::RunNumber EvidenceRun::number() const { return state_->recorder->number(); }

Result<> EvidenceRun::add_job(const JobName& names, evidence::Time started, bool succeeded,
                              const std::string& log, std::vector<evidence::Evidence> left) {
  auto& state = *state_;
  const auto& [name, step] = names;
  const auto job = state.jobs++;
  const auto outcome = succeeded ? Outcome::success : Outcome::failure;
  state.tell(evidence::JobPlanned{.job = job, .id = name, .name = name, .needs = {}}, started);
  state.tell(evidence::JobStarted{job}, started);
  state.tell(evidence::StepStarted{.job = job, .step = 0, .id = to_lower(step), .name = step},
             started);
  std::vector<evidence::LogLine> lines;
  for (const auto line : split_lines(log))
    lines.push_back({state.now(), evidence::LineKind::output, line});
  if (!lines.empty()) state.recorder->on_log(job, 0, lines);
  for (auto& evidence : left) {
    CREMA_TRY(state.recorder->add_record({.origin = {.run = state.recorder->number(),
                                                     .job = name,
                                                     .step = step,
                                                     .commit = state.repository.sha,
                                                     .branch = state.repository.ref_name(),
                                                     .time = state.now()},
                                          .evidence = std::move(evidence)}));
  }
  state.tell(evidence::StepFinished{.job = job,
                                    .step = 0,
                                    .outcome = outcome,
                                    .conclusion = outcome,
                                    .exit_code = succeeded ? 0 : 1},
             state.now());
  state.tell(evidence::JobFinished{.job = job, .result = outcome}, state.now());
  return {};
}

Result<> EvidenceRun::add_artifact(const std::string& name,
                                   const std::vector<store::ArtifactFile>& files) {
  CREMA_TRY(state_->recorder->artifacts().save(name, files, false));
  return {};
}

Result<> EvidenceRun::finish(bool succeeded) {
  state_->tell(evidence::RunFinished{.result = succeeded ? Outcome::success : Outcome::failure},
               state_->now());
  if (const auto lost = state_->recorder->failure()) return fail(*lost);
  return {};
}

}  // namespace crema::cli

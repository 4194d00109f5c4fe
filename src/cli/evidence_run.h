// Evidence of a command that is no workflow (`crema test`) as a run of its own, so that list, show,
// report and the gate find it where they find everything.
#pragma once

#include "project.h"

#include "crema/evidence/record.h"
#include "crema/store/store.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace crema::cli {

class EvidenceRun {
 public:
  // `title` is what the user asked for: "crema test unit"; `started` is when, nothing for now.
  static Result<EvidenceRun> begin(const sys::Host& host, const Project& project,
                                   const std::string& title,
                                   std::optional<evidence::Time> started = {});
  EvidenceRun(EvidenceRun&&) noexcept;
  EvidenceRun& operator=(EvidenceRun&&) = delete;
  ~EvidenceRun();

  store::RunNumber number() const;
  struct JobName {
    std::string name, step;  // "unit", "Tests"
  };
  // A part of the work that has ended, shown as a job of one step; `log` is what it said.
  Result<> add_job(const JobName& names, evidence::Time started, bool succeeded,
                   const std::string& log, std::vector<evidence::Evidence> left);
  Result<> add_artifact(const std::string& name, const std::vector<store::ArtifactFile>& files);
  Result<> finish(bool succeeded);

 private:
  struct State;
  explicit EvidenceRun(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace crema::cli

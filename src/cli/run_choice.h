// Which run, job or step a user means.
#pragma once

#include "project.h"

#include "crema/store/store.h"

#include <memory>
#include <optional>
#include <string>

namespace crema::cli {

struct OpenedRun {
  std::unique_ptr<store::Store> store;
  store::RunRecord run;
};

// `which` is a number or "latest". Fails where nothing was ever run here.
Result<OpenedRun> open_run(const sys::Host& host, const std::string& which);
Result<std::unique_ptr<store::Store>> open_store(const sys::Host& host);

// In a step: the run it belongs to, as far as it has come; none elsewhere.
Result<std::optional<OpenedRun>> open_own_run(const sys::Host& host);

struct JobChoice {
  const store::JobRecord* job = nullptr;
  const store::StepRecord* step = nullptr;  // null: all of them
};

// "job" or "job/step": ids or names, ignoring case, or an unambiguous beginning; steps also by
// number. Names may contain slashes. Fails with the candidates.
Result<std::vector<JobChoice>> choose_jobs(const store::RunRecord& run, const std::string& which);

}  // namespace crema::cli

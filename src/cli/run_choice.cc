#include "run_choice.h"

#include "crema/base/strings.h"

#include <algorithm>
#include <charconv>

namespace crema::cli {
namespace {

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && equals_ignore_case(text.substr(0, prefix.size()), prefix);
}

// Those equal by name or id, else those that begin so.
template <class Record>
std::vector<const Record*> matching(const std::vector<Record>& records, std::string_view word) {
  std::vector<const Record*> exact;
  std::vector<const Record*> prefixed;
  for (const auto& record : records) {
    if (equals_ignore_case(record.name, word) || equals_ignore_case(record.id, word))
      exact.push_back(&record);
    else if (starts_with_ignoring_case(record.name, word) ||
             starts_with_ignoring_case(record.id, word))
      prefixed.push_back(&record);
  }
  return exact.empty() ? prefixed : exact;
}

const store::StepRecord* find_step(const store::JobRecord& job, std::string_view word) {
  evidence::StepIndex index = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), index);
  if (error == std::errc() && end == word.data() + word.size()) {
    for (const auto& step : job.steps) {
      if (step.index == index) return &step;
    }
  }
  const auto found = matching(job.steps, word);
  return found.size() == 1 ? found.front() : nullptr;
}

template <class Record>
std::string names_of(const std::vector<Record>& records) {
  std::string names;
  for (const auto& record : records) names += (names.empty() ? "" : ", ") + record.name;
  return names;
}

}  // namespace

Result<std::unique_ptr<store::Store>> open_store(const sys::Host& host) {
  const auto project = find_project(host);
  std::error_code ignored;
  if (!std::filesystem::exists(project.store / "crema.db", ignored)) {
    auto error = make_error("cli/no-runs", "nothing was run here yet");
    error.hint = "start with `crema run`";
    return fail(std::move(error));
  }
  return store::Store::open(project.store, host);
}

Result<OpenedRun> open_run(const sys::Host& host, const std::string& which) {
  auto store = CREMA_TRY(open_store(host));
  store::RunNumber number = 0;
  if (which == "latest") {
    const auto latest = CREMA_TRY(store->latest_run());
    if (!latest) return fail("cli/no-runs", "nothing was run here yet");
    number = *latest;
  } else {
    const auto [end, error] = std::from_chars(which.data(), which.data() + which.size(), number);
    if (error != std::errc() || end != which.data() + which.size())
      return fail("cli/usage", "'" + which + "' is no run: give a number or `latest`");
  }
  auto run = CREMA_TRY(store->find_run(number));
  return OpenedRun{std::move(store), std::move(run)};
}

Result<std::vector<JobChoice>> choose_jobs(const store::RunRecord& run, const std::string& which) {
  std::vector<JobChoice> choices;
  if (which.empty()) {
    for (const auto& job : run.jobs) choices.push_back({&job, nullptr});
    return choices;
  }
  for (const auto* job : matching(run.jobs, which)) choices.push_back({job, nullptr});
  if (!choices.empty()) return choices;
  // "job/step", the slash being any of those in it.
  for (auto slash = which.rfind('/'); slash != std::string::npos && slash > 0;
       slash = which.rfind('/', slash - 1)) {
    const auto jobs = matching(run.jobs, std::string_view(which).substr(0, slash));
    for (const auto* job : jobs) {
      if (const auto* step = find_step(*job, std::string_view(which).substr(slash + 1)))
        choices.push_back({job, step});
    }
    if (!choices.empty()) return choices;
    if (jobs.size() == 1) {
      auto error = make_error("cli/no-such-step", "job '" + jobs.front()->name + "' has no step '" +
                                                      which.substr(slash + 1) + "'");
      error.hint = "choose one of: " + names_of(jobs.front()->steps);
      return fail(std::move(error));
    }
  }
  auto error = make_error("cli/no-such-job",
                          "run " + std::to_string(run.number) + " has no job '" + which + "'");
  error.hint = "choose one of: " + names_of(run.jobs);
  return fail(std::move(error));
}

}  // namespace crema::cli

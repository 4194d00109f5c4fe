#include "run_choice.h"

#include "crema/base/strings.h"

#include <algorithm>
#include <charconv>
#include <type_traits>

namespace crema::cli {
namespace {

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && equals_ignore_case(text.substr(0, prefix.size()), prefix);
}

// Those equal by name or id, else those that begin so. Legs of one job share its id.
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

template <class Records>
std::string names_of(const Records& records) {
  std::string names;
  for (const auto& record : records) {
    if constexpr (std::is_pointer_v<std::remove_cvref_t<decltype(record)>>)
      names += (names.empty() ? "" : ", ") + record->name;
    else
      names += (names.empty() ? "" : ", ") + record.name;
  }
  return names;
}

Diagnostic ambiguous(std::string_view kind, std::string_view word, const std::string& names) {
  auto error =
      make_error("cli/ambiguous", "'" + std::string(word) + "' is the beginning of more than one " +
                                      std::string(kind));
  error.hint = "choose one of: " + names;
  return error;
}

// The job of that id or name, or all its legs.
Result<std::vector<const store::JobRecord*>> find_jobs(const store::RunRecord& run,
                                                       std::string_view word) {
  auto found = matching(run.jobs, word);
  const bool several = std::any_of(found.begin(), found.end(), [&](const auto* job) {
    return !equals_ignore_case(job->id, found.front()->id);
  });
  const bool exact = !found.empty() && (equals_ignore_case(found.front()->id, word) ||
                                        equals_ignore_case(found.front()->name, word));
  if (several && !exact) return fail(ambiguous("job", word, names_of(found)));
  return found;
}

// Null where there is none.
Result<const store::StepRecord*> find_step(const store::JobRecord& job, std::string_view word) {
  evidence::StepIndex index = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), index);
  if (error == std::errc() && end == word.data() + word.size()) {
    for (const auto& step : job.steps) {
      if (step.index == index) return &step;
    }
  }
  const auto found = matching(job.steps, word);
  if (found.size() > 1) return fail(ambiguous("step", word, names_of(found)));
  return found.empty() ? nullptr : found.front();
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

Result<std::optional<OpenedRun>> open_own_run(const sys::Host& host) {
  const auto own = host.variable("CREMA_RUN");
  if (!own) return std::nullopt;
  const std::filesystem::path folder(*own);
  OpenedRun opened{CREMA_TRY(store::Store::open(folder.parent_path().parent_path(), host)), {}};
  std::uint64_t number = 0;
  const auto name = folder.filename().string();
  std::from_chars(name.data(), name.data() + name.size(), number);
  opened.run = CREMA_TRY(opened.store->find_run(number));
  return std::optional<OpenedRun>(std::move(opened));
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
  for (const auto* job : CREMA_TRY(find_jobs(run, which))) choices.push_back({job, nullptr});
  if (!choices.empty()) return choices;
  // "job/step", the slash being any of those in it.
  for (auto slash = which.rfind('/'); slash != std::string::npos && slash > 0;
       slash = which.rfind('/', slash - 1)) {
    const auto jobs = CREMA_TRY(find_jobs(run, std::string_view(which).substr(0, slash)));
    for (const auto* job : jobs) {
      if (const auto* step = CREMA_TRY(find_step(*job, std::string_view(which).substr(slash + 1))))
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

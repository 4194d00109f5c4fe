#include "crema/store/store.h"

#include "archive_caches.h"
#include "database.h"
#include "file_artifacts.h"
#include "prune.h"
#include "recorder.h"
#include "records.h"
#include "step_log_file.h"

#include "crema/base/strings.h"
#include "crema/sys/disk_error.h"
#include "crema/sys/file_lock.h"
#include "crema/sys/files.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <mutex>
#include <thread>

namespace crema::store {
namespace {

namespace fs = std::filesystem;

RunState state_of(std::string_view text) {
  for (const auto state : {RunState::running, RunState::success, RunState::failure,
                           RunState::cancelled, RunState::interrupted}) {
    if (to_text(state) == text) return state;
  }
  return RunState::interrupted;
}

std::optional<evidence::Outcome> outcome_of(const std::string& text) {
  using evidence::Outcome;
  for (const auto outcome :
       {Outcome::success, Outcome::failure, Outcome::cancelled, Outcome::skipped}) {
    if (evidence::to_text(outcome) == text) return outcome;
  }
  return std::nullopt;
}

std::optional<evidence::Time> time_of(const std::optional<std::int64_t>& microseconds) {
  if (!microseconds) return std::nullopt;
  return from_microseconds(*microseconds);
}

RunRecord run_of(const Statement& row) {
  RunRecord run;
  run.number = static_cast<RunNumber>(row.integer(0));
  run.state = state_of(row.text(1));
  run.workflow = row.text(2);
  run.path = row.text(3);
  run.event = row.text(4);
  run.ref = row.text(5);
  run.sha = row.text(6);
  run.title = row.text(7);
  run.started = from_microseconds(row.integer(8));
  run.finished = time_of(row.optional_integer(9));
  run.request = row.text(10);
  return run;
}

constexpr std::string_view kRunColumns =
    "SELECT number, state, workflow, path, event, ref, sha, title, started, finished, request FROM "
    "runs ";

// The folder and the file that keeps git from seeing it, but for what a team writes into it.
Result<> make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail(sys::disk_error("store/folder", "make the folder", folder, error.value()));
  const auto ignore = folder / ".gitignore";
  if (fs::exists(ignore, error)) return {};
  errno = 0;
  if (!sys::write_file(ignore, "/*\n!/rules/\n"))
    return fail(sys::disk_error("store/folder", "write", ignore, errno));
  return {};
}

// A new database beside logs and places of runs, as after a damaged one was moved away, counts on
// from the last of them.
Result<> continue_numbers(Database& database, const fs::path& folder) {
  const auto counted = [&] {
    return database.statement("SELECT 1 FROM sqlite_sequence WHERE name='runs'").next();
  };
  if (counted()) return {};
  std::int64_t last = 0;
  for (const auto* part : {"logs", "runs"}) {
    std::error_code error;
    for (auto entry = fs::directory_iterator(folder / part, error);
         !error && entry != fs::directory_iterator(); entry.increment(error)) {
      const auto name = entry->path().filename().string();
      std::int64_t number = 0;
      if (std::from_chars(name.data(), name.data() + name.size(), number).ec == std::errc())
        last = std::max(last, number);
    }
  }
  if (last == 0) return {};
  auto transaction = CREMA_TRY(Transaction::begin(database));
  if (counted()) return {};
  CREMA_TRY(database.statement("INSERT INTO sqlite_sequence (name, seq) VALUES ('runs', ?)")
                .bind(last)
                .run());
  return transaction.commit();
}

class FolderStore : public Store {
 public:
  FolderStore(fs::path folder, const sys::Host& host, std::unique_ptr<Database> database)
      : folder_(std::move(folder)),
        clock_(*host.clock),
        database_(std::move(database)),
        caches_(make_archive_caches(folder_, clock_)) {}

  Result<std::unique_ptr<RunRecorder>> begin_run(std::string_view request_json) override {
    // The run becomes visible with its lease held: nobody takes it for dead.
    auto transaction = CREMA_TRY(Transaction::begin(*database_));
    CREMA_TRY(
        database_->statement("INSERT INTO runs (state, started, request) VALUES ('running', ?, ?)")
            .bind(to_microseconds(clock_.wall()))
            .bind(request_json)
            .run());
    const auto number = static_cast<RunNumber>(database_->last_id());
    auto lease = CREMA_TRY(take_lease(number));
    CREMA_TRY(transaction.commit());
    prune_beside(number);
    return make_recorder(folder_, number, std::move(lease), true);
  }

  Result<std::unique_ptr<RunRecorder>> reopen_run(RunNumber number) override {
    auto transaction = CREMA_TRY(Transaction::begin(*database_));
    CREMA_TRY(find_row(number));
    auto lease = CREMA_TRY(take_lease(number));
    CREMA_TRY(database_->statement("UPDATE runs SET state='running', finished=NULL WHERE number=?")
                  .bind(static_cast<std::int64_t>(number))
                  .run());
    CREMA_TRY(database_->statement("DELETE FROM remarks WHERE run=?")
                  .bind(static_cast<std::int64_t>(number))
                  .run());
    CREMA_TRY(transaction.commit());
    return make_recorder(folder_, number, std::move(lease), false);
  }

  Result<std::vector<RunRecord>> list_runs(std::size_t limit) override {
    std::vector<RunRecord> runs;
    auto query = database_->statement(std::string(kRunColumns) + "ORDER BY number DESC LIMIT ?");
    query.bind(static_cast<std::int64_t>(limit));
    while (query.next()) runs.push_back(run_of(query));
    if (const auto& failure = query.failure()) return fail(*failure);
    return runs;
  }

  Result<RunRecord> find_run(RunNumber number) override {
    auto run = CREMA_TRY(find_row(number));
    if (run.state == RunState::running && CREMA_TRY(settle(number)))
      run = CREMA_TRY(find_row(number));
    CREMA_TRY(add_jobs(run));
    CREMA_TRY(add_steps(run));
    CREMA_TRY(add_notes(run));
    run.artifacts = CREMA_TRY(make_file_artifacts(folder_, number)->list());
    return run;
  }

  Result<std::optional<RunNumber>> latest_run() override {
    auto query = database_->statement("SELECT MAX(number) FROM runs");
    if (!query.next()) {
      if (const auto& failure = query.failure()) return fail(*failure);
      return std::optional<RunNumber>();
    }
    const auto number = query.optional_integer(0);
    return number ? std::optional(static_cast<RunNumber>(*number)) : std::nullopt;
  }

  Result<std::vector<evidence::Record>> records(RunNumber number) override {
    CREMA_TRY(find_row(number));
    return select_records(*database_, static_cast<std::int64_t>(number));
  }

  Result<std::vector<TestHistory>> test_history(std::size_t limit) override {
    return select_history(*database_, limit);
  }

  Result<Journal> journal(RunNumber number, evidence::JobIndex job) override {
    const std::lock_guard lock(journal_mutex_);
    const auto run = static_cast<std::int64_t>(number);
    Journal journal;
    auto steps = database_->statement(
        "SELECT position, entry FROM journal_steps WHERE run=? AND job=? ORDER BY position");
    steps.bind(run).bind(job);
    while (steps.next())
      journal.steps.push_back({static_cast<std::size_t>(steps.integer(0)), steps.text(1)});
    if (const auto& failure = steps.failure()) return fail(*failure);
    auto query = database_->statement("SELECT journal FROM journals WHERE run=? AND job=?");
    if (query.bind(run).bind(job).next()) {
      journal.job_text = query.text(0);
      return journal;
    }
    return fail("store/no-journal", "job " + std::to_string(job) + " of run " +
                                        std::to_string(number) + " left no journal");
  }

  Result<std::vector<StoredLine>> read_log(RunNumber number, evidence::JobIndex job,
                                           evidence::StepIndex step, std::uint64_t first_line,
                                           std::uint64_t limit) override {
    return read_step_log(log_file(folder_, number, job, step), first_line, limit);
  }

  Result<std::uint64_t> count_log_lines(RunNumber number, evidence::JobIndex job,
                                        evidence::StepIndex step) override {
    return count_step_log(log_file(folder_, number, job, step));
  }

  Result<std::unique_ptr<Artifacts>> artifacts_of(RunNumber number) override {
    CREMA_TRY(find_row(number));
    return make_file_artifacts(folder_, number);
  }

  Caches& caches() override { return *caches_; }
  Result<> prune(std::size_t keep) override { return prune_runs(folder_, keep, {}); }
  fs::path folder() const override { return folder_; }

  // Runs whose crema is gone: their lease can be taken.
  Result<> settle_interrupted() {
    std::vector<RunNumber> running;
    {
      auto query = database_->statement("SELECT number FROM runs WHERE state='running'");
      while (query.next()) running.push_back(static_cast<RunNumber>(query.integer(0)));
      if (const auto& failure = query.failure()) return fail(*failure);
    }
    for (const auto number : running) CREMA_TRY(settle(number));
    return {};
  }

 private:
  Result<RunRecord> find_row(RunNumber number) {
    auto query = database_->statement(std::string(kRunColumns) + "WHERE number=?");
    if (query.bind(static_cast<std::int64_t>(number)).next()) return run_of(query);
    if (const auto& failure = query.failure()) return fail(*failure);
    auto error = make_error("store/no-such-run", "there is no run " + std::to_string(number));
    error.hint = "run `crema list` for those there are";
    return fail(std::move(error));
  }

  Result<> add_jobs(RunRecord& run) {
    auto query = database_->statement(
        "SELECT job, id, name, needs, expands, expanded_from, started, finished, result, reason, "
        "outputs FROM jobs WHERE run=? ORDER BY job");
    query.bind(static_cast<std::int64_t>(run.number));
    while (query.next()) {
      JobRecord job;
      job.index = static_cast<evidence::JobIndex>(query.integer(0));
      job.id = query.text(1);
      job.name = query.text(2);
      const auto needs = query.text(3);
      for (const auto need : split(needs, ',')) {
        evidence::JobIndex index = 0;
        if (std::from_chars(need.data(), need.data() + need.size(), index).ec == std::errc())
          job.needs.push_back(index);
      }
      job.expands = query.integer(4) != 0;
      job.expanded_from = query.integer(5);
      job.started = time_of(query.optional_integer(6));
      job.finished = time_of(query.optional_integer(7));
      job.result = outcome_of(query.text(8));
      job.reason = query.text(9);
      const auto outputs = nlohmann::json::parse(query.text(10), nullptr, false);
      for (const auto& output : outputs) {
        if (output.is_array() && output.size() == 2)
          job.outputs.emplace_back(output[0].get<std::string>(), output[1].get<std::string>());
      }
      run.jobs.push_back(std::move(job));
    }
    if (const auto& failure = query.failure()) return fail(*failure);
    return {};
  }

  Result<> add_steps(RunRecord& run) {
    auto query = database_->statement(
        "SELECT job, step, id, name, started, finished, outcome, conclusion, exit_code, reason "
        "FROM steps WHERE run=? ORDER BY job, step");
    query.bind(static_cast<std::int64_t>(run.number));
    while (query.next()) {
      const auto index = static_cast<evidence::JobIndex>(query.integer(0));
      const auto job = std::find_if(run.jobs.begin(), run.jobs.end(), [&](const auto& candidate) {
        return candidate.index == index;
      });
      if (job == run.jobs.end()) continue;
      StepRecord step;
      step.index = static_cast<evidence::StepIndex>(query.integer(1));
      step.id = query.text(2);
      step.name = query.text(3);
      step.started = time_of(query.optional_integer(4));
      step.finished = time_of(query.optional_integer(5));
      step.outcome = outcome_of(query.text(6));
      step.conclusion = outcome_of(query.text(7));
      step.exit_code = static_cast<int>(query.integer(8));
      step.reason = query.text(9);
      job->steps.push_back(std::move(step));
    }
    if (const auto& failure = query.failure()) return fail(*failure);
    return {};
  }

  Result<> add_notes(RunRecord& run) {
    const auto number = static_cast<std::int64_t>(run.number);
    auto annotations = database_->statement(
        "SELECT job, step, level, message, title, file, line, end_line, first_column, end_column "
        "FROM annotations WHERE run=? ORDER BY rowid");
    annotations.bind(number);
    while (annotations.next()) {
      const auto word = [&](int column) {
        return static_cast<std::uint32_t>(annotations.integer(column));
      };
      run.annotations.push_back(
          {.job = word(0),
           .step = word(1),
           .level = static_cast<evidence::AnnotationLevel>(annotations.integer(2)),
           .message = annotations.text(3),
           .title = annotations.text(4),
           .file = annotations.text(5),
           .line = word(6),
           .end_line = word(7),
           .column = word(8),
           .end_column = word(9)});
    }
    auto summaries = database_->statement(
        "SELECT job, step, markdown FROM summaries WHERE run=? ORDER BY job, step");
    summaries.bind(number);
    while (summaries.next())
      run.summaries.push_back({static_cast<std::uint32_t>(summaries.integer(0)),
                               static_cast<std::uint32_t>(summaries.integer(1)),
                               summaries.text(2)});
    auto remarks = database_->statement(
        "SELECT job, severity, code, message FROM remarks WHERE run=? ORDER BY rowid");
    remarks.bind(number);
    while (remarks.next())
      run.remarks.push_back({remarks.integer(0), static_cast<Severity>(remarks.integer(1)),
                             remarks.text(2), remarks.text(3)});
    for (const auto* query : {&annotations, &summaries, &remarks}) {
      if (const auto& failure = query->failure()) return fail(*failure);
    }
    return {};
  }

  // Whether the run's crema is gone: then its lease can be taken, and the run is `interrupted`. In
  // a transaction, so that nobody who begins or goes on with a run finds its lease taken by this.
  Result<bool> settle(RunNumber number) {
    auto transaction = CREMA_TRY(Transaction::begin(*database_));
    const auto lease = CREMA_TRY(
        sys::FileLock::attempt(lease_of(folder_, number), sys::FileLock::Mode::exclusive));
    if (!lease) return false;
    // It may have ended since it was seen running.
    CREMA_TRY(database_
                  ->statement("UPDATE runs SET state='interrupted' WHERE number=? AND "
                              "state='running'")
                  .bind(static_cast<std::int64_t>(number))
                  .run());
    CREMA_TRY(transaction.commit());
    return true;
  }

  Result<sys::FileLock> take_lease(RunNumber number) {
    auto lease = CREMA_TRY(
        sys::FileLock::attempt(lease_of(folder_, number), sys::FileLock::Mode::exclusive));
    if (lease) return std::move(*lease);
    auto error = make_error(
        "store/busy", "run " + std::to_string(number) + " is still going on in another process");
    error.hint = "wait for it: `crema logs " + std::to_string(number) + " --follow`";
    return fail(std::move(error));
  }

  // Old runs may leave large folders: they go while the new run is under way.
  void prune_beside(RunNumber number) {
    pruning_ = std::jthread([folder = folder_, number](const std::stop_token& stop) {
      const auto pruned = prune_runs(folder, kRunsKept, stop);
      if (!pruned) (void)note_prune_failure(folder, number, pruned.error()).has_value();
    });
  }

  fs::path folder_;
  const sys::Clock& clock_;
  std::mutex journal_mutex_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Caches> caches_;
  std::jthread pruning_;
};

}  // namespace

std::string_view to_text(RunState state) {
  switch (state) {
    case RunState::running:
      return "running";
    case RunState::success:
      return "success";
    case RunState::failure:
      return "failure";
    case RunState::cancelled:
      return "cancelled";
    case RunState::interrupted:
      return "interrupted";
  }
  return "";
}

Result<std::unique_ptr<Store>> Store::open(const fs::path& folder, const sys::Host& host) {
  CREMA_TRY(make_folder(folder));
  auto database = CREMA_TRY(Database::open(folder / "crema.db"));
  CREMA_TRY(migrate(*database));
  CREMA_TRY(continue_numbers(*database, folder));
  auto store = std::make_unique<FolderStore>(folder, host, std::move(database));
  CREMA_TRY(store->settle_interrupted());
  return store;
}

}  // namespace crema::store

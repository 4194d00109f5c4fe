#include "recorder.h"

#include "database.h"
#include "file_artifacts.h"
#include "records.h"
#include "step_log_file.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"
#include "crema/sys/spare_files.h"

#include <nlohmann/json.hpp>

#include <map>
#include <mutex>
#include <set>

namespace crema::store {
namespace {

using Json = nlohmann::json;

std::string needs_text(const std::vector<evidence::JobIndex>& needs) {
  std::string text;
  for (const auto need : needs) text += (text.empty() ? "" : ",") + std::to_string(need);
  return text;
}

class Recorder : public RunRecorder {
 public:
  Recorder(std::filesystem::path folder, RunNumber number, sys::FileLock lease, bool fresh,
           std::unique_ptr<Database> database)
      : folder_(std::move(folder)),
        number_(number),
        fresh_(fresh),
        lease_(std::move(lease)),
        database_(std::move(database)),
        artifacts_(make_file_artifacts(folder_, number)),
        spare_(folder_ / "runs" / std::to_string(number) / "spare") {}

  ~Recorder() override {
    // A run that never said how it ended did not end well.
    const std::lock_guard lock(mutex_);
    commit();
    keep(database_
             ->statement("UPDATE runs SET state='interrupted' WHERE number=? AND state='running'")
             .bind(id())
             .run());
  }

  RunNumber number() const override { return number_; }
  Artifacts& artifacts() override { return *artifacts_; }
  std::filesystem::path folder() const override {
    return folder_ / "runs" / std::to_string(number_);
  }
  std::filesystem::path places() const override { return folder_ / "jobs"; }

  Result<> save_journal(evidence::JobIndex job, std::string_view job_text,
                        std::span<const JournalStep> steps, bool fresh) override {
    const std::lock_guard lock(mutex_);
    if (!open_) open_.emplace(CREMA_TRY(Transaction::begin(*database_)));
    if (fresh) {
      CREMA_TRY(database_->statement("DELETE FROM journal_steps WHERE run=? AND job=?")
                    .bind(id())
                    .bind(job)
                    .run());
    }
    for (const auto& step : steps) {
      CREMA_TRY(database_->statement("INSERT OR REPLACE INTO journal_steps VALUES (?,?,?,?)")
                    .bind(id())
                    .bind(job)
                    .bind(static_cast<std::int64_t>(step.position))
                    .bind(step.text)
                    .run());
    }
    return database_->statement("INSERT OR REPLACE INTO journals VALUES (?,?,?)")
        .bind(id())
        .bind(job)
        .bind(job_text)
        .run();
  }

  Result<> add_record(const evidence::Record& record) override {
    const std::lock_guard lock(mutex_);
    commit();
    return insert_record(*database_, id(), record);
  }

  std::optional<Diagnostic> failure() const override {
    const std::lock_guard lock(mutex_);
    return failure_;
  }

  void on_event(const evidence::Event& event) override {
    const std::lock_guard lock(mutex_);
    const auto time = to_microseconds(event.time);
    keep(std::visit([&](const auto& body) { return record(body, time); }, event.body));
    commit();
  }

  void on_log(evidence::JobIndex job, evidence::StepIndex step,
              std::span<const evidence::LogLine> lines) override {
    StepLogWriter* writer = nullptr;
    {
      const std::lock_guard lock(mutex_);
      writer = log_of(job, step);
    }
    // One thread at a time writes a step's log, so the lock need not be held.
    if (writer != nullptr) {
      const auto written = writer->append(lines);
      if (!written) {
        const std::lock_guard lock(mutex_);
        keep(written);
      }
    }
  }

 private:
  using StepKey = std::pair<evidence::JobIndex, evidence::StepIndex>;

  std::int64_t id() const { return static_cast<std::int64_t>(number_); }

  // The first failure is kept: a run goes on when it cannot be recorded, but it is said.
  void keep(const Result<>& result) {
    if (!result && !failure_) failure_ = result.error();
  }

  // A journal that was saved is kept from here on.
  void commit() {
    if (!open_) return;
    keep(open_->commit());
    open_.reset();
  }

  StepLogWriter* log_of(evidence::JobIndex job, evidence::StepIndex step) {
    const auto found = logs_.find({job, step});
    if (found != logs_.end()) return &found->second;
    const auto file = log_file(folder_, number_, job, step);
    if (!known_folders_.contains(job)) {
      keep(sys::make_directories(file.parent_path()));
      known_folders_.insert(job);
    }
    // What a step still says after its end is added to what it said before.
    auto writer = ended_.contains({job, step}) ? StepLogWriter::go_on(file)
                                               : StepLogWriter::create(file, spare_);
    if (!writer) {
      keep(fail(writer.error()));
      return nullptr;
    }
    return &logs_.emplace(StepKey{job, step}, std::move(*writer)).first->second;
  }

  // Work that was done before it became a run started earlier than its record.
  Result<> record(const evidence::RunStarted& body, std::int64_t time) {
    return database_
        ->statement(
            "UPDATE runs SET workflow=?, path=?, event=?, ref=?, sha=?, title=?, finished=NULL, "
            "state='running', started=MIN(started, ?) WHERE number=?")
        .bind(body.workflow)
        .bind(body.path)
        .bind(body.event)
        .bind(body.ref)
        .bind(body.sha)
        .bind(body.title)
        .bind(time)
        .bind(id())
        .run();
  }
  Result<> record(const evidence::JobPlanned& body, std::int64_t) {
    return database_
        ->statement(
            "INSERT INTO jobs (run, job, id, name, needs, expands, expanded_from) VALUES "
            "(?,?,?,?,?,?,?) "
            "ON CONFLICT DO UPDATE SET id=excluded.id, name=excluded.name, needs=excluded.needs, "
            "expands=excluded.expands, expanded_from=excluded.expanded_from")
        .bind(id())
        .bind(body.job)
        .bind(body.id)
        .bind(body.name)
        .bind(needs_text(body.needs))
        .bind(body.expands ? 1 : 0)
        .bind(body.expanded_from)
        .run();
  }
  Result<> record(const evidence::JobStarted& body, std::int64_t time) {
    return database_
        ->statement(
            "UPDATE jobs SET started=COALESCE(started, ?), finished=NULL, result=NULL, reason='' "
            "WHERE run=? AND job=?")
        .bind(time)
        .bind(id())
        .bind(body.job)
        .run();
  }
  Result<> record(const evidence::JobFinished& body, std::int64_t time) {
    return database_
        ->statement("UPDATE jobs SET finished=?, result=?, reason=? WHERE run=? AND job=?")
        .bind(time)
        .bind(evidence::to_text(body.result))
        .bind(body.reason)
        .bind(id())
        .bind(body.job)
        .run();
  }
  Result<> record(const evidence::StepStarted& body, std::int64_t time) {
    ended_.erase({body.job, body.step});
    if (!fresh_) {
      CREMA_TRY(remove_step_log(log_file(folder_, number_, body.job, body.step)));
      for (const auto* table : {"annotations", "summaries"}) {
        CREMA_TRY(database_
                      ->statement(std::string("DELETE FROM ") + table +
                                  " WHERE run=? AND job=? AND step=?")
                      .bind(id())
                      .bind(body.job)
                      .bind(body.step)
                      .run());
      }
    }
    return database_
        ->statement(
            "INSERT OR REPLACE INTO steps (run, job, step, id, name, started) VALUES (?,?,?,?,?,?)")
        .bind(id())
        .bind(body.job)
        .bind(body.step)
        .bind(body.id)
        .bind(body.name)
        .bind(time)
        .run();
  }
  Result<> record(const evidence::StepFinished& body, std::int64_t time) {
    logs_.erase({body.job, body.step});
    ended_.insert({body.job, body.step});
    return database_
        ->statement(
            "UPDATE steps SET finished=?, outcome=?, conclusion=?, exit_code=?, reason=? WHERE "
            "run=? AND job=? AND step=?")
        .bind(time)
        .bind(evidence::to_text(body.outcome))
        .bind(evidence::to_text(body.conclusion))
        .bind(body.exit_code)
        .bind(body.reason)
        .bind(id())
        .bind(body.job)
        .bind(body.step)
        .run();
  }
  Result<> record(const evidence::Annotation& body, std::int64_t) {
    return database_->statement("INSERT INTO annotations VALUES (?,?,?,?,?,?,?,?,?,?,?)")
        .bind(id())
        .bind(body.job)
        .bind(body.step)
        .bind(static_cast<std::int64_t>(body.level))
        .bind(body.message)
        .bind(body.title)
        .bind(body.file)
        .bind(body.line)
        .bind(body.end_line)
        .bind(body.column)
        .bind(body.end_column)
        .run();
  }
  Result<> record(const evidence::SummaryWritten& body, std::int64_t) {
    return database_
        ->statement(
            "INSERT INTO summaries VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET "
            "markdown=markdown||excluded.markdown")
        .bind(id())
        .bind(body.job)
        .bind(body.step)
        .bind(body.markdown)
        .run();
  }
  Result<> record(const evidence::OutputsSet& body, std::int64_t) {
    Json outputs = Json::array();
    for (const auto& [name, value] : body.outputs) outputs.push_back({name, value});
    return database_->statement("UPDATE jobs SET outputs=? WHERE run=? AND job=?")
        .bind(outputs.dump(-1, ' ', false, Json::error_handler_t::replace))
        .bind(id())
        .bind(body.job)
        .run();
  }
  Result<> record(const evidence::ArtifactSaved&, std::int64_t) { return {}; }  // Artifacts has it
  Result<> record(const evidence::Remark& body, std::int64_t) {
    return database_->statement("INSERT INTO remarks VALUES (?,?,?,?,?)")
        .bind(id())
        .bind(body.job)
        .bind(static_cast<std::int64_t>(body.severity))
        .bind(body.code)
        .bind(body.message)
        .run();
  }
  Result<> record(const evidence::RunFinished& body, std::int64_t time) {
    const auto state =
        body.interrupted ? std::string_view("interrupted") : evidence::to_text(body.result);
    return database_->statement("UPDATE runs SET state=?, finished=? WHERE number=?")
        .bind(state)
        .bind(time)
        .bind(id())
        .run();
  }

  std::filesystem::path folder_;
  RunNumber number_;
  bool fresh_;
  sys::FileLock lease_;
  mutable std::mutex mutex_;  // guards what follows
  std::unique_ptr<Database> database_;
  std::optional<Transaction> open_;  // a journal waits for its event
  std::unique_ptr<Artifacts> artifacts_;
  std::map<StepKey, StepLogWriter> logs_;
  std::set<StepKey> ended_;
  std::set<evidence::JobIndex> known_folders_;
  std::optional<Diagnostic> failure_;
  sys::SpareFiles spare_;
};

}  // namespace

std::filesystem::path lease_of(const std::filesystem::path& folder, RunNumber run) {
  return folder / "runs" / std::to_string(run) / "lease";
}

std::filesystem::path log_file(const std::filesystem::path& folder, RunNumber run,
                               evidence::JobIndex job, evidence::StepIndex step) {
  return folder / "logs" / std::to_string(run) / std::to_string(job) /
         (std::to_string(step) + ".log");
}

std::int64_t to_microseconds(evidence::Time time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

evidence::Time from_microseconds(std::int64_t microseconds) {
  return evidence::Time(std::chrono::microseconds(microseconds));
}

Result<std::unique_ptr<RunRecorder>> make_recorder(const std::filesystem::path& folder,
                                                   RunNumber number, sys::FileLock lease,
                                                   bool fresh) {
  auto database = CREMA_TRY(Database::open(folder / "crema.db"));
  return std::make_unique<Recorder>(folder, number, std::move(lease), fresh, std::move(database));
}

}  // namespace crema::store

// The store: everything crema remembers of its runs, in one folder (`.crema/` of the repository):
// `crema.db` (SQLite, WAL) for records, `logs/` for log files with their line index, `blobs/` by
// content hash, `caches/`, `jobs/` where jobs work, and `runs/N/` for what of them can be resumed.
// What was recorded survives kill -9 of crema at any instant.
#pragma once

#include "crema/base/result.h"
#include "crema/evidence/event.h"
#include "crema/evidence/record.h"
#include "crema/store/artifacts.h"
#include "crema/store/caches.h"
#include "crema/sys/host.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::store {

using RunNumber = std::uint64_t;

inline constexpr std::size_t kRunsKept = 50;

enum class RunState : std::uint8_t { running, success, failure, cancelled, interrupted };
std::string_view to_text(RunState state);

struct StepRecord {
  evidence::StepIndex index = 0;
  std::string id, name;
  std::optional<evidence::Time> started, finished;
  std::optional<evidence::Outcome> outcome, conclusion;
  int exit_code = 0;
  std::string reason;
};

struct JobRecord {
  evidence::JobIndex index = 0;
  std::string id, name;
  std::vector<evidence::JobIndex> needs;
  bool expands = false;
  std::int64_t expanded_from = -1;
  std::optional<evidence::Time> started, finished;
  std::optional<evidence::Outcome> result;
  std::string reason;
  std::vector<std::pair<std::string, std::string>> outputs;
  std::vector<StepRecord> steps;
};

struct RunRecord {
  RunNumber number = 0;
  RunState state = RunState::running;
  std::string workflow, path, event, ref, sha, title;
  evidence::Time started;
  std::optional<evidence::Time> finished;
  std::string request;          // JSON: how the run was asked for, enough to resume it; no secrets
  std::vector<JobRecord> jobs;  // filled by find_run, not by list_runs
  std::vector<evidence::Annotation> annotations;
  std::vector<evidence::SummaryWritten> summaries;
  std::vector<evidence::Remark> remarks;
  std::vector<ArtifactInfo> artifacts;
};

// What became of one test in earlier runs, also of those that are forgotten.
struct TestResult {
  RunNumber run = 0;
  std::string commit, branch;
  evidence::Time time;
  evidence::TestOutcome outcome = evidence::TestOutcome::passed;
  bool flaky = false;
  std::chrono::nanoseconds duration{0};
};
struct TestHistory {
  std::string project, suite;
  std::string name;                 // "group\nname" where the case has a group
  std::vector<TestResult> results;  // newest first
};

struct StoredLine {
  evidence::Time time;
  evidence::LineKind kind;
  std::string text;
};

// What a job must remember to be resumed: of the job as it stands, and of each step by its
// position.
struct JournalStep {
  std::size_t position = 0;
  std::string text;
};
struct Journal {
  std::string job_text;
  std::vector<JournalStep> steps;  // by position
};

// Records one run as a listener of its events. Log lines reach the file at once; records are
// committed at the latest with the event that ends a step, a job or the run.
class RunRecorder : public evidence::RunListener {
 public:
  virtual RunNumber number() const = 0;
  virtual Artifacts& artifacts() = 0;
  // The run's own folder, where the places of its jobs wait to be resumed.
  virtual std::filesystem::path folder() const = 0;
  // Where jobs work while they run, at paths that are the same in every run.
  virtual std::filesystem::path places() const = 0;
  // The journal of a job after a step: what resume needs, without secrets. `job_text` replaces what
  // was kept of the job, `steps` are added; a `fresh` one forgets those of an earlier attempt. It
  // is kept for good with the event that follows, in one commit.
  virtual Result<> save_journal(evidence::JobIndex job, std::string_view job_text,
                                std::span<const JournalStep> steps, bool fresh) = 0;
  // Evidence of the run; `origin.run` is its number. Kept when this returns.
  virtual Result<> add_record(const evidence::Record& record) = 0;
  // What could not be recorded, the first of it: the disk is full, the folder gone. The run goes on
  // all the same; whoever runs it says so.
  virtual std::optional<Diagnostic> failure() const { return std::nullopt; }
};

class Store {
 public:
  // Opens or makes the store in `folder`; runs whose crema is gone become `interrupted`.
  static Result<std::unique_ptr<Store>> open(const std::filesystem::path& folder,
                                             const sys::Host& host);
  virtual ~Store() = default;

  virtual Result<std::unique_ptr<RunRecorder>> begin_run(std::string_view request_json) = 0;
  // Goes on with an ended run: its number stays, the events that follow replace those of the jobs
  // and steps that run again.
  virtual Result<std::unique_ptr<RunRecorder>> reopen_run(RunNumber number) = 0;

  virtual Result<std::vector<RunRecord>> list_runs(std::size_t limit) = 0;  // newest first
  virtual Result<RunRecord> find_run(RunNumber number) = 0;                 // "store/no-such-run"
  virtual Result<std::optional<RunNumber>> latest_run() = 0;
  virtual Result<std::vector<evidence::Record>> records(RunNumber number) = 0;
  // Of every test there ever was, at most `limit` results each.
  virtual Result<std::vector<TestHistory>> test_history(std::size_t limit) = 0;
  // Jobs of a resumed run ask from their threads; nothing else of the store is for several at once.
  virtual Result<Journal> journal(RunNumber number, evidence::JobIndex job) = 0;

  // The lines of a step's log from `first_line` (0-based), at most `limit`.
  virtual Result<std::vector<StoredLine>> read_log(RunNumber number, evidence::JobIndex job,
                                                   evidence::StepIndex step,
                                                   std::uint64_t first_line,
                                                   std::uint64_t limit) = 0;
  // How many lines that log has by now; found at once, however long it is.
  virtual Result<std::uint64_t> count_log_lines(RunNumber number, evidence::JobIndex job,
                                                evidence::StepIndex step) = 0;
  virtual Result<std::unique_ptr<Artifacts>> artifacts_of(RunNumber number) = 0;
  virtual Caches& caches() = 0;
  // Forgets all but the newest `keep` runs that have ended, with their logs, artifacts and places.
  // begin_run does it beside the run, with kRunsKept.
  virtual Result<> prune(std::size_t keep) = 0;
  virtual std::filesystem::path folder() const = 0;
};

}  // namespace crema::store

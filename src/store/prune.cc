#include "prune.h"

#include "database.h"
#include "file_artifacts.h"
#include "recorder.h"

#include "crema/sys/file_lock.h"
#include "crema/sys/files.h"

#include <string>
#include <vector>

namespace crema::store {
namespace {

namespace fs = std::filesystem;

Result<std::vector<std::int64_t>> runs_beyond(Database& database, std::size_t keep) {
  std::vector<std::int64_t> old;
  auto query = database.statement(
      "SELECT number FROM runs WHERE state<>'running' AND number NOT IN (SELECT number FROM runs "
      "WHERE state<>'running' ORDER BY number DESC LIMIT ?) ORDER BY number");
  query.bind(static_cast<std::int64_t>(keep));
  while (query.next()) old.push_back(query.integer(0));
  if (const auto& failure = query.failure()) return fail(*failure);
  return old;
}

Result<> remove_files(const fs::path& folder, const std::string& number) {
  CREMA_TRY(sys::remove_tree(folder / "logs" / number));
  // The lease goes last: it keeps others from taking up the run meanwhile.
  std::error_code error;
  for (auto entry = fs::directory_iterator(folder / "runs" / number, error);
       !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (entry->path().filename() != "lease") CREMA_TRY(sys::remove_tree(entry->path()));
  }
  return {};
}

Result<> remove_records(Database& database, std::int64_t number) {
  auto transaction = CREMA_TRY(Transaction::begin(database));
  CREMA_TRY(database
                .statement("DELETE FROM artifact_files WHERE artifact IN (SELECT id FROM artifacts "
                           "WHERE run=?)")
                .bind(number)
                .run());
  for (const auto* table : {"artifacts", "jobs", "steps", "annotations", "summaries", "remarks",
                            "journals", "journal_steps", "records"}) {
    CREMA_TRY(database.statement(std::string("DELETE FROM ") + table + " WHERE run=?")
                  .bind(number)
                  .run());
  }
  CREMA_TRY(database.statement("DELETE FROM runs WHERE number=?").bind(number).run());
  return transaction.commit();
}

}  // namespace

Result<> prune_runs(const fs::path& folder, std::size_t keep, const std::stop_token& stop) {
  const auto database = CREMA_TRY(Database::open(folder / "crema.db"));
  bool removed = false;
  for (const auto number : CREMA_TRY(runs_beyond(*database, keep))) {
    if (stop.stop_requested()) return {};
    const auto lease = CREMA_TRY(sys::FileLock::attempt(
        lease_of(folder, static_cast<RunNumber>(number)), sys::FileLock::Mode::exclusive));
    if (!lease) continue;  // somebody goes on with it
    const auto name = std::to_string(number);
    CREMA_TRY(remove_files(folder, name));
    CREMA_TRY(remove_records(*database, number));
    CREMA_TRY(sys::remove_tree(folder / "runs" / name));
    removed = true;
  }
  return removed ? remove_unused_blobs(folder) : Result<>{};
}

Result<> note_prune_failure(const fs::path& folder, RunNumber run, const Diagnostic& why) {
  const auto database = CREMA_TRY(Database::open(folder / "crema.db"));
  return database->statement("INSERT INTO remarks VALUES (?,-1,?,?,?)")
      .bind(static_cast<std::int64_t>(run))
      .bind(static_cast<std::int64_t>(Severity::warning))
      .bind(why.code)
      .bind("old runs could not be removed: " + why.message)
      .run();
}

}  // namespace crema::store

#include "records.h"

#include "recorder.h"

#include <zstd.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace crema::store {
namespace {

using evidence::Record;
using evidence::TestSuite;

// Beyond what any stage leaves: a damaged document must not ask for all memory there is.
constexpr std::uint64_t kLargestDocument = std::uint64_t{1} << 30U;

std::string compressed(std::string_view text) {
  std::string bytes(ZSTD_compressBound(text.size()), '\0');
  const auto size = ZSTD_compress(bytes.data(), bytes.size(), text.data(), text.size(), 1);
  bytes.resize(ZSTD_isError(size) != 0 ? 0 : size);
  return bytes;
}

Result<std::string> uncompressed(const std::string& bytes) {
  const auto size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  std::string text;
  if (size <= kLargestDocument) {
    text.resize(size);
    const auto got = ZSTD_decompress(text.data(), text.size(), bytes.data(), bytes.size());
    if (ZSTD_isError(got) == 0 && got == size) return text;
  }
  return fail("store/damaged", "a record of the store cannot be read: it is damaged");
}

Result<std::int64_t> test_id(Database& database, const TestSuite& suite, const std::string& name) {
  CREMA_TRY(database.statement("INSERT OR IGNORE INTO tests (project, suite, name) VALUES (?,?,?)")
                .bind(suite.project)
                .bind(suite.name)
                .bind(name)
                .run());
  auto query = database.statement("SELECT id FROM tests WHERE project=? AND suite=? AND name=?");
  if (query.bind(suite.project).bind(suite.name).bind(name).next()) return query.integer(0);
  return fail(query.failure().value_or(make_error("store/database", "a test has no row")));
}

Result<> insert_results(Database& database, std::int64_t run, const Record& record,
                        const TestSuite& suite) {
  const auto time = to_microseconds(record.origin.time);
  for (const auto& test : suite.cases) {
    const auto id = CREMA_TRY(
        test_id(database, suite, test.group.empty() ? test.name : test.group + "\n" + test.name));
    CREMA_TRY(database
                  .statement("INSERT INTO test_results (test, run, sha, branch, time, outcome, "
                             "flaky, duration) VALUES (?,?,?,?,?,?,?,?)")
                  .bind(id)
                  .bind(run)
                  .bind(record.origin.commit)
                  .bind(record.origin.branch)
                  .bind(time)
                  .bind(evidence::to_text(test.outcome))
                  .bind(test.flaky() ? 1 : 0)
                  .bind(static_cast<std::int64_t>(test.duration.count()))
                  .run());
  }
  return {};
}

evidence::TestOutcome outcome_of(std::string_view text) {
  for (const auto outcome : {evidence::TestOutcome::passed, evidence::TestOutcome::skipped}) {
    if (evidence::to_text(outcome) == text) return outcome;
  }
  return evidence::TestOutcome::failed;
}

}  // namespace

Result<> insert_record(Database& database, std::int64_t run, const Record& record) {
  auto transaction = CREMA_TRY(Transaction::begin(database));
  CREMA_TRY(database.statement("INSERT INTO records (run, kind, document) VALUES (?,?,?)")
                .bind(run)
                .bind(evidence::kind_of(record.evidence))
                .bind_bytes(compressed(evidence::to_json(record)))
                .run());
  if (const auto* suite = std::get_if<TestSuite>(&record.evidence))
    CREMA_TRY(insert_results(database, run, record, *suite));
  return transaction.commit();
}

Result<std::vector<Record>> select_records(Database& database, std::int64_t run) {
  std::vector<Record> records;
  auto query = database.statement("SELECT document FROM records WHERE run=? ORDER BY id");
  query.bind(run);
  while (query.next()) {
    const auto text = CREMA_TRY(uncompressed(query.bytes(0)));
    auto record = CREMA_TRY(evidence::record_from_json(text));
    record.origin.run = static_cast<std::uint64_t>(run);
    records.push_back(std::move(record));
  }
  if (const auto& failure = query.failure()) return fail(*failure);
  return records;
}

Result<std::vector<TestHistory>> select_history(Database& database, std::size_t limit) {
  std::vector<TestHistory> histories;
  auto query = database.statement(
      "SELECT t.id, t.project, t.suite, t.name, r.run, r.sha, r.branch, r.time, r.outcome, "
      "r.flaky, r.duration FROM tests t JOIN test_results r ON r.test=t.id ORDER BY t.id, r.id "
      "DESC");
  std::int64_t last = -1;
  while (query.next()) {
    if (query.integer(0) != last) {
      last = query.integer(0);
      histories.push_back({query.text(1), query.text(2), query.text(3), {}});
    }
    auto& results = histories.back().results;
    if (results.size() >= limit) continue;
    results.push_back({.run = static_cast<RunNumber>(query.integer(4)),
                       .commit = query.text(5),
                       .branch = query.text(6),
                       .time = from_microseconds(query.integer(7)),
                       .outcome = outcome_of(query.text(8)),
                       .flaky = query.integer(9) != 0,
                       .duration = std::chrono::nanoseconds(query.integer(10))});
  }
  if (const auto& failure = query.failure()) return fail(*failure);
  return histories;
}

}  // namespace crema::store

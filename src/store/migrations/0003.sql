-- Evidence: a document for each record, compressed (zstd); and each test's results, which outlive
-- the run, for its history.
CREATE TABLE records (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL, kind TEXT NOT NULL, document BLOB NOT NULL
);
CREATE INDEX records_of_run ON records (run, id);
CREATE TABLE tests (
  id INTEGER PRIMARY KEY,
  project TEXT NOT NULL, suite TEXT NOT NULL, name TEXT NOT NULL,
  UNIQUE (project, suite, name)
);
CREATE TABLE test_results (
  id INTEGER PRIMARY KEY,
  test INTEGER NOT NULL, run INTEGER NOT NULL,
  sha TEXT NOT NULL, branch TEXT NOT NULL, time INTEGER NOT NULL,
  outcome TEXT NOT NULL, flaky INTEGER NOT NULL,
  duration INTEGER NOT NULL           -- nanoseconds
);
CREATE INDEX results_of_test ON test_results (test, id);
CREATE INDEX results_of_run ON test_results (run);

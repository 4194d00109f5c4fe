-- The first schema. Times are microseconds since 1970 (UTC); results and levels are GitHub's words.
CREATE TABLE runs (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  state TEXT NOT NULL,
  workflow TEXT NOT NULL DEFAULT '',
  path TEXT NOT NULL DEFAULT '',
  event TEXT NOT NULL DEFAULT '',
  ref TEXT NOT NULL DEFAULT '',
  sha TEXT NOT NULL DEFAULT '',
  title TEXT NOT NULL DEFAULT '',
  started INTEGER NOT NULL,
  finished INTEGER,
  request TEXT NOT NULL
);
CREATE TABLE jobs (
  run INTEGER NOT NULL, job INTEGER NOT NULL,
  id TEXT NOT NULL, name TEXT NOT NULL,
  needs TEXT NOT NULL,                -- "0,2"
  expands INTEGER NOT NULL, expanded_from INTEGER NOT NULL,
  started INTEGER, finished INTEGER, result TEXT,
  reason TEXT NOT NULL DEFAULT '',
  outputs TEXT NOT NULL DEFAULT '[]', -- [["name", "value"], ...]
  PRIMARY KEY (run, job)
) WITHOUT ROWID;
CREATE TABLE steps (
  run INTEGER NOT NULL, job INTEGER NOT NULL, step INTEGER NOT NULL,
  id TEXT NOT NULL, name TEXT NOT NULL,
  started INTEGER NOT NULL, finished INTEGER,
  outcome TEXT, conclusion TEXT, exit_code INTEGER NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (run, job, step)
) WITHOUT ROWID;
CREATE TABLE annotations (
  run INTEGER NOT NULL, job INTEGER NOT NULL, step INTEGER NOT NULL,
  level INTEGER NOT NULL, message TEXT NOT NULL, title TEXT NOT NULL, file TEXT NOT NULL,
  line INTEGER NOT NULL, end_line INTEGER NOT NULL, first_column INTEGER NOT NULL,
  end_column INTEGER NOT NULL
);
CREATE INDEX annotations_of_run ON annotations (run, job, step);
CREATE TABLE summaries (
  run INTEGER NOT NULL, job INTEGER NOT NULL, step INTEGER NOT NULL, markdown TEXT NOT NULL,
  PRIMARY KEY (run, job, step)
) WITHOUT ROWID;
CREATE TABLE remarks (
  run INTEGER NOT NULL, job INTEGER NOT NULL, severity INTEGER NOT NULL, code TEXT NOT NULL,
  message TEXT NOT NULL
);
CREATE INDEX remarks_of_run ON remarks (run);
CREATE TABLE journals (
  run INTEGER NOT NULL, job INTEGER NOT NULL, journal TEXT NOT NULL, PRIMARY KEY (run, job)
) WITHOUT ROWID;
CREATE TABLE artifacts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run INTEGER NOT NULL, name TEXT NOT NULL,
  files INTEGER NOT NULL, bytes INTEGER NOT NULL, digest TEXT NOT NULL,
  UNIQUE (run, name)
);
CREATE TABLE artifact_files (
  artifact INTEGER NOT NULL, path TEXT NOT NULL, executable INTEGER NOT NULL, blob TEXT NOT NULL,
  PRIMARY KEY (artifact, path)
) WITHOUT ROWID;
CREATE INDEX artifact_files_of_blob ON artifact_files (blob);
CREATE TABLE caches (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL, version TEXT NOT NULL,
  created INTEGER NOT NULL, used INTEGER NOT NULL, bytes INTEGER NOT NULL, file TEXT NOT NULL,
  UNIQUE (key, version)
);

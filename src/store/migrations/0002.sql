-- The journal of a job grows by what each step left, instead of being written anew.
CREATE TABLE journal_steps (
  run INTEGER NOT NULL, job INTEGER NOT NULL, position INTEGER NOT NULL, entry TEXT NOT NULL,
  PRIMARY KEY (run, job, position)
) WITHOUT ROWID;

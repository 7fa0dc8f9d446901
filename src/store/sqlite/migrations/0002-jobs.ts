/** Jobs: sampled jobs without a verdict, delivered work by buckets of time, and customer jobs. */
export const jobs = `
-- Few rows at a time: what is in flight or being verified. The draw stands in the log.
CREATE TABLE open_samples (
  job_id TEXT NOT NULL,
  hotkey TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  lane TEXT NOT NULL,
  PRIMARY KEY (job_id, hotkey)
) STRICT, WITHOUT ROWID;

-- The start leads: what is written lies together, and so does what is weighed or dropped.
CREATE TABLE work (
  start INTEGER NOT NULL,
  lane TEXT NOT NULL,
  hotkey TEXT NOT NULL,
  verified REAL NOT NULL,
  unverified REAL NOT NULL,
  debit REAL NOT NULL,
  results INTEGER NOT NULL,
  PRIMARY KEY (start, lane, hotkey)
) STRICT, WITHOUT ROWID;
CREATE INDEX work_unverified ON work (hotkey) WHERE unverified > 0;

CREATE TABLE customer_jobs (
  id INTEGER PRIMARY KEY,
  job_id TEXT NOT NULL UNIQUE,
  client_key TEXT NOT NULL UNIQUE,
  lane TEXT NOT NULL,
  kind TEXT NOT NULL,
  input TEXT NOT NULL,
  created_at REAL NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  answer TEXT,
  hotkey TEXT,
  code TEXT,
  ended_at REAL
) STRICT;
CREATE INDEX customer_jobs_queued ON customer_jobs (created_at, id) WHERE state = 'queued';
CREATE INDEX customer_jobs_ended ON customer_jobs (coalesce(ended_at, created_at)) WHERE state <> 'queued';
`;

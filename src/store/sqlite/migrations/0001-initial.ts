/**
 * Times are REAL, since a clock may have fractions; all other numbers are INTEGER. Tables that only grow at their end
 * (log lines, the order of submissions) keep a group commit to a few pages.
 */
export const initial = `
CREATE TABLE epochs (
  epoch INTEGER PRIMARY KEY,
  commitment TEXT NOT NULL,
  policy TEXT NOT NULL,
  committed_at REAL NOT NULL,
  signature TEXT NOT NULL,
  key_id TEXT NOT NULL,
  closed_at REAL,
  revealed_key TEXT,
  log_head TEXT NOT NULL,
  log_length INTEGER NOT NULL
) STRICT;

CREATE TABLE log_lines (
  epoch INTEGER NOT NULL,
  n INTEGER NOT NULL,
  line TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (epoch, n)
) STRICT, WITHOUT ROWID;

-- The draw stands in the log alone; draw_n says where.
CREATE TABLE submissions (
  id INTEGER PRIMARY KEY,
  receipt_id TEXT NOT NULL UNIQUE,
  idempotency_key TEXT NOT NULL UNIQUE,
  lane TEXT NOT NULL,
  hotkey TEXT NOT NULL,
  challenge_id TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  tier INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  answer_encoding TEXT NOT NULL,
  answer BLOB,
  answer_sha256 TEXT NOT NULL,
  weight REAL NOT NULL,
  received_at REAL NOT NULL,
  block INTEGER NOT NULL,
  sampled INTEGER NOT NULL,
  draw_n INTEGER NOT NULL,
  state TEXT NOT NULL,
  code TEXT,
  tries INTEGER NOT NULL,
  decided_at REAL
) STRICT;
-- A challenge lives in one epoch, so its epoch leads: inserts stay in one place, and retention finds its rows.
CREATE INDEX submissions_by_challenge ON submissions (epoch, lane, challenge_id);
CREATE INDEX submissions_pending ON submissions (received_at, id, epoch, receipt_id) WHERE state = 'pending';

CREATE TABLE solves (
  lane TEXT NOT NULL,
  challenge_id TEXT NOT NULL,
  hotkey TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  weight REAL NOT NULL,
  received_at REAL NOT NULL,
  verified INTEGER NOT NULL,
  forfeited INTEGER NOT NULL,
  PRIMARY KEY (lane, challenge_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX solves_by_time ON solves (received_at, forfeited, lane, hotkey, weight);
CREATE INDEX solves_unverified ON solves (hotkey) WHERE verified = 0 AND forfeited = 0;

CREATE TABLE miners (
  hotkey TEXT PRIMARY KEY,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  submitted INTEGER NOT NULL,
  accepted INTEGER NOT NULL,
  rejected INTEGER NOT NULL,
  void INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- after_id: the newest submission when the strike was recorded, for those received in the same millisecond.
CREATE TABLE strikes (
  id INTEGER PRIMARY KEY,
  strike_id TEXT NOT NULL UNIQUE,
  hotkey TEXT NOT NULL,
  lane TEXT NOT NULL,
  block INTEGER NOT NULL,
  at REAL NOT NULL,
  evidence TEXT NOT NULL,
  suspend_until INTEGER,
  counted INTEGER NOT NULL,
  after_id INTEGER NOT NULL
) STRICT;
CREATE INDEX strikes_by_hotkey ON strikes (hotkey, at);

CREATE TABLE suspensions (
  hotkey TEXT NOT NULL,
  kind TEXT NOT NULL,
  until_block INTEGER NOT NULL,
  reason TEXT NOT NULL,
  by TEXT NOT NULL,
  at REAL NOT NULL,
  PRIMARY KEY (hotkey, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE operator_actions (
  id INTEGER PRIMARY KEY,
  action TEXT NOT NULL,
  hotkey TEXT NOT NULL,
  reason TEXT NOT NULL,
  at REAL NOT NULL
) STRICT;

CREATE TABLE pages (
  epoch INTEGER NOT NULL,
  hotkey TEXT NOT NULL,
  lane TEXT NOT NULL,
  tier INTEGER NOT NULL,
  first INTEGER NOT NULL,
  past INTEGER NOT NULL,
  at REAL NOT NULL,
  PRIMARY KEY (epoch, hotkey, lane, tier, first, past)
) STRICT, WITHOUT ROWID;

CREATE TABLE vectors (
  epoch INTEGER PRIMARY KEY,
  intent TEXT NOT NULL,
  signature TEXT
) STRICT;

CREATE TABLE notes (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;

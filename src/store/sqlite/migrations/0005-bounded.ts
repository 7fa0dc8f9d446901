/** `unhex` of what follows the prefix, where that is the given number of lower-case digits; else the text as it is. */
const packed = (column: string, prefix: string, digits: number): string =>
  `CASE WHEN length(${column}) = length(${prefix}) + ${digits} AND substr(${column}, 1, length(${prefix})) = ${prefix}
      AND substr(${column}, length(${prefix}) + 1) NOT GLOB '*[^0-9a-f]*'
    THEN unhex(substr(${column}, length(${prefix}) + 1)) ELSE ${column} END`;

const challenge = (table: string): string =>
  packed(`${table}.challenge_id`, `('pm-t' || s.tier || '-e' || s.epoch || '-')`, 24);

/** Solves have no tier of their own. */
const ofSolve = packed(
  "s.challenge_id",
  "(substr(s.challenge_id, 1, instr(s.challenge_id, '-e')) || 'e' || s.epoch || '-')",
  24,
);

/**
 * Rows that stay small. Hexadecimal texts are stored as their bytes (any other text as it is, hence ANY). A submission stands
 * in its row alone: a log line refers to it, its idempotency key is its own columns, and its answer has a table of its own,
 * whose row goes when the submission ends.
 */
export const bounded = `
CREATE TABLE new_submissions (
  id INTEGER PRIMARY KEY,
  receipt ANY NOT NULL,
  epoch INTEGER NOT NULL,
  challenge ANY NOT NULL,
  lane TEXT NOT NULL,
  tier INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  hotkey TEXT NOT NULL,
  answer_sha256 ANY NOT NULL,
  weight REAL NOT NULL,
  received_at REAL NOT NULL,
  block INTEGER NOT NULL,
  draw_n INTEGER NOT NULL,
  draw_class TEXT NOT NULL,
  rate TEXT NOT NULL,
  x ANY NOT NULL,
  sampled INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  state TEXT NOT NULL,
  verified INTEGER,
  code TEXT,
  decided_at REAL
) STRICT;

CREATE TABLE answers (
  id INTEGER PRIMARY KEY,
  encoding TEXT NOT NULL,
  bytes BLOB
) STRICT;

INSERT INTO answers (id, encoding, bytes)
  SELECT id, answer_encoding, answer FROM submissions WHERE state = 'pending';

-- Where the epoch was dropped, the line of the draw may be gone before the row.
INSERT INTO new_submissions
  SELECT s.id, ${packed("s.receipt_id", "'rc_'", 32)}, s.epoch, ${challenge("s")}, s.lane, s.tier, s.seq, s.hotkey,
    ${packed("s.answer_sha256", "''", 64)}, s.weight, s.received_at, s.block, s.draw_n,
    coalesce(json_extract(l.line, '$.class'), ''), coalesce(json_extract(l.line, '$.rate'), ''),
    ${packed("coalesce(json_extract(l.line, '$.x'), '')", "''", 16)}, s.sampled, s.tries, s.state, NULL, s.code,
    s.decided_at
  FROM submissions s LEFT JOIN log_lines l ON l.epoch = s.epoch AND l.n = s.draw_n;

-- Lines of before stay as they are written; submission NULL. A line of a submission has no text.
CREATE TABLE new_log_lines (
  epoch INTEGER NOT NULL,
  n INTEGER NOT NULL,
  hash ANY NOT NULL,
  submission INTEGER,
  line TEXT,
  PRIMARY KEY (epoch, n)
) STRICT, WITHOUT ROWID;
INSERT INTO new_log_lines SELECT epoch, n, ${packed("hash", "''", 64)}, NULL, line FROM log_lines;

-- The epoch leads, as in submissions: what is paid together lies together.
CREATE TABLE new_solves (
  epoch INTEGER NOT NULL,
  challenge ANY NOT NULL,
  lane TEXT NOT NULL,
  hotkey TEXT NOT NULL,
  weight REAL NOT NULL,
  received_at REAL NOT NULL,
  verified INTEGER NOT NULL,
  forfeited INTEGER NOT NULL,
  PRIMARY KEY (epoch, challenge, lane)
) STRICT, WITHOUT ROWID;
INSERT INTO new_solves
  SELECT s.epoch, CASE WHEN s.challenge_id GLOB 'pm-t[0-9]*' THEN ${ofSolve} ELSE s.challenge_id END, s.lane, s.hotkey, s.weight, s.received_at, s.verified, s.forfeited FROM solves s;

-- One row per hotkey, lane and tier: the least first and the greatest past.
CREATE TABLE new_pages (
  epoch INTEGER NOT NULL,
  hotkey TEXT NOT NULL,
  lane TEXT NOT NULL,
  tier INTEGER NOT NULL,
  first INTEGER NOT NULL,
  past INTEGER NOT NULL,
  at REAL NOT NULL,
  PRIMARY KEY (epoch, hotkey, lane, tier)
) STRICT, WITHOUT ROWID;
INSERT INTO new_pages
  SELECT epoch, hotkey, lane, tier, min(first), max(past), max(at) FROM pages GROUP BY epoch, hotkey, lane, tier;

DROP TABLE submissions;
DROP TABLE log_lines;
DROP TABLE solves;
DROP TABLE pages;
ALTER TABLE new_submissions RENAME TO submissions;
ALTER TABLE new_log_lines RENAME TO log_lines;
ALTER TABLE new_solves RENAME TO solves;
ALTER TABLE new_pages RENAME TO pages;

CREATE UNIQUE INDEX submissions_by_receipt ON submissions (receipt);
-- A challenge lives in one epoch, so its epoch leads: inserts stay in one place, and retention finds its rows.
CREATE INDEX submissions_by_challenge ON submissions (epoch, challenge);
CREATE INDEX submissions_pending ON submissions (received_at, id, epoch, receipt) WHERE state = 'pending';
CREATE INDEX solves_by_time ON solves (received_at, forfeited, lane, hotkey, weight);
CREATE INDEX solves_unverified ON solves (hotkey) WHERE verified = 0 AND forfeited = 0;

-- All that a start needs of a strike, without its evidence.
DROP INDEX strikes_by_hotkey;
CREATE INDEX strikes_by_hotkey ON strikes (hotkey, at, after_id, block, counted);

-- For retention: who was not seen for long.
CREATE INDEX miners_by_seen ON miners (last_seen);

-- Exhibits of strikes, compressed, and how many bytes a hotkey had kept on a day; '' counts all.
CREATE TABLE exhibits (strike INTEGER PRIMARY KEY, day INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE INDEX exhibits_by_day ON exhibits (day);
CREATE TABLE exhibit_use (
  day INTEGER NOT NULL,
  hotkey TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  PRIMARY KEY (day, hotkey)
) STRICT, WITHOUT ROWID;
`;

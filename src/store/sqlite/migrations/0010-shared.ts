/** What several processes share: in this store one process after another. */
export const shared = `
-- Numbers that only grow: of nodes, streams and changes of standing.
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- until: when the lease runs out, or was given up.
CREATE TABLE nodes (
  token INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  roles TEXT NOT NULL,
  version TEXT NOT NULL,
  url TEXT,
  joined_at REAL NOT NULL,
  until REAL NOT NULL,
  cordoned INTEGER NOT NULL,
  draining INTEGER NOT NULL
) STRICT;

CREATE TABLE leases (
  name TEXT PRIMARY KEY,
  holder INTEGER NOT NULL,
  token INTEGER NOT NULL,
  until REAL NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
  hotkey TEXT PRIMARY KEY,
  session_id TEXT NOT NULL,
  public_key TEXT NOT NULL,
  binds INTEGER NOT NULL,
  opened_at REAL NOT NULL,
  expires_at REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE streams (hotkey TEXT PRIMARY KEY, number INTEGER NOT NULL, node INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE standing_changes (n INTEGER PRIMARY KEY, hotkey TEXT NOT NULL, at REAL NOT NULL) STRICT;

-- owner: the node that checks the row, 0 for nobody. Both stand before the bytes, which may fill pages of their own.
CREATE TABLE new_answers (
  id INTEGER PRIMARY KEY,
  owner INTEGER NOT NULL,
  claims INTEGER NOT NULL,
  encoding TEXT NOT NULL,
  bytes BLOB
) STRICT;
INSERT INTO new_answers SELECT id, 0, 0, encoding, bytes FROM answers;
DROP TABLE answers;
ALTER TABLE new_answers RENAME TO answers;

-- The node that ends the sampled job, 0 for nobody.
ALTER TABLE open_samples ADD COLUMN owner INTEGER NOT NULL DEFAULT 0;

-- The node that seeks a miner for the job, 0 for nobody.
ALTER TABLE customer_jobs ADD COLUMN claimant INTEGER NOT NULL DEFAULT 0;
`;

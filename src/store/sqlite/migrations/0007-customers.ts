/** Customer jobs have deadlines, owners and private inputs; customers have tokens. */
export const customers = `
-- Null: the operator's. The client key of a token's job begins with the token's id and a line feed, so that one customer
-- cannot meet another's keys.
ALTER TABLE customer_jobs ADD COLUMN owner TEXT;
ALTER TABLE customer_jobs ADD COLUMN private_input TEXT;
ALTER TABLE customer_jobs ADD COLUMN deadline_at REAL;
ALTER TABLE customer_jobs ADD COLUMN verified INTEGER;
-- Before, every answer on record had been verified, and no job had a deadline.
UPDATE customer_jobs SET verified = 1 WHERE state = 'done';
UPDATE customer_jobs SET deadline_at = unixepoch('subsec') * 1000 + 86400000 WHERE state = 'queued';
CREATE INDEX customer_jobs_by_owner ON customer_jobs (owner, state, id);
CREATE INDEX customer_jobs_by_state ON customer_jobs (state, id);

-- Of a token only the hash is known.
CREATE TABLE customer_tokens (
  token_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  secret_sha256 TEXT NOT NULL,
  created_at REAL NOT NULL,
  last_used_at REAL,
  revoked_at REAL
) STRICT, WITHOUT ROWID;
`;

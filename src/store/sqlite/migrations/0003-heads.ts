/** Signed heads of epochs' logs (epochs closed before this migration have none), and the epochs that retention dropped. */
export const heads = `
-- n counts an epoch's heads from 0; lines is how many the log held, which is not published.
CREATE TABLE log_heads (
  epoch INTEGER NOT NULL,
  n INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  log_head TEXT NOT NULL,
  signed_at REAL NOT NULL,
  key_id TEXT NOT NULL,
  signature TEXT NOT NULL,
  PRIMARY KEY (epoch, n)
) STRICT, WITHOUT ROWID;

-- Ranges that do not meet; both ends belong to them.
CREATE TABLE retired_epochs (first INTEGER PRIMARY KEY, last INTEGER NOT NULL) STRICT;
-- What was dropped before is not known, but it all lies before what is left.
INSERT INTO retired_epochs (first, last) SELECT 0, min(epoch) - 1 FROM epochs HAVING min(epoch) > 0;
`;

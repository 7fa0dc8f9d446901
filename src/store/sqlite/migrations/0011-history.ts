/** Counts over time. step: width of the bucket in ms; start: its first moment. */
export const history = `
CREATE TABLE history (
  step INTEGER NOT NULL,
  start INTEGER NOT NULL,
  series TEXT NOT NULL,
  value REAL NOT NULL,
  PRIMARY KEY (step, start, series)
) STRICT, WITHOUT ROWID;

-- Batches that were added, so that one that is sent again is not added again.
CREATE TABLE history_batches (id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

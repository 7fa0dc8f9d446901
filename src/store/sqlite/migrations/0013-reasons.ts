/** Why requests and answers of a miner earned nothing. kind: of `ReasonKind`; last_at: Unix ms. */
export const reasons = `
CREATE TABLE miner_reasons (
  hotkey TEXT NOT NULL,
  kind TEXT NOT NULL,
  code TEXT NOT NULL,
  count INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  PRIMARY KEY (hotkey, kind, code)
) STRICT, WITHOUT ROWID;
`;

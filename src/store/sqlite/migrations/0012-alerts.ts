/** Alerts of the validator itself: their state, what was told to whom, what happened, and the starts of processes. */
export const alerts = `
CREATE TABLE alerts (rule TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE alert_mutes (
  rule TEXT PRIMARY KEY,
  until REAL NOT NULL,
  at REAL NOT NULL,
  reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE alert_told (
  sink TEXT NOT NULL,
  rule TEXT NOT NULL,
  state TEXT NOT NULL,
  fired_at REAL NOT NULL,
  PRIMARY KEY (sink, rule)
) STRICT, WITHOUT ROWID;

CREATE TABLE alert_events (
  id INTEGER PRIMARY KEY,
  at REAL NOT NULL,
  rule TEXT NOT NULL,
  what TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;

CREATE TABLE process_starts (id INTEGER PRIMARY KEY, at REAL NOT NULL, name TEXT NOT NULL) STRICT;

CREATE TABLE process_reports (node INTEGER PRIMARY KEY, at REAL NOT NULL, body TEXT NOT NULL) STRICT;
`;

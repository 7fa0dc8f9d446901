/** Turns a store into one of version 9 but for its number: one process had it for itself. */
export const withoutShared = `
DROP TABLE miner_reasons; DROP TABLE alerts; DROP TABLE alert_mutes; DROP TABLE alert_told; DROP TABLE alert_events;
DROP TABLE process_starts; DROP TABLE process_reports;
DROP TABLE counters; DROP TABLE nodes; DROP TABLE leases; DROP TABLE sessions; DROP TABLE streams;
DROP TABLE standing_changes; DROP TABLE history; DROP TABLE history_batches;
ALTER TABLE answers DROP COLUMN owner; ALTER TABLE answers DROP COLUMN claims;
ALTER TABLE customer_jobs DROP COLUMN claimant; ALTER TABLE open_samples DROP COLUMN owner`;

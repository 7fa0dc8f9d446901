import { inBytes } from "./inBytes.ts";

/** Counts over time. step: width of the bucket in ms; start: its first moment. */
const tables = `
CREATE TABLE history (
  step bigint NOT NULL,
  start bigint NOT NULL,
  series text NOT NULL,
  value double precision NOT NULL,
  PRIMARY KEY (step, start, series)
) WITH (fillfactor = 90);

-- Batches that were added, so that one that is sent again is not added again.
CREATE TABLE history_batches (id text PRIMARY KEY, at bigint NOT NULL);
`;

export const history = inBytes(tables);

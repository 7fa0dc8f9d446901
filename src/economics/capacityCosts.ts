import type { SubmissionCosts } from "./capacity.ts";

/**
 * Measured by `assay bench scale` on two virtual cores of an AMD EPYC with PostgreSQL 17 on the same machine; the figures of
 * another machine are put in with the flags of `assay plan capacity`.
 */
export const measuredCosts: SubmissionCosts = {
  api: 300,
  hotkeySignature: 160,
  sessionSignature: 45,
  verify: 120,
  database: 200,
  lock: 60,
  bytes: 1200,
  walBytes: 2000,
};

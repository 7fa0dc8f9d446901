import type { SubmissionCosts } from "./capacity.ts";

/**
 * Measured by `assay bench scale` on two virtual cores of an AMD EPYC, with the load and PostgreSQL 17 on the same machine; a
 * session's signature is one Ed25519 check, bytes and write-ahead log are of 20,000 submissions with their verdicts. The figures of
 * another machine are put in with the flags of `assay plan capacity`.
 */
export const measuredCosts: SubmissionCosts = {
  api: 320,
  hotkeySignature: 256,
  sessionSignature: 104,
  verify: 278,
  database: 212,
  lock: 498,
  bytes: 1755,
  walBytes: 2549,
};

import { join } from "node:path";

/**
 * For processes of tests, but for a validator whose memory is measured: V8's young generation begins with the size that it grows to under load anyway. From its default of
 * 1 MB on, collections take a tenth to a fifth of the processor time of a validator's start.
 */
export const heapOptions: readonly string[] = ["--min-semi-space-size=16"];

/** For processes that run tests. */
export const nodeOptions: readonly string[] = [
  ...heapOptions,
  "--import",
  join(import.meta.dirname, "untracked.ts"),
];

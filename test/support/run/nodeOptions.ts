import { join } from "node:path";

/** Options of Node for processes that run tests. */
export const nodeOptions: readonly string[] = ["--import", join(import.meta.dirname, "untracked.ts")];

import { type Sql, statement } from "./sql.ts";

/** "Assa", so that other users of advisory locks in the same database are not met. */
const SPACE = 0x41737361;

/**
 * Tables with a bound on their rows, which who adds one counts under the lock; and the turn of groups that lock epochs, which
 * they take before their calls are read.
 */
const keys = { customerJobs: 1, customerTokens: 2, turn: 3 } as const;

const lock = statement("lock_advisory", "SELECT pg_advisory_xact_lock($1, $2)");

/** Held to the end of the transaction. */
export async function lockAdvisory(sql: Sql, key: keyof typeof keys): Promise<void> {
  await sql.rows(lock, [SPACE, keys[key]]);
}

import { type Sql, statement } from "./sql.ts";

/** "Assa", so that other users of advisory locks in the same database are not met. */
const SPACE = 0x41737361;

/** Tables with a bound on their rows: who counts them and adds one holds the lock to the end of its transaction. */
const bounded = { customerJobs: 1, customerTokens: 2 } as const;

const lock = statement("lock_bound", "SELECT pg_advisory_xact_lock($1, $2)");

export async function lockBound(sql: Sql, table: keyof typeof bounded): Promise<void> {
  await sql.rows(lock, [SPACE, bounded[table]]);
}

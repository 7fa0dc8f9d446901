import type { Spend, SpendOutcome } from "../../../../flow/spend.ts";
import { integer } from "../../../records/rows.ts";
import { first, NOW, type Sql, statement } from "../../sql.ts";
import { alone, batch, type Settled } from "../operation.ts";
import type { SpendMemory } from "./memory.ts";
import { loadSpends, saveSpends } from "./rows.ts";

/** Rows that one sweep drops: some seconds of the most that are noted. */
const SWEPT = 16_384;

const sweepSignatures = statement(
  "spent_sweep_signatures",
  `DELETE FROM spent_signatures WHERE mark IN (SELECT mark FROM spent_signatures WHERE until <= (SELECT ${NOW})
    ORDER BY until LIMIT ${SWEPT} FOR UPDATE SKIP LOCKED)`,
);
const sweepLimits = statement(
  "spent_sweep_limits",
  `DELETE FROM spent_limits WHERE (kind, hotkey) IN (SELECT kind, hotkey FROM spent_limits
    WHERE idle_at <= (SELECT ${NOW}) - 60000 LIMIT ${SWEPT} FOR UPDATE SKIP LOCKED)`,
);
const count = statement("spent_count", "SELECT count(*) AS n FROM spent_signatures");

export function spendOperations(memory: SpendMemory) {
  return {
    /** Apart from the groups: it writes no logged table, so its commit waits for no disk. */
    spend: batch(
      async (sql: Sql, calls: readonly [readonly Spend[]][]): Promise<readonly Settled<SpendOutcome[]>[]> => {
        const spends = calls.flatMap(([some]) => some);
        if (spends.length === 0) return calls.map(() => ({ value: [] }));
        const ledger = await loadSpends(sql, spends, memory);
        const settled = calls.map(([some]) => ({ value: some.map((spend) => ledger.take(spend)) }));
        await Promise.all(saveSpends(sql, ledger));
        memory.noted(ledger.added.length);
        return settled;
      },
      { isApart: true },
    ),
    /** Drops what is over, and counts what is left. */
    sweepSpent: alone(async (sql: Sql): Promise<void> => {
      await Promise.all([sql.run(sweepSignatures), sql.run(sweepLimits)]);
      memory.counted(integer(await first(sql, count), "n"));
    }),
  };
}

import { AssayError } from "../../../core/problems/assayError.ts";
import type { ClosedEpochItem, EpochRecord, LogHead } from "../../../flow/draw.ts";
import type { Fence } from "../../../flow/leases.ts";
import { closedEpochOf, epochOf } from "../../records/epoch.ts";
import { first, type Sql, statement } from "../sql.ts";
import { requireFence } from "./fence.ts";
import { addHead } from "./heads.ts";
import { lockedEnds, withEnd } from "./lines.ts";
import { alone, read, staleRead, write } from "./operation.ts";
import { lockParts, makeParts } from "./partitions.ts";
import { isRetired } from "./retired.ts";

type Commitment = Omit<EpochRecord, "closed_at" | "revealed_key" | "log_head" | "log_length">;

const one = statement("epoch", "SELECT * FROM epochs WHERE epoch = $1");
const open = statement("epochs_open", "SELECT * FROM epochs WHERE closed_at IS NULL ORDER BY epoch");
const closed = statement(
  "epochs_closed",
  `SELECT epoch, closed_at, log_head FROM epochs WHERE epoch < $1 AND closed_at IS NOT NULL
   ORDER BY epoch DESC LIMIT $2`,
);
// The first line's `prev` is the commitment, so an empty log ends there. An epoch of a version without terms gets them here.
const insert = statement(
  "epoch_insert",
  `INSERT INTO epochs AS e (epoch, commitment, policy, committed_at, signature, key_id, closed_at, revealed_key,
     log_head, log_length, terms, ends_at)
   VALUES ($1, $2, $3, $4, $5, $6, NULL, NULL, $2, 0, $7, $8)
   ON CONFLICT (epoch) DO UPDATE SET terms = excluded.terms, ends_at = excluded.ends_at
     WHERE e.terms IS NULL AND e.closed_at IS NULL`,
);
const close = statement(
  "epoch_close",
  `UPDATE epochs e SET closed_at = $2, revealed_key = $3, log_head = $4, log_length = $5
   WHERE epoch = $1 AND closed_at IS NULL
     AND NOT EXISTS (SELECT 1 FROM answers a WHERE a.epoch = $1)
     AND NOT EXISTS (SELECT 1 FROM open_samples o WHERE o.epoch = $1)`,
);

async function find(sql: Sql, epoch: number): Promise<EpochRecord | null> {
  const row = await first(sql, one, [epoch]);
  return row === undefined ? null : epochOf(await withEnd(sql, row));
}

export const epochOperations = {
  /** The epoch's tables are made with it. On its own, since that waits for those that make or drop tables. */
  commitEpoch: alone(async (sql: Sql, record: Commitment): Promise<EpochRecord> => {
    const { epoch, commitment, policy, committed_at, signature, key_id } = record;
    await lockParts(sql);
    // It was over when it closed, so the current epoch is at least the second one after it.
    if (await isRetired(sql, epoch))
      throw new AssayError({ code: "epoch_expired", epoch, current: epoch + 2 });
    await makeParts(sql, epoch);
    const terms = record.terms ?? null;
    const kept = [terms && JSON.stringify(terms), terms?.ends_at ?? null];
    await sql.run(insert, [
      epoch,
      commitment,
      JSON.stringify(policy),
      committed_at,
      signature,
      key_id,
      ...kept,
    ]);
    return epochOf(await withEnd(sql, (await first(sql, one, [epoch])) ?? {}));
  }),
  closeEpoch: write(
    async (
      sql: Sql,
      epoch: number,
      revealedKey: string,
      head: LogHead,
      at: number,
      fence?: Fence,
    ): Promise<EpochRecord | null> => {
      await requireFence(sql, fence);
      if (head.epoch !== epoch) throw new RangeError(`epoch ${epoch} closes with a head of ${head.epoch}`);
      // First the lock: what it waited for is seen by the statement that follows.
      const [end] = await lockedEnds(sql, [epoch]);
      const isWhole = end?.head === head.log_head;
      const closing = [epoch, at, revealedKey, head.log_head, end?.length ?? 0];
      const isClosed = isWhole && (await sql.run(close, closing)) === 1;
      const record = await find(sql, epoch);
      if (isClosed && record !== null) await addHead(sql, head, record.log_length);
      return record;
    },
  ),
  epoch: read(find),
  closedEpochs: staleRead(
    async (sql: Sql, before: number | null, limit: number): Promise<ClosedEpochItem[]> =>
      (await sql.rows(closed, [before ?? Number.MAX_SAFE_INTEGER, limit])).map(closedEpochOf),
  ),
  isEpochUsed: read(
    async (sql: Sql, epoch: number): Promise<boolean> =>
      (await isRetired(sql, epoch)) || (await find(sql, epoch)) !== null,
  ),
  openEpochs: read(async (sql: Sql): Promise<EpochRecord[]> => {
    const rows = await sql.rows(open);
    return (await Promise.all(rows.map((row) => withEnd(sql, row)))).map(epochOf);
  }),
};

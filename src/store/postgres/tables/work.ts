import type { WorkBucket, WorkDelta } from "../../../flow/job.ts";
import { real, text } from "../../records/rows.ts";
import { type BucketAdd, bucketOf } from "../../records/work.ts";
import { type Sql, statement } from "../sql.ts";
import { addToBuckets, checkBucket } from "./buckets.ts";
import { batch, read, type Settled } from "./operation.ts";
import { type Seen, sight } from "./tally.ts";

const struck = statement(
  "work_struck",
  "SELECT hotkey, max(at) AS at FROM strikes WHERE hotkey = ANY($1::text[]) GROUP BY hotkey",
);
const since = statement("work_since", "SELECT * FROM work WHERE start >= $1 ORDER BY start, lane, hotkey");

/**
 * A write that changes several miners holds the lock of an epoch, which are taken in ascending order. So work and submissions of other
 * processes, which meet the same miners in another order, wait for each other here and not in a circle.
 */
const lockOpen = statement(
  "work_lock_epochs",
  "SELECT 1 FROM epochs WHERE closed_at IS NULL ORDER BY epoch FOR NO KEY UPDATE",
);

const bucketAdd = ({ lane, hotkey, at, credit, debit, accepted, failed }: WorkDelta): BucketAdd => ({
  ...{ lane, hotkey, at, debit },
  ...{ verified: 0, unverified: credit, results: accepted + failed },
});

const seenOf = ({ hotkey, block, accepted }: WorkDelta): Seen => ({
  ...{ hotkey, block },
  counts: { submitted: accepted, accepted, rejected: 0, void: 0 },
});

/** The error of a call whose amounts are none, or null. */
function faultOf(deltas: readonly WorkDelta[]): RangeError | null {
  try {
    for (const delta of deltas) {
      checkBucket(bucketAdd(delta));
      for (const whole of [delta.accepted, delta.block])
        if (!Number.isSafeInteger(whole)) throw new RangeError(`work of ${whole}`);
    }
    return null;
  } catch (error) {
    if (error instanceof RangeError) return error;
    throw error;
  }
}

async function add(sql: Sql, deltas: readonly WorkDelta[]): Promise<void> {
  if (deltas.length === 0) return;
  await sql.rows(lockOpen);
  // Before the strikes are read: it locks the miners, so that a strike is either on record already or forfeits what is added here.
  await sight(sql, deltas.map(seenOf));
  const hotkeys = [...new Set(deltas.map(({ hotkey }) => hotkey))];
  const rows = await sql.rows(struck, [hotkeys]);
  const struckAt = new Map(rows.map((row) => [text(row, "hotkey"), real(row, "at")]));
  // Work from before a strike that is recorded after it is forfeited too.
  const isForfeited = ({ hotkey, at }: WorkDelta) => at <= (struckAt.get(hotkey) ?? Number.NEGATIVE_INFINITY);
  await addToBuckets(
    sql,
    deltas.map((delta) => bucketAdd(isForfeited(delta) ? { ...delta, credit: 0 } : delta)),
  );
}

export const workOperations = {
  addWork: batch(
    async (sql: Sql, calls: readonly [readonly WorkDelta[]][]): Promise<readonly Settled<void>[]> => {
      const faults = calls.map(([deltas]) => faultOf(deltas));
      await add(
        sql,
        calls.flatMap(([deltas], index) => (faults[index] === null ? deltas : [])),
      );
      return faults.map((error) => (error === null ? { value: undefined } : { error }));
    },
    { locksAll: true },
  ),
  /** One statement, and so one moment: it is as short as the rows of a weigh window allow. */
  work: read(async (sql: Sql, from: number): Promise<WorkBucket[]> => {
    // A bucket begins at a whole number, which the index compares with.
    return (await sql.rows(since, [Math.ceil(from)])).map(bucketOf);
  }),
};

import type { MinerCounts } from "../../../flow/standing.ts";
import { type Sql, statement } from "../sql.ts";

export interface Counted {
  readonly hotkey: string;
  readonly counts: MinerCounts;
}

export interface Seen extends Counted {
  readonly block: number;
}

const counters = ["submitted", "accepted", "rejected", "void"] as const;

// In the order of the arrays, which is that of the hotkeys: transactions that lock several miners lock them in one order.
const upsert = statement(
  "tally_sight",
  `INSERT INTO miners AS m (hotkey, first_seen, last_seen, submitted, accepted, rejected, void)
    SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
    ON CONFLICT (hotkey) DO UPDATE SET last_seen = greatest(m.last_seen, excluded.last_seen),
      submitted = m.submitted + excluded.submitted, accepted = m.accepted + excluded.accepted,
      rejected = m.rejected + excluded.rejected, void = m.void + excluded.void`,
);
const lock = statement(
  "tally_lock",
  "SELECT 1 FROM miners WHERE hotkey = ANY($1::text[]) ORDER BY hotkey FOR NO KEY UPDATE",
);
const update = statement(
  "tally_count",
  `UPDATE miners m SET submitted = m.submitted + c.submitted, accepted = m.accepted + c.accepted,
      rejected = m.rejected + c.rejected, void = m.void + c.void
    FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
      AS c (hotkey, submitted, accepted, rejected, void)
    WHERE m.hotkey = c.hotkey`,
);

/** Records miners as seen at their blocks and adds to their counts. */
export async function sight(sql: Sql, seen: readonly Seen[]): Promise<void> {
  if (seen.length === 0) return;
  const first = new Map<string, number>();
  const last = new Map<string, number>();
  for (const { hotkey, block } of seen) {
    if (!first.has(hotkey)) first.set(hotkey, block);
    last.set(hotkey, Math.max(last.get(hotkey) ?? block, block));
  }
  const { hotkeys, columns } = summed(seen);
  const blocks = [first, last].map((of) => hotkeys.map((hotkey) => of.get(hotkey)));
  await sql.run(upsert, [hotkeys, ...blocks, ...columns]);
}

/** Adds to the counts of miners on record; ignores others. */
export async function count(sql: Sql, counted: readonly Counted[]): Promise<void> {
  if (counted.length === 0) return;
  const { hotkeys, columns } = summed(counted);
  const locked = hotkeys.length > 1 ? sql.rows(lock, [hotkeys]) : null;
  await Promise.all([locked, sql.run(update, [hotkeys, ...columns])]);
}

/** The sums by hotkey, in order of hotkeys, as one array per counter. */
function summed(counted: readonly Counted[]): { hotkeys: string[]; columns: number[][] } {
  const sums = new Map<string, MinerCounts>();
  for (const { hotkey, counts } of counted) {
    const known = sums.get(hotkey);
    sums.set(hotkey, known === undefined ? counts : plus(known, counts));
  }
  const hotkeys = [...sums.keys()].sort();
  return {
    hotkeys,
    columns: counters.map((name) => hotkeys.map((hotkey) => sums.get(hotkey)?.[name] ?? 0)),
  };
}

function plus(a: MinerCounts, b: MinerCounts): MinerCounts {
  return {
    submitted: a.submitted + b.submitted,
    accepted: a.accepted + b.accepted,
    rejected: a.rejected + b.rejected,
    void: a.void + b.void,
  };
}

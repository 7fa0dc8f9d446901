import type { Spend } from "../../../../flow/spend.ts";
import { integer, integerOrNull, type Row, real, text } from "../../../records/rows.ts";
import { NOW, type Sql, statement } from "../../sql.ts";
import { type Mark, type Purse, purseKey, SIGNATURES, SpendLedger } from "./ledger.ts";
import type { SpendMemory } from "./memory.ts";

// New rows are made, and rows are locked, in the order of their keys.
const make = statement(
  "spent_make",
  `INSERT INTO spent_limits (kind, hotkey, full_at, window_at, noted, idle_at)
    SELECT kind, hotkey, 0, 0, 0, ${NOW} FROM unnest($1::text[], $2::text[]) AS q (kind, hotkey) ON CONFLICT DO NOTHING`,
);
const lock = statement(
  "spent_lock",
  `SELECT s.* FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS q (kind, hotkey, i)
    JOIN spent_limits s ON s.kind = q.kind AND s.hotkey = q.hotkey ORDER BY q.i FOR NO KEY UPDATE OF s`,
);
// After the locks, so that it sees what was used by those that held them.
const known = statement(
  "spent_known",
  `SELECT c.now, m.* FROM (SELECT ${NOW} AS now OFFSET 0) c
    LEFT JOIN spent_signatures m ON m.mark = ANY($1::bigint[])`,
);
const change = statement(
  "spent_change",
  `UPDATE spent_limits s SET full_at = q.full_at, window_at = q.window_at, noted = q.noted, idle_at = q.idle_at
    FROM unnest($1::text[], $2::text[], $3::float8[], $4::float8[], $5::bigint[], $6::float8[])
      AS q (kind, hotkey, full_at, window_at, noted, idle_at)
    WHERE s.kind = q.kind AND s.hotkey = q.hotkey`,
);
const note = statement(
  "spent_note",
  `INSERT INTO spent_signatures (mark, use, until) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::float8[])
    ON CONFLICT (mark) DO UPDATE SET use = excluded.use, until = excluded.until`,
);

interface Key {
  readonly kind: string;
  readonly hotkey: string;
}

const nameOf = ({ kind, hotkey }: Key): string => purseKey(kind, hotkey);

function keysOf(spends: readonly Spend[]): Key[] {
  const keys = new Map<string, Key>();
  const add = (key: Key) => keys.set(nameOf(key), key);
  for (const { hotkey, rate, signature } of spends) {
    if (rate !== undefined) add({ kind: rate.kind, hotkey });
    if (signature !== undefined) add({ kind: SIGNATURES, hotkey });
  }
  return [...keys].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, key]) => key);
}

const columns = (keys: readonly Key[]) => [keys.map(({ kind }) => kind), keys.map(({ hotkey }) => hotkey)];

function purseOf(row: Row): Purse {
  return {
    ...{ kind: text(row, "kind"), hotkey: text(row, "hotkey"), fullAt: real(row, "full_at") },
    ...{ windowAt: real(row, "window_at"), noted: integer(row, "noted"), idleAt: real(row, "idle_at") },
    isChanged: false,
  };
}

function markOf(row: Row): Mark[] {
  const mark = integerOrNull(row, "mark");
  return mark === null ? [] : [{ mark, use: integer(row, "use"), until: real(row, "until") }];
}

interface Found {
  readonly purses: Purse[];
  readonly rows: readonly Row[];
}

async function read(
  sql: Sql,
  keys: readonly Key[],
  { make: fresh, marks }: { make: readonly Key[]; marks: readonly number[] },
): Promise<Found> {
  const made = fresh.length === 0 ? null : sql.run(make, columns(fresh));
  const [, locked, rows] = await Promise.all([made, sql.rows(lock, columns(keys)), sql.rows(known, [marks])]);
  return { purses: locked.map(purseOf), rows };
}

/** Locks what the spends take of, and reads it. Of rows that this process has met none has to be made, unless it was idle and went. */
export async function loadSpends(
  sql: Sql,
  spends: readonly Spend[],
  memory: SpendMemory,
): Promise<SpendLedger> {
  const keys = keysOf(spends);
  const marks = spends.flatMap(({ signature }) => (signature === undefined ? [] : [signature.mark]));
  let found = await read(sql, keys, { make: keys.filter((key) => !memory.has(nameOf(key))), marks });
  if (found.purses.length < keys.length) found = await read(sql, keys, { make: keys, marks });
  for (const key of keys) memory.add(nameOf(key));
  const now = real(found.rows[0] ?? {}, "now");
  return new SpendLedger(now, found.purses, found.rows.flatMap(markOf), memory.remembered);
}

/** Writes what was taken. */
export function saveSpends(sql: Sql, ledger: SpendLedger): Promise<unknown>[] {
  const changed = ledger.changed;
  const noted = ledger.added.toSorted((a, b) => a.mark - b.mark);
  return [
    ...(changed.length === 0
      ? []
      : [
          sql.run(change, [
            ...columns(changed),
            changed.map(({ fullAt }) => fullAt),
            changed.map(({ windowAt }) => windowAt),
            changed.map(({ noted: count }) => count),
            changed.map(({ idleAt }) => idleAt),
          ]),
        ]),
    ...(noted.length === 0
      ? []
      : [
          sql.run(note, [
            noted.map(({ mark }) => mark),
            noted.map(({ use }) => use),
            noted.map(({ until }) => until),
          ]),
        ]),
  ];
}

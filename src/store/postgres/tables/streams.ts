import { AssayError } from "../../../core/problems/assayError.ts";
import type { StreamTaken } from "../../../flow/streamRecords.ts";
import { integer, text } from "../../records/rows.ts";
import { type Sql, statement } from "../sql.ts";
import { LIVING } from "./nodes.ts";
import { batch, read, type Settled, write } from "./operation.ts";

const living = statement("stream_nodes", `${LIVING} AND token = ANY($1::bigint[])`);
const numbers = statement(
  "stream_numbers",
  "SELECT nextval('stream_numbers') AS number FROM generate_series(1, $1::int)",
);
// In the order of the hotkeys. A number that was taken later has won, although its row came first.
const take = statement(
  "streams_take",
  `INSERT INTO streams AS s (hotkey, number, node) SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[])
    ON CONFLICT (hotkey) DO UPDATE SET number = excluded.number, node = excluded.node
    WHERE excluded.number > s.number`,
);
const lost = statement(
  "streams_lost",
  `SELECT s.hotkey FROM unnest($2::text[], $3::bigint[]) AS q (hotkey, number)
    JOIN streams s ON s.hotkey = q.hotkey AND s.number > q.number AND s.node <> $1
    WHERE s.node IN (${LIVING})`,
);
const unserved = statement(
  "streams_unserved",
  `SELECT q.hotkey FROM unnest($1::text[]) AS q (hotkey)
    WHERE NOT EXISTS (SELECT 1 FROM streams s WHERE s.hotkey = q.hotkey AND s.node IN (${LIVING}))`,
);
const drop = statement("stream_drop", "DELETE FROM streams WHERE hotkey = $1 AND number = $2");

type Call = readonly [hotkey: string, node: number];

/** Stores the last of each hotkey. */
async function store(sql: Sql, calls: readonly Call[], given: readonly number[]): Promise<void> {
  const last = new Map(calls.map(([hotkey, node], at) => [hotkey, { number: given[at] ?? 0, node }]));
  const rows = [...last].sort(([a], [b]) => (a < b ? -1 : 1));
  if (rows.length === 0) return;
  await sql.run(take, [
    rows.map(([hotkey]) => hotkey),
    rows.map(([, { number }]) => number),
    rows.map(([, { node }]) => node),
  ]);
  sql.tell("streams");
}

export const streamOperations = {
  takeStream: batch(async (sql: Sql, calls: readonly Call[]): Promise<readonly Settled<number>[]> => {
    const nodes = [...new Set(calls.map(([, node]) => node))];
    const [found, taken] = await Promise.all([sql.rows(living, [nodes]), sql.rows(numbers, [calls.length])]);
    const alive = new Set(found.map((row) => integer(row, "token")));
    const given = taken.map((row) => integer(row, "number"));
    const kept = calls.map(([, node]) => alive.has(node));
    await store(
      sql,
      calls.filter((_, at) => kept[at]),
      given.filter((_, at) => kept[at]),
    );
    return calls.map(([, node], at): Settled<number> => {
      if (kept[at]) return { value: given[at] ?? 0 };
      return { error: new AssayError({ code: "fenced_off", lease: "node", token: node }) };
    });
  }),
  lostStreams: read(async (sql: Sql, node: number, streams: readonly StreamTaken[]): Promise<string[]> => {
    if (streams.length === 0) return [];
    const asked = [streams.map(({ hotkey }) => hotkey), streams.map(({ number }) => number)];
    return (await sql.rows(lost, [node, ...asked])).map((row) => text(row, "hotkey"));
  }),
  unservedHotkeys: read(async (sql: Sql, hotkeys: readonly string[]): Promise<string[]> => {
    if (hotkeys.length === 0) return [];
    return (await sql.rows(unserved, [hotkeys])).map((row) => text(row, "hotkey"));
  }),
  dropStream: write(async (sql: Sql, hotkey: string, number: number): Promise<void> => {
    await sql.run(drop, [hotkey, number]);
  }),
};

import { type HistoryBatch, type HistoryRow, type HistoryStep, historySteps } from "../../../flow/history.ts";
import type { MinerReason, ReasonCount } from "../../../flow/reasons.ts";
import {
  BATCHES_KEPT_MS,
  checkBatch,
  type HistoryCell,
  historyCells,
  historyDrops,
  historyRowOf,
} from "../../records/history.ts";
import { reasonOf, reasonsInOrder } from "../../records/reasons.ts";
import { integer } from "../../records/rows.ts";
import { first, type Sql, statement } from "../sql.ts";
import { alone, staleRead } from "./operation.ts";

const known = statement(
  "history_batch",
  "INSERT INTO history_batches (id, at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
);
const forget = statement("history_batches_drop", "DELETE FROM history_batches WHERE at < $1");
const cells = `INSERT INTO history AS h (step, start, series, value)
  SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::float8[])
  ON CONFLICT (step, start, series) DO UPDATE SET value =`;
const add = statement("history_add", `${cells} h.value + excluded.value`);
const put = statement("history_put", `${cells} excluded.value`);
const dropBefore = statement("history_old", "DELETE FROM history WHERE step = $1 AND start < $2");
const dropAfter = statement("history_ahead", "DELETE FROM history WHERE step = $1 AND start > $2");
const page = statement(
  "history_page",
  "SELECT * FROM history WHERE step = $1 AND start >= $2 AND start < $3 ORDER BY start, series",
);
// A sighting that is dropped meanwhile leaves such rows until its hotkey is seen, and dropped, again.
const addReasons = statement(
  "reasons_add",
  `INSERT INTO miner_reasons AS r (hotkey, kind, code, count, last_at)
    SELECT u.hotkey, u.kind, u.code, u.count, $5
    FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS u (hotkey, kind, code, count)
    WHERE EXISTS (SELECT 1 FROM miners m WHERE m.hotkey = u.hotkey)
    ON CONFLICT (hotkey, kind, code) DO UPDATE SET count = r.count + excluded.count, last_at = greatest(r.last_at, excluded.last_at)`,
);
const reasonsOf = statement(
  "reasons_of",
  `SELECT kind, code, count, last_at FROM miner_reasons WHERE hotkey = $1
    ORDER BY kind, code`,
);
const size = statement(
  "store_bytes",
  `SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint AS bytes FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'`,
);

const columnsOf = (rows: readonly HistoryCell[]): unknown[] => [
  rows.map(({ step }) => step),
  rows.map(({ start }) => start),
  rows.map(({ series }) => series),
  rows.map(({ value }) => value),
];

const reasonColumns = (reasons: readonly ReasonCount[]): unknown[] => [
  reasons.map(({ hotkey }) => hotkey),
  reasons.map(({ kind }) => kind),
  reasons.map(({ code }) => code),
  reasons.map(({ count }) => count),
];

export const historyOperations = {
  // In a transaction of its own: every process writes the same rows, in the same order, and submissions need not wait for them.
  addHistory: alone(async (sql: Sql, batch: HistoryBatch): Promise<void> => {
    checkBatch(batch);
    const { id, at, counts, levels } = batch;
    const reasons = reasonsInOrder(batch.reasons);
    if ((await sql.run(known, [id, at])) === 0) return;
    await sql.run(add, columnsOf(historyCells(batch, counts)));
    await sql.run(put, columnsOf(historyCells(batch, levels)));
    if (reasons.length > 0) await sql.run(addReasons, [...reasonColumns(reasons), at]);
    for (const { step, before, after } of historyDrops(at)) {
      await sql.run(dropBefore, [step, before]);
      await sql.run(dropAfter, [step, after]);
    }
    await sql.run(forget, [at - BATCHES_KEPT_MS]);
  }),
  history: staleRead(
    async (sql: Sql, step: HistoryStep, from: number, to: number): Promise<HistoryRow[]> =>
      (await sql.rows(page, [historySteps[step], from, to])).map(historyRowOf),
  ),
  minerReasons: staleRead(
    async (sql: Sql, hotkey: string): Promise<MinerReason[]> =>
      (await sql.rows(reasonsOf, [hotkey])).map(reasonOf),
  ),
  storeBytes: staleRead(async (sql: Sql): Promise<number> => integer(await first(sql, size), "bytes")),
};

import { type HistoryBatch, type HistoryRow, type HistoryStep, historySteps } from "../../../flow/history.ts";
import {
  BATCHES_KEPT_MS,
  checkBatch,
  type HistoryCell,
  historyCells,
  historyDrops,
  historyRowOf,
} from "../../records/history.ts";
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

export const historyOperations = {
  // In a transaction of its own: every process writes the same rows, in the same order, and submissions need not wait for them.
  addHistory: alone(async (sql: Sql, batch: HistoryBatch): Promise<void> => {
    checkBatch(batch);
    const { id, at, counts, levels } = batch;
    if ((await sql.run(known, [id, at])) === 0) return;
    await sql.run(add, columnsOf(historyCells(batch, counts)));
    await sql.run(put, columnsOf(historyCells(batch, levels)));
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
  storeBytes: staleRead(async (sql: Sql): Promise<number> => integer(await first(sql, size), "bytes")),
};

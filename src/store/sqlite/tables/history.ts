import type { DatabaseSync } from "node:sqlite";
import { type HistoryBatch, type HistoryRow, type HistoryStep, historySteps } from "../../../flow/history.ts";
import {
  BATCHES_KEPT_MS,
  checkBatch,
  historyCells,
  historyDrops,
  historyRowOf,
} from "../../records/history.ts";
import { integer } from "../../records/rows.ts";
import { read, write } from "./operation.ts";

export function historyOperations(db: DatabaseSync) {
  const known = db.prepare("INSERT INTO history_batches (id, at) VALUES (?, ?) ON CONFLICT DO NOTHING");
  const forget = db.prepare("DELETE FROM history_batches WHERE at < ?");
  const add = db.prepare(`INSERT INTO history (step, start, series, value) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET value = value + excluded.value`);
  const put = db.prepare(`INSERT INTO history (step, start, series, value) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET value = excluded.value`);
  const dropBefore = db.prepare("DELETE FROM history WHERE step = ? AND start < ?");
  const dropAfter = db.prepare("DELETE FROM history WHERE step = ? AND start > ?");
  const page = db.prepare(
    "SELECT * FROM history WHERE step = ? AND start >= ? AND start < ? ORDER BY start, series",
  );
  const size = db.prepare("SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size");
  return {
    addHistory: write((batch: HistoryBatch): void => {
      checkBatch(batch);
      const { id, at, counts, levels } = batch;
      if (known.run(id, at).changes === 0) return;
      for (const { step, start, series, value } of historyCells(batch, counts))
        add.run(step, start, series, value);
      for (const { step, start, series, value } of historyCells(batch, levels))
        put.run(step, start, series, value);
      for (const { step, before, after } of historyDrops(at)) {
        dropBefore.run(step, before);
        dropAfter.run(step, after);
      }
      forget.run(at - BATCHES_KEPT_MS);
    }),
    history: read((step: HistoryStep, from: number, to: number): HistoryRow[] =>
      page.all(historySteps[step], from, to).map(historyRowOf),
    ),
    storeBytes: read((): number => integer(size.get(), "bytes")),
  };
}

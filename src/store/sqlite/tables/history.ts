import type { DatabaseSync } from "node:sqlite";
import { type HistoryBatch, type HistoryRow, type HistoryStep, historySteps } from "../../../flow/history.ts";
import type { MinerReason } from "../../../flow/reasons.ts";
import {
  BATCHES_KEPT_MS,
  checkBatch,
  historyCells,
  historyDrops,
  historyRowOf,
} from "../../records/history.ts";
import { reasonOf, reasonsInOrder } from "../../records/reasons.ts";
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
  const addReason =
    db.prepare(`INSERT INTO miner_reasons (hotkey, kind, code, count, last_at) SELECT ?1, ?2, ?3, ?4, ?5
    WHERE EXISTS (SELECT 1 FROM miners WHERE hotkey = ?1)
    ON CONFLICT DO UPDATE SET count = count + excluded.count, last_at = max(last_at, excluded.last_at)`);
  const reasonsOf = db.prepare(
    "SELECT kind, code, count, last_at FROM miner_reasons WHERE hotkey = ? ORDER BY kind, code",
  );
  const size = db.prepare("SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size");
  return {
    addHistory: write((batch: HistoryBatch): void => {
      checkBatch(batch);
      const { id, at, counts, levels } = batch;
      const reasons = reasonsInOrder(batch.reasons);
      if (known.run(id, at).changes === 0) return;
      for (const { step, start, series, value } of historyCells(batch, counts))
        add.run(step, start, series, value);
      for (const { step, start, series, value } of historyCells(batch, levels))
        put.run(step, start, series, value);
      for (const { hotkey, kind, code, count } of reasons) addReason.run(hotkey, kind, code, count, at);
      for (const { step, before, after } of historyDrops(at)) {
        dropBefore.run(step, before);
        dropAfter.run(step, after);
      }
      forget.run(at - BATCHES_KEPT_MS);
    }),
    history: read((step: HistoryStep, from: number, to: number): HistoryRow[] =>
      page.all(historySteps[step], from, to).map(historyRowOf),
    ),
    minerReasons: read((hotkey: string): MinerReason[] => reasonsOf.all(hotkey).map(reasonOf)),
    storeBytes: read((): number => integer(size.get(), "bytes")),
  };
}

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import {
  HISTORY_KEPT,
  HISTORY_SERIES_MAX,
  type HistoryStep,
  historySteps,
} from "../../../../src/flow/history.ts";
import { migrate } from "../../../../src/store/sqlite/migrations/migrate.ts";

const bytesOf = (db: DatabaseSync): number =>
  Number(
    db.prepare("SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size").get()
      ?.bytes,
  );

test("the whole budget of history, every series at its longest name, takes far less than 200 MB", () => {
  const db = new DatabaseSync(":memory:");
  migrate(db, () => {});
  const empty = bytesOf(db);
  const fill = db.prepare(`INSERT INTO history
    WITH RECURSIVE b (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM b WHERE i + 1 < ?1),
      s (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n + 1 < ${HISTORY_SERIES_MAX})
    SELECT ?2, i * ?2, printf('%096d', n), 123456.5 FROM b, s`);
  let rows = 0;
  for (const step of Object.keys(historySteps) as HistoryStep[])
    rows += Number(fill.run(HISTORY_KEPT[step], historySteps[step]).changes);
  assert.equal(rows, (360 + 720 + 400) * HISTORY_SERIES_MAX);
  const perRow = (bytesOf(db) - empty) / rows;
  assert.ok(perRow < 160, `${perRow} bytes per row`);
  assert.ok(bytesOf(db) - empty < 50_000_000, `${bytesOf(db) - empty} bytes`);
  db.close();
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { receiptId } from "../../../../src/core/ids.ts";
import type { Sql } from "../../../../src/store/postgres/sql.ts";
import { Receipts } from "../../../../src/store/postgres/tables/submissions/receipts.ts";
import type { Row } from "../../../../src/store/records/rows.ts";

const HOUR = 3_600_000;
const idAt = (ms: number, byte: number): string => receiptId(ms, new Uint8Array(10).fill(byte));

/** Epochs 100 to 269, an hour each; `rows` says where receipts are. Records the statements. */
function server(rows: Readonly<Record<string, number>>): { readonly sql: Sql; readonly asked: string[] } {
  const asked: string[] = [];
  const around = (ms: number): Row[] => {
    const current = Math.floor(ms / HOUR);
    const isOn = (epoch: number): boolean => epoch >= 100 && epoch < 270;
    const ending = [current, current + 1].filter(isOn).map((epoch) => ({ epoch, side: 1 }));
    const ended = [current - 1, current - 2].filter(isOn).map((epoch) => ({ epoch, side: -1 }));
    return [...ending, ...ended];
  };
  const answer = (name: string, [value]: readonly unknown[]): Row[] => {
    if (name === "epochs_around") return around(Number(value));
    const wanted = value as readonly string[];
    const part = /^receipts_in_(\d+)$/.exec(name)?.[1];
    return wanted
      .filter(
        (receipt) => rows[receipt] !== undefined && (part === undefined || rows[receipt] === Number(part)),
      )
      .map((receipt) => ({ receipt, epoch: rows[receipt] ?? 0 }));
  };
  const sql: Sql = {
    rows: async ({ name }, values = []) => {
      asked.push(name);
      return answer(name, values);
    },
    run: async () => 0,
    noteStanding: () => {},
    tell: () => {},
  };
  return { sql, asked };
}

test("a receipt is looked for in the epochs around the moment that its id states, and remembered", async () => {
  const id = idAt(200 * HOUR + 5, 1);
  const { sql, asked } = server({ [id]: 199 });
  const receipts = new Receipts();
  assert.deepEqual(await receipts.epochsOf(sql, [id]), new Map([[id, 199]]));
  assert.deepEqual(asked.toSorted(), [
    "epochs_around",
    ...[198, 199, 200, 201].map((epoch) => `receipts_in_${epoch}`),
  ]);
  asked.length = 0;
  assert.deepEqual(await receipts.epochsOf(sql, [id]), new Map([[id, 199]]));
  assert.deepEqual(asked, []);
});

test("an id that somebody made up of a moment on record searches no other epoch", async () => {
  const { sql, asked } = server({});
  assert.deepEqual(await new Receipts().epochsOf(sql, [idAt(150 * HOUR, 2)]), new Map());
  assert.equal(asked.includes("receipts_anywhere"), false);
});

test("an id of another form, or of a moment outside of the record, is looked for everywhere", async () => {
  const ids = ["rc_other", idAt(5 * HOUR, 3), idAt(400 * HOUR, 4)];
  const { sql } = server(Object.fromEntries(ids.map((id) => [id, 120])));
  assert.deepEqual(await new Receipts().epochsOf(sql, ids), new Map(ids.map((id) => [id, 120])));
});

test("a receipt that was forgotten is looked for again", async () => {
  const id = idAt(200 * HOUR, 5);
  const { sql, asked } = server({ [id]: 200 });
  const receipts = new Receipts();
  receipts.learn(id, 200);
  receipts.forget(id);
  await receipts.epochsOf(sql, [id]);
  assert.ok(asked.length > 0);
});

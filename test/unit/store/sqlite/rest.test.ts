import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { type Fill, fillStore, type Outcome } from "../../../../bench/restRows.ts";
import { integer } from "../../../../src/store/records/rows.ts";
import { openFile } from "../../../../src/store/sqlite/file.ts";
import { makeOperations } from "../../../../src/store/sqlite/tables/operations.ts";
import { removeDir, temporaryDir } from "../../../support/validator/validator.ts";

const COUNT = 3000;
const HOUR = 3_600_000;

function filled(file: string, outcome: Outcome, change: Partial<Fill> = {}): number {
  return fillStore(file, {
    ...{ count: COUNT, outcome: () => outcome, hotkeys: 100, fromMs: 500_000 * HOUR, spanMs: HOUR - 1 },
    ...{ epochs: (at) => Math.floor(at / HOUR), suspendUntil: 2 ** 40, exhibitBytes: 0 },
    ...{ progress: () => undefined },
    ...change,
  });
}

function inFolder<T>(work: (file: string) => T): T {
  const dir = temporaryDir();
  try {
    return work(join(dir, "assay.db"));
  } finally {
    removeDir(dir);
  }
}

const most: readonly [Outcome, number, Partial<Fill>][] = [
  ["accepted", 800, {}],
  ["rejected", 700, {}],
  ["void", 700, {}],
  ["strike", 700 + 2000, { exhibitBytes: 1500 }],
  ["strike", 700 + 2000, { exhibitBytes: 65_536 }],
];

for (const [outcome, bytes, change] of most) {
  const shown = change.exhibitBytes === undefined ? "" : ` with exhibits of ${change.exhibitBytes} bytes`;
  test(`a submission that ends: ${outcome}${shown}, takes at most ${bytes} bytes on disk, log and indexes included`, () => {
    const each = inFolder((file) => filled(file, outcome, change)) / COUNT;
    assert.ok(each <= bytes, `${each}`);
  });
}

/** A clock that goes on by the same time at every look at it. */
function ticking(stepMs: number) {
  let now = 0;
  return {
    nowMs: () => now,
    monotonicMs: () => {
      now += stepMs;
      return now;
    },
  };
}

test("retention works in steps of 10 ms, whatever there is to drop, and the pages that it frees are used again", () => {
  inFolder((file) => {
    filled(file, "accepted");
    const { db, snapshot, close } = openFile(file);
    const { retire } = makeOperations(db, snapshot, ticking(4));
    const bounds = { beforeEpoch: 500_001, keepSolvesSince: 500_002 * HOUR, keepJobsSince: 0 };
    const steps: number[] = [];
    for (let dropped = Number(retire.run(bounds)); dropped > 0; dropped = Number(retire.run(bounds)))
      steps.push(dropped);
    // Three statements of at most 64 rows: the third is over when 12 ms have passed.
    assert.ok(Math.max(...steps) <= 3 * 64, `${Math.max(...steps)}`);
    // The epoch, its head, and a row, two lines and a solve of each submission.
    assert.equal(
      steps.reduce((sum, count) => sum + count, 0),
      2 + 4 * COUNT,
    );
    const pages = (): number => integer(db.prepare("PRAGMA page_count").get(), "page_count");
    const before = pages();
    close();
    filled(file, "accepted", { fromMs: 500_010 * HOUR });
    const again = openFile(file);
    const after = integer(again.db.prepare("PRAGMA page_count").get(), "page_count");
    again.close();
    assert.ok(after < before * 1.1, `${after} pages, ${before} before`);
  });
});

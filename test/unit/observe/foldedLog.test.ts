import assert from "node:assert/strict";
import { test } from "node:test";
import { FoldedLog } from "../../../src/observe/foldedLog.ts";
import { FakeClock } from "../../support/fakeClock.ts";

function world(level = "info") {
  const clock = new FakeClock(0);
  const lines: string[] = [];
  const note = (name: string) => (event: string, data?: object) =>
    void lines.push(`${name} ${event}${data === undefined ? "" : ` ${JSON.stringify(data)}`}`);
  const log = { debug: note("debug"), info: note("info"), warn: note("warn"), error: note("error") };
  return { clock, lines, log: new FoldedLog(log, clock, { level, windowMs: 1000 }) };
}

test("what a window counted comes before the next line, and what is left at the end", () => {
  const { clock, lines, log } = world();
  let folded = 0;
  for (let i = 0; i < 3; i++) log.warn("down");
  log.onFolded((count) => {
    folded += count;
  });
  clock.advance(1000);
  log.info("up");
  log.info("up");
  log.close();
  log.info("up");
  log.info("up");
  assert.deepEqual(lines, [
    "warn down",
    'warn down {"repeated":2,"within_s":1}',
    "info up",
    'info up {"repeated":1,"within_s":1}',
    "info up",
    "info up",
  ]);
  assert.equal(folded, 3);
});

test("lines below the level are neither printed nor counted", () => {
  const { lines, log } = world("warn");
  let folded = 0;
  log.onFolded((count) => {
    folded += count;
  });
  log.info("up");
  log.info("up");
  log.close();
  assert.deepEqual([lines, folded], [[], 0]);
});

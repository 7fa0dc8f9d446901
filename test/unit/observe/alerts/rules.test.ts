import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";
import { alertRules } from "../../../../src/core/alert.ts";
import type { AlertFacts, ProcessFacts } from "../../../../src/observe/alerts/facts.ts";
import { RequestWindow } from "../../../../src/observe/alerts/requestWindow.ts";
import { ruleTable } from "../../../../src/observe/alerts/rules/table.ts";
import { shownUrl } from "../../../../src/observe/alerts/sinks/sink.ts";

const DAY = 86_400_000;
const HOUR = 3_600_000;

const process: ProcessFacts = {
  ...{ name: "one", clock: { fault: null, aheadMs: 0, stepMs: 60_000 }, canary: null, backlogs: [] },
  ...{ chain: { isHeightKnown: true, faults: [], alarms: [] }, sampling: { lanes: [], miners: 0 } },
  ...{ requests: null, store: { fault: null, ms: 1, slowMs: 250 }, disk: null, outage: null, schemaKnown: 3 },
};
const facts = (change: Partial<ProcessFacts>, more: Partial<AlertFacts> = {}): AlertFacts => ({
  ...{ processes: [{ ...process, ...change }], weights: null, schema: 3, starts: null },
  ...more,
});
const isFound = (rule: keyof typeof ruleTable, of: AlertFacts): boolean => {
  const look = ruleTable[rule].look(of);
  assert.notEqual(look, "unknown");
  return look !== null;
};

test("docs/runbook.md has a section per rule, with its severity", () => {
  const text = readFileSync(resolve(import.meta.dirname, "../../../../docs/runbook.md"), "utf8");
  for (const rule of alertRules) {
    const severity = ruleTable[rule].severity === "critical" ? "Critical" : "Warning";
    assert.ok(text.includes(`\n### ${rule}\n\n**${severity}.** `), rule);
  }
});

test("weights are late past the limit, not at it", () => {
  const late = (blocks: number): AlertFacts =>
    facts(
      {},
      { weights: { unsigned: { period: 7, blocks, mostBlocks: 180 }, late: [], missed: [], stopped: null } },
    );
  assert.deepEqual(
    [180, 181].map((blocks) => isFound("weights_late", late(blocks))),
    [false, true],
  );
});

test("refusals count above the share, of enough requests", () => {
  const of = (answered: number, refused: number): AlertFacts =>
    facts({ requests: { answered, refused: { busy: refused }, windowMs: 1, most: 0.5, least: 20 } });
  const found = [of(10, 10), of(9, 11), of(0, 19), of(0, 20)].map((one) => isFound("refusals", one));
  assert.deepEqual(found, [false, true, false, true]);
});

test("a disk is full soon within the days, not past them, and at once below its reserve", () => {
  const of = (fullInMs: number | null, freeBytes = 200): AlertFacts =>
    facts({ disk: { freeBytes, reserveBytes: 100, fullInMs, soonMs: 3 * DAY } });
  const found = [of(3 * DAY), of(3 * DAY + 1), of(null), of(null, 100)];
  assert.deepEqual(
    found.map((one) => isFound("store_full_soon", one)),
    [true, false, false, true],
  );
});

test("a process restarts too often past the bound", () => {
  const of = (starts: number): AlertFacts =>
    facts(
      {},
      {
        starts: {
          counts: [
            { name: "one", starts },
            { name: "two", starts: 1 },
          ],
          most: 3,
          windowMs: HOUR,
        },
      },
    );
  assert.deepEqual(
    [1, 4, 5].map((starts) => isFound("restarts", of(starts))),
    [false, false, true],
  );
});

test("facts that are not known are unknown to the rules that need them", () => {
  const none: AlertFacts = { processes: [], weights: null, schema: null, starts: null };
  for (const rule of alertRules) assert.equal(ruleTable[rule].look(none), "unknown", rule);
});

test("a window has what was added within it", () => {
  const window = new RequestWindow(300, 0, { answered: 5, refused: { a: 1 } });
  assert.deepEqual(window.within(0, { answered: 5, refused: { a: 1 } }), { answered: 0, refused: {} });
  assert.deepEqual(window.within(100, { answered: 6, refused: { a: 3 } }), {
    answered: 1,
    refused: { a: 2 },
  });
  assert.deepEqual(window.within(300, { answered: 6, refused: { a: 3, b: 1 } }).refused, { a: 2, b: 1 });
  assert.deepEqual(window.within(400, { answered: 9, refused: { a: 3, b: 1 } }), {
    answered: 3,
    refused: { b: 1 },
  });
});

test("a window has all that was added since it was made, however late it is looked at first", () => {
  const window = new RequestWindow(300, 0, { answered: 0, refused: {} });
  const all = { answered: 1, refused: { a: 25 } };
  assert.deepEqual(window.within(1000, all), all);
  assert.deepEqual(window.within(1300, all), { answered: 0, refused: {} });
});

test("of a URL only the host is shown", () => {
  assert.equal(
    shownUrl("https://u:p@hooks.example.org:8443/services/T0/SECRET?k=1"),
    "https://hooks.example.org:8443/...",
  );
  assert.equal(shownUrl("http://127.0.0.1:9093/"), "http://127.0.0.1:9093");
});

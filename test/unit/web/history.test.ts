import assert from "node:assert/strict";
import { test } from "node:test";
import type { HistoryView } from "../../../src/http/handlers.ts";
import { historyOf, lineOf, linesBy, spanOf, timesOf, totalsBy } from "../../../web/read/history.ts";

const refused = (code: string, ...values: (number | null)[]): HistoryView["series"][number] => ({
  ...{ name: "refused", labels: { code } },
  points: values.map((value, i) => [i * 60_000, value] as const),
});
const view: HistoryView = {
  ...{ step: "minute", from: 0, to: 180_000, truncated: false },
  series: [refused("busy", 1, null, 2), refused("expired", 5, null, 0), refused("stale", null, null, 1)],
};

test("a line of all labels adds up what is known, and keeps gaps", () => {
  assert.deepEqual(lineOf(view, "refused", "all")?.values, [6, null, 3]);
  assert.equal(lineOf(view, "other", "x"), null);
  assert.deepEqual(timesOf(view), [0, 60_000, 120_000]);
});

test("lines by label are the largest, and the rest together", () => {
  assert.deepEqual(
    linesBy(view, "refused", "code", 1).map(({ label, values }) => [label, values]),
    [
      ["expired", [5, null, 0]],
      ["others", [1, null, 3]],
    ],
  );
  assert.deepEqual(
    linesBy(view, "refused", "code", 9).map(({ label }) => label),
    ["expired", "busy", "stale"],
  );
});

test("totals are sorted, without what is nothing", () => {
  assert.deepEqual(
    totalsBy({ ...view, series: [...view.series, refused("none", 0, null, 0)] }, "refused", "code"),
    [
      { value: "expired", count: 5 },
      { value: "busy", count: 3 },
      { value: "stale", count: 1 },
    ],
  );
});

test("a span that is not known is six hours, asked for in whole minutes", () => {
  assert.equal(spanOf("toString"), "six");
  assert.equal(spanOf("month"), "month");
  assert.equal(historyOf("hour", 7_200_001).path, "v1/history?step=minute&from=3660000&to=7260000");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { HISTORY_KEPT, historySteps } from "../../../../src/flow/history.ts";
import { historyDocument, rangeOf } from "../../../../src/validator/history/document.ts";
import { spanOf, tableOf } from "../../../../src/validator/history/table.ts";

const hour = historySteps.hour;
const now = 1000 * hour + 1234;
const query = { from: null, to: null };
/** The last bucket that is kept begins 719 hours after the first. */
const early = 719 * hour;
const kept = { step: "hour", ...spanOf("hour", now) } as const;

test("without bounds all that is kept is asked for, the bucket under way included", () => {
  const range = rangeOf(query, kept);
  assert.deepEqual(range, { from: 281 * hour, to: 1001 * hour, truncated: false });
  assert.equal((range.to - range.from) / hour, HISTORY_KEPT.hour);
});

test("bounds are those of whole buckets: from is rounded down, to up", () => {
  const range = rangeOf({ ...query, from: 990 * hour + 1, to: 992 * hour + 1 }, kept);
  assert.deepEqual(range, { from: 990 * hour, to: 993 * hour, truncated: false });
  const whole = rangeOf({ ...query, from: 990 * hour, to: 992 * hour }, kept);
  assert.deepEqual([whole.from, whole.to], [990 * hour, 992 * hour]);
});

test("what is older than what is kept, or not yet, is cut off, and the former is said", () => {
  const range = rangeOf({ ...query, from: 280 * hour, to: 9_000_000 * hour }, kept);
  assert.deepEqual(range, { from: 281 * hour, to: 1001 * hour, truncated: true });
  assert.equal(rangeOf({ ...query, from: 281 * hour }, kept).truncated, false);
  const none = rangeOf({ ...query, from: 5, to: 10 }, kept);
  assert.deepEqual(historyDocument(none, tableOf("hour", now, []), null).series, []);
  const backwards = rangeOf({ ...query, from: 992 * hour, to: 990 * hour }, kept);
  assert.deepEqual(historyDocument(backwards, tableOf("hour", now, []), null).series, []);
});

test("points are aligned: null where nothing was recorded, 0 where only this series was not", () => {
  const range = { from: 0, to: 4 * hour, truncated: false };
  const rows = [
    { series: "minutes_recorded", start: 0, value: 60 },
    { series: "minutes_recorded", start: 2 * hour, value: 60 },
    { series: "submissions_refused:busy", start: 2 * hour, value: 7 },
    { series: "miners_active", start: 0, value: 5 },
  ];
  const { series } = historyDocument(range, tableOf("hour", early, rows), null);
  const shown = Object.fromEntries(
    series.map(({ name, labels, points }) => [
      `${name}${JSON.stringify(labels)}`,
      points.map(([, value]) => value),
    ]),
  );
  assert.deepEqual(shown, {
    "minutes_recorded{}": [60, null, 60, null],
    'submissions_refused{"code":"busy"}': [0, null, 7, null],
    "miners_active{}": [5, null, null, null],
  });
  assert.deepEqual(
    series[0]?.points.map(([at]) => at),
    [0, hour, 2 * hour, 3 * hour],
  );
});

test("only the names that were asked for are shown", () => {
  const range = { from: 0, to: hour, truncated: false };
  const rows = ["strikes", "submissions_refused:busy", "submissions_refused:other"].map((series) => ({
    ...{ series, start: 0, value: 1 },
  }));
  const names = (wanted: string[]) =>
    historyDocument(range, tableOf("hour", early, rows), wanted).series.map(({ labels }) => labels.code);
  assert.deepEqual(names(["submissions_refused"]), ["busy", "other"]);
  assert.deepEqual(names(["nothing"]), []);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bytes,
  duration,
  local,
  number,
  percent,
  relative,
  shortId,
  untilBlock,
  utc,
} from "../../../web/read/format.ts";

test("numbers have separators, and four digits where they are not whole", () => {
  assert.deepEqual([12_345, 0, 0.012345, 99_999.5, -3].map(number), [
    "12,345",
    "0",
    "0.01235",
    "100,000",
    "-3",
  ]);
  assert.deepEqual([null, Number.NaN].map(number), ["–", "–"]);
});

test("shares are percentages without idle zeros", () => {
  assert.deepEqual(
    [0.0412, 1, 0.5, 0, null].map((share) => percent(share)),
    ["4.12 %", "100 %", "50 %", "0 %", "–"],
  );
});

test("sizes step at a thousand", () => {
  assert.deepEqual([0, 999, 1000, 1_234_567, 5e12].map(bytes), ["0 B", "999 B", "1 kB", "1.23 MB", "5 TB"]);
});

test("a time is written in its two largest units", () => {
  assert.deepEqual([3_725_000, 59_999, 60_000, 90_061_000, 12, 0, null].map(duration), [
    "1 h 2 min",
    "59 s",
    "1 min",
    "1 d 1 h",
    "12 ms",
    "0 s",
    "–",
  ]);
});

test("what was is ago, what comes is in, and less than a second is now", () => {
  assert.equal(relative(1000, 15_000), "14 s ago");
  assert.equal(relative(181_000, 1000), "in 3 min");
  assert.equal(relative(1999, 1000), "now");
});

test("a moment is written in UTC, and here without the day that it is", () => {
  assert.equal(utc(Date.UTC(2026, 10, 29, 13, 5, 9)), "2026-11-29 13:05:09 UTC");
  const at = new Date(2026, 10, 29, 14, 5, 9).getTime();
  assert.equal(local(at), "2026-11-29 14:05:09");
  assert.equal(local(at, new Date(2026, 10, 29, 23, 59).getTime()), "14:05:09");
  assert.equal(local(at, new Date(2026, 10, 30, 0, 1).getTime()), "2026-11-29 14:05:09");
});

test("an id that is short enough stays whole", () => {
  assert.equal(shortId("5GrwvaEF5zXb26Fz9rcQ"), "5Grwva…9rcQ");
  assert.equal(shortId("12345678901"), "12345678901");
});

test("a block that has passed is no time away", () => {
  assert.equal(untilBlock(110, 100, 12_000), 120_000);
  assert.equal(untilBlock(90, 100, 12_000), 0);
});

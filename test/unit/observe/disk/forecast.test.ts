import assert from "node:assert/strict";
import { test } from "node:test";
import { daysUntilFull, type FreeSample } from "../../../../src/observe/disk/forecast.ts";

const HOUR = 3_600_000;

/** One sample per ten minutes; `free` by the number of hours. */
function samples(hours: number, free: (hour: number) => number): FreeSample[] {
  return Array.from({ length: hours * 6 + 1 }, (_, i) => ({ atMs: (i * HOUR) / 6, free: free(i / 6) }));
}

const near = (value: number | null, want: number) =>
  assert.ok(value !== null && Math.abs(value - want) < 1e-6 * want, `${value}, not ${want}`);

test("room that is lost at one pace lasts to the floor, not to the last byte", () => {
  const steady = samples(24, (hour) => 100_000 - 1000 * hour);
  near(daysUntilFull(steady, 0), 76_000 / 24_000);
  near(daysUntilFull(steady, 28_000), 48_000 / 24_000);
  assert.equal(daysUntilFull(steady, 76_000), 0);
  assert.equal(daysUntilFull(steady, 80_000), 0);
});

test("nothing is known before an hour has passed", () => {
  assert.equal(daysUntilFull([], 0), null);
  assert.equal(
    daysUntilFull(
      [
        { atMs: 0, free: 9 },
        { atMs: HOUR - 1, free: 5 },
      ],
      0,
    ),
    null,
  );
  near(
    daysUntilFull(
      [
        { atMs: 0, free: 9 },
        { atMs: HOUR, free: 5 },
      ],
      0,
    ),
    5 / 4 / 24,
  );
});

test("a disk that loses no room is never full", () => {
  assert.equal(
    daysUntilFull(
      samples(2, () => 5000),
      0,
    ),
    Number.POSITIVE_INFINITY,
  );
  assert.equal(
    daysUntilFull(
      samples(2, (hour) => 5000 + hour),
      0,
    ),
    Number.POSITIVE_INFINITY,
  );
});

test("a file copied at once and a log that grows and shrinks leave the pace", () => {
  const jump = samples(24, (hour) => 100_000 - 100 * hour - (hour >= 20 ? 30_000 : 0));
  const days = daysUntilFull(jump, 0) ?? assert.fail();
  assert.ok(days > 20 && days < 30, `${days}`);
  const saw = samples(24, (hour) => 100_000 - 100 * hour - 64 * ((hour * 6) % 5));
  const sawDays = daysUntilFull(saw, 0) ?? assert.fail();
  assert.ok(sawDays > 35 && sawDays < 45, `${sawDays}`);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { DiskWatch } from "../../../../src/observe/disk/diskWatch.ts";
import { MetricRegistry } from "../../../../src/observe/metrics.ts";
import { FakeClock } from "../../../support/fakeClock.ts";

const MB = 2 ** 20;

async function watched(free: () => Promise<number>, reserve = 100 * MB) {
  const clock = new FakeClock(1e12);
  const metrics = new MetricRegistry();
  const events: string[] = [];
  const note = (event: string) => void events.push(event);
  const log = { debug: note, info: note, warn: note, error: note };
  const disk = await DiskWatch.open({ dir: "/data", reserve }, { clock, log, metrics, freeOf: free });
  return { disk, clock, events, exposed: async () => (await metrics.expose()).body };
}

test("one look tells room, touch and end of touch; each change is logged once", async () => {
  let free = 100 * MB;
  const { disk, events, exposed } = await watched(async () => free);
  assert.deepEqual([disk.isReserveTouched(), disk.fault(), events], [false, null, []]);
  free -= 1;
  await disk.look();
  await disk.look();
  assert.equal(disk.isReserveTouched(), true);
  assert.match(
    disk.fault() ?? "",
    /^only 99 MB are free .* 100 MB .*observe\.disk_reserve.* from 125 MB on$/,
  );
  assert.match(await exposed(), /^assay_disk_free_bytes 104857599$/m);
  assert.match(await exposed(), /^assay_disk_reserve_bytes 104857600$/m);
  free = 125 * MB - 1;
  await disk.look();
  assert.equal(disk.isReserveTouched(), true);
  free = 125 * MB;
  await disk.look();
  assert.deepEqual([disk.isReserveTouched(), disk.fault()], [false, null]);
  assert.deepEqual(events, ["disk_reserve_touched", "disk_reserve_free"]);
});

test("a disk that cannot be read is a fault, logged once, and neither stops nor resumes work", async () => {
  let answer = async () => 1;
  const { disk, events } = await watched(() => answer());
  assert.equal(disk.isReserveTouched(), true);
  answer = async () => {
    throw new Error("stale handle");
  };
  await disk.look();
  await disk.look();
  assert.equal(disk.isReserveTouched(), true);
  assert.match(disk.fault() ?? "", /cannot be read: stale handle/);
  assert.deepEqual(events, ["disk_reserve_touched", "disk_unreadable"]);
});

test("a look that hangs is a fault once the last one is older than half a minute", async () => {
  const { disk, clock } = await watched(async () => 200 * MB);
  clock.advance(30_000);
  assert.equal(disk.fault(), null);
  clock.advance(1);
  assert.match(disk.fault() ?? "", /has not said for 30 s/);
  await disk.look();
  assert.equal(disk.fault(), null);
});

test("the forecast is made of one look per ten minutes, from the first hour on", async () => {
  let free = 1000 * MB;
  const { disk, clock, exposed } = await watched(async () => free);
  for (let second = 0; second < 3598; second += 2) {
    clock.advance(2000);
    free = 1000 * MB - (clock.monotonicMs() / 1000) * (MB / 10);
    await disk.look();
  }
  assert.equal(disk.daysUntilFull(), null);
  assert.match(await exposed(), /^assay_disk_until_full_seconds Nan$/m);
  clock.advance(4000);
  free = 1000 * MB - (clock.monotonicMs() / 1000) * (MB / 10);
  await disk.look();
  const days = disk.daysUntilFull() ?? assert.fail();
  // 540 MB at 0.1 MB per second.
  assert.ok(Math.abs(days * 86_400 - 5400) < 60, `${days}`);
});

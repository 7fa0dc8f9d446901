import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "../../../../src/core/log.ts";
import { MetricRegistry } from "../../../../src/observe/metrics.ts";
import { Drain } from "../../../../src/validator/intake/drain.ts";
import { Intake } from "../../../../src/validator/intake/intake.ts";
import { FakeClock } from "../../../support/fakeClock.ts";

function world(isStoreOnDisk: boolean) {
  const disk = { touched: false, isReserveTouched: () => disk.touched };
  const clock = new FakeClock(5);
  const drain = new Drain({ clock, log: silentLog });
  const metrics = new MetricRegistry();
  return { disk, clock, drain, intake: new Intake({ drain, disk, isStoreOnDisk, metrics }), metrics };
}

test("work is taken until the disk or the operator says otherwise, and then again", async () => {
  const { disk, drain, intake, metrics } = world(true);
  intake.require();
  disk.touched = true;
  assert.throws(() => intake.require(), { problem: { code: "storage_full", retry_after_s: 30 } });
  drain.begin("an upgrade");
  assert.throws(() => intake.require(), { problem: { code: "draining", retry_after_s: 5 } });
  intake.expose();
  const { body } = await metrics.expose();
  assert.match(body, /^assay_intake_stopped\{reason="draining"\} 1$/m);
  assert.match(body, /^assay_intake_stopped\{reason="storage_full"\} 0$/m);
  drain.undo();
  assert.equal(intake.stop(), "storage_full");
  disk.touched = false;
  assert.equal(intake.stop(), null);
});

test("a store on another machine is not stopped by the disk of this one", () => {
  const { disk, intake } = world(false);
  disk.touched = true;
  assert.equal(intake.stop(), null);
});

test("a second order keeps the time of the first", () => {
  const { clock, drain } = world(true);
  drain.begin("one");
  clock.advance(10);
  drain.begin("two");
  assert.deepEqual(drain.order(), { reason: "two", since: 5 });
});

import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { recordsOnDisk } from "../../support/store/recordsOnDisk.ts";
import { until } from "../../support/until.ts";
import { auditOf } from "../../support/validator/push/audit.ts";
import type { FleetMiner } from "../../support/validator/push/fleet.ts";
import {
  eventually,
  hold,
  honest,
  PushWorld,
  pushDir,
  resume,
  silent,
  trueProof,
  vacate,
} from "../../support/validator/push/world.ts";
import { startValidator } from "../../support/validator/validator.ts";

// Miners that vanish with jobs in their hands, and a validator that does. Side by side, for each waits its ten seconds.

const TEMPO = 360;
const SERVICE_MS = 100;

async function worldFor(t: TestContext, rate: string, args: readonly string[] = []): Promise<PushWorld> {
  const world = await PushWorld.start(pushDir({ rate }), args);
  t.after(() => world.close());
  return world;
}

describe("lost", { concurrency: true }, () => {
  test("a miner that is lost with jobs is out for a tempo; when all are, nobody is", async (t) => {
    // So little is verified that the deadline stays far beyond the grace.
    const world = await worldFor(t, "1/100");
    const names = ["Ada", "Ben", "Cyd", "Dan"];
    const others = await Promise.all(names.map((name) => world.join(name, honest(SERVICE_MS))));
    const lost = world.miner("Lost", silent);
    const back = world.miner("Back", silent);
    await vacate(others);
    const lostJob = await world.handTo(lost, "41");
    const backJob = await world.handTo(back, "42");
    lost.cut();
    back.cut();
    await resume(others, SERVICE_MS);
    await back.closed();
    assert.ok(await back.join());

    const done = await world.jobInState(lostJob, "done");
    assert.equal(done.attempts, 2);
    assert.notEqual(done.hotkey, lost.hotkey);
    await eventually(async () => (await world.skiplist()).length > 0);
    const [row, ...more] = await world.skiplist();
    assert.deepEqual([row?.hotkey, row?.kind, more], [lost.hotkey, "unreachable", []]);
    assert.equal(await lost.join(), false);
    const [refusal] = lost.refusals;
    assert.deepEqual(
      [refusal?.status, refusal?.code, refusal?.until_block],
      [403, "suspended", row?.until_block],
    );
    const block = (await world.status()).block ?? assert.fail();
    assert.ok((row?.until_block ?? 0) - TEMPO <= block && block < (row?.until_block ?? 0));
    assert.deepEqual(await world.strikes(lost), []);
    back.answer(backJob, trueProof({ input: { x: "42" } }));
    const kept = await world.jobInState(backJob, "done");
    assert.deepEqual([kept.hotkey, kept.attempts], [back.hotkey, 1], "back in time, it may take its time");

    const all = [...others, back];
    await hold(all);
    for (const miner of all) miner.cut();
    await eventually(async () => (await world.metric("assay_dispatch_miners_lost_total")) === 1 + all.length);
    await eventually(async () => (await world.skiplist()).length === 0);
    await resume([...all, lost], SERVICE_MS);
    const last = await world.queue("43");
    assert.equal((await world.jobInState(last, "done")).attempts, 1);
    assert.equal(await world.validator.stop(), 0, world.validator.stderr());
    const { work, openSamples } = recordsOnDisk(world.validator.dataDir);
    assert.deepEqual(openSamples, []);
    assert.ok(
      work.some(({ hotkey, results }) => hotkey === lost.hotkey && results > 0),
      "a debit",
    );
    assert.equal(auditOf(world.validator.dataDir).open, 0);
  });

  test("a validator that stops with jobs out lets go of them at nobody's cost, and hands a customer's out again", async (t) => {
    const world = await worldFor(t, "1/2");
    const keepers = await Promise.all(["Kim", "Lea", "Mia"].map((name) => world.join(name, silent)));
    await hold(keepers);
    const [slow, late] = [world.miner("Slo", silent), world.miner("Len", silent)];
    const first = await world.handTo(slow, "51");
    const second = await world.handTo(late, "52");
    await resume([slow], 1000);
    assert.equal(await world.validator.stop(), 0, world.validator.stderr());
    for (const miner of [...keepers, slow, late]) {
      await miner.closed();
      assert.deepEqual(miner.closes, [1001]);
    }
    const { openSamples, work, customerJobs } = recordsOnDisk(world.validator.dataDir);
    assert.deepEqual(openSamples, []);
    assert.ok(work.every(({ debit }) => debit === 0));
    assert.deepEqual(new Set(work.map(({ hotkey }) => hotkey)), new Set([slow.hotkey]));
    assert.deepEqual(
      customerJobs.map(({ state }) => state),
      ["done", "queued"],
    );
    const { open, verdicts } = auditOf(world.validator.dataDir);
    assert.equal(open, 0);
    assert.ok(verdicts.some(({ code }) => code === "validator_stopped"));

    world.validator = await startValidator(world.validator.dataDir, ["--log-level", "error"]);
    const again = await world.join("Slo", honest(1));
    const [kept, done] = [await world.job(first), await world.jobInState(second, "done")];
    assert.deepEqual([kept.state, kept.attempts, kept.hotkey], ["done", 1, slow.hotkey]);
    assert.deepEqual([done.attempts, done.hotkey], [2, again.hotkey]);
    assert.deepEqual(await world.skiplist(), []);
  });

  test("--dispatch-ceiling holds over all miners", async (t) => {
    const world = await worldFor(t, "1/4", ["--dispatch-ceiling", "3"]);
    let most = 0;
    const miners: FleetMiner[] = [];
    const work = honest(5);
    for (let i = 0; i < 8; i++) {
      miners.push(
        await world.join(`ceiling ${i}`, (order, miner) => {
          most = Math.max(
            most,
            miners.reduce((sum, { held }) => sum + held, 0),
          );
          work(order, miner);
        }),
      );
    }
    await Promise.all(miners.map((miner) => world.credited(miner, 20)));
    assert.equal(most, 3);
    assert.equal((await world.dispatch()).ceiling, 3);
    assert.equal(await world.metric("assay_dispatch_ceiling"), 3);
    for (const miner of miners) miner.work = silent;
    await until(() => miners.reduce((sum, { held }) => sum + held, 0) === 3);
    await eventually(async () => (await world.metric("assay_dispatch_gate_shut", { gate: "ceiling" })) === 1);
    assert.equal((await world.dispatch()).in_flight, 3);
  });
});

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { systemRandom } from "../../../src/core/random.ts";
import { scaled } from "../../support/fault/scale.ts";
import { freePort } from "../../support/freePort.ts";
import { assertFolder } from "../../support/invariants/ofFolder.ts";
import { recordsOnDisk } from "../../support/store/recordsOnDisk.ts";
import { until } from "../../support/until.ts";
import { auditOf } from "../../support/validator/push/audit.ts";
import { rememberCaps, SeeingFleet } from "../../support/validator/push/seeing.ts";
import {
  checked,
  eventually,
  fakeProof,
  isOf,
  PushWorld,
  pushDir,
  silent,
} from "../../support/validator/push/world.ts";
import { spawnAssay, startValidator } from "../../support/validator/validator.ts";

// A validator that is killed with a thousand jobs out, again and again: nobody is blamed, nothing is paid twice, and no
// customer waits in vain.

/** A third of what is asked for: each takes longer than others do. */
const KILLS = Math.ceil(Number(process.env.KILLS ?? scaled(6, 60)) / 3);
const MINERS = 60;
const CAPACITY = 40;
/** Jobs out at each kill, at least. */
const OUT_LEAST = 1000;
/** As rare as it may be: so service times of the warm-up stay the smaller part of those that are known. */
const RATE = "1/80";
const SERVICE_MS = 500;
const CUSTOMERS = 8;

/** Puts in a job that a cheat is handed and fakes; another does it later. */
async function strikeOne(world: PushWorld): Promise<string> {
  const cheat = world.miner("Mallory", silent);
  const id = await world.handTo(cheat, "66");
  const order = await cheat.order(0, isOf("66"));
  cheat.answer(id, fakeProof(order));
  await cheat.closed();
  assert.deepEqual(cheat.closes, [4403]);
  return id;
}

async function killStarting(dir: string, args: readonly string[]): Promise<void> {
  const { process: child } = spawnAssay(["up", "--data", dir, ...args, "--log-level", "error"]);
  const gone = once(child, "exit");
  await sleep(systemRandom.unit() * 2000);
  child.kill("SIGKILL");
  await gone;
}

/** Accepted answers on record, by hotkey. */
const acceptedOf = (dir: string): Map<string, number> =>
  new Map(recordsOnDisk(dir).miners.map(({ hotkey, accepted }) => [hotkey, accepted]));

/** Sampled jobs without a verdict. */
const openIn = (dir: string): Set<string> =>
  new Set(recordsOnDisk(dir).openSamples.map(({ job_id, hotkey }) => `${job_id} ${hotkey}`));

/** Since the last start each answer that was taken was counted, and counted once. */
async function assertCounted(
  world: PushWorld,
  fleet: SeeingFleet,
  before: ReadonlyMap<string, number>,
  taken: ReadonlyMap<string, number>,
): Promise<void> {
  for (const miner of fleet.miners) {
    const { hotkey } = miner;
    const expected = () =>
      (fleet.taken().get(hotkey) ?? 0) - (taken.get(hotkey) ?? 0) + (before.get(hotkey) ?? 0);
    await eventually(async () => (await world.view(miner)).counts.accepted >= expected());
    const { counts, strikes, standing } = await world.view(miner);
    assert.deepEqual([counts.accepted, strikes, standing], [expected(), 0, "active"]);
  }
}

function checkBooks(dir: string, fleet: SeeingFleet, left: number): void {
  const { miners, work, openSamples, customerJobs } = recordsOnDisk(dir);
  assert.deepEqual(openSamples, []);
  assert.ok(customerJobs.every(({ state }) => state === "done"));
  for (const { hotkey } of fleet.miners) {
    const { accepted, rejected } = miners.find((row) => row.hotkey === hotkey) ?? assert.fail(hotkey);
    assert.ok(accepted <= (fleet.sent.get(hotkey) ?? 0) && rejected === 0, `${accepted}, ${rejected}`);
    const buckets = work.filter((row) => row.hotkey === hotkey);
    const results = buckets.reduce((sum, row) => sum + row.results, 0);
    assert.ok(results === accepted || buckets.some(({ debit }) => debit > 0), `${results} of ${accepted}`);
  }
  const { verdicts, open } = auditOf(dir);
  assert.equal(open, 0);
  assert.equal(verdicts.filter(({ code }) => code === "validator_restarted").length, left);
  assert.equal(verdicts.filter(({ state }) => state === "rejected").length, 1, "the cheat's");
}

test("killed with a thousand jobs out, a validator blames nobody, pays nothing twice and forgets no customer", async (t) => {
  // An unknown miner counts as new: that must not change what is drawn.
  const dir = pushDir({ rate: RATE }, { sample: { classes: { cold_start: RATE } } });
  const port = await freePort();
  const args = ["--port", port];
  const world = await PushWorld.start(dir, args);
  t.after(() => world.close());
  const jobs = [await strikeOne(world)];
  const struck = await world.skiplist();
  assert.equal(struck.length, 1);
  assert.equal(await world.validator.stop(), 0);
  const names = Array.from({ length: MINERS }, (_, i) => `miner ${i}`);
  const fleet = new SeeingFleet(
    names.map((name) => world.miner(name, silent, CAPACITY)),
    RATE,
    SERVICE_MS,
  );
  await rememberCaps(
    dir,
    fleet.miners.map(({ hotkey }) => hotkey),
  );

  fleet.persist();
  let left = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    world.validator = await startValidator(dir, ["--log-level", "error", ...args]);
    assert.deepEqual(await world.skiplist(), struck, "standing survives");
    await until(() => fleet.out.size >= OUT_LEAST);
    const names = Array.from({ length: CUSTOMERS }, (_, n) => `1${kill}${n}`);
    jobs.push(...(await Promise.all(names.map((x) => world.queue(x)))));
    await sleep(systemRandom.unit() * 300);
    await world.validator.kill();
    const open = openIn(dir);
    t.diagnostic(`${fleet.out.size} jobs out, ${open.size} of them to be verified`);
    // Every other start is killed as well, where what the kill before left is taken up.
    if (kill % 2 === 1) await killStarting(dir, args);
    left += open.union(openIn(dir)).size;
    fleet.forget();
  }
  assert.ok(left > 0, "samples were open");

  const [before, taken] = [acceptedOf(dir), fleet.taken()];
  world.validator = await startValidator(dir, ["--log-level", "error", ...args]);
  await until(() => fleet.out.size >= OUT_LEAST);
  for (const id of jobs) {
    const { input, answer } = await world.jobInState(id, "done");
    assert.deepEqual(checked(input, JSON.stringify(answer)), { outcome: "valid" });
  }
  fleet.paused = true;
  await assertCounted(world, fleet, before, taken);
  assert.deepEqual(await world.skiplist(), struck);
  assert.equal(await world.validator.stop(), 0, world.validator.stderr());
  checkBooks(dir, fleet, left);
  const queued = jobs.map((jobId) => ({ kind: "queued", jobId }) as const);
  await assertFolder(dir, queued, 0);
});

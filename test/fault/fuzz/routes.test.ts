import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Fuzzer } from "../../support/fault/fuzz/fuzzer.ts";
import { descriptors, growthOf, residentMib } from "../../support/fault/fuzz/memory.ts";
import { type FuzzWorld, startFuzzWorld } from "../../support/fault/fuzz/world.ts";
import { scaled, seedOf } from "../../support/fault/scale.ts";
import { until } from "../../support/until.ts";

// Requests made by chance of what the validator itself says that it serves, mutated from valid ones and made of nothing, over
// sockets on which every byte can be wrong.

const REQUESTS = scaled(8000, 1_000_000);
/** Readings of the memory, one per 1,000 requests. */
const PRINTED_EVERY = 20;
/** What a process of 250 MiB may grow by and still be called flat; the sample is over before its memory has settled. */
const GROWTH_MIB = scaled(100, 40);
/** Without a closed epoch, a subnet and processes on record these have nothing to answer; no document has the names of the dashboard's files. */
const unreachable = ["auditLog", "chainWeights", "resumeChain", "dashboardFile", "orderNode"];

const seed = seedOf("fuzz routes");
let world: FuzzWorld;

before(async () => {
  world = await startFuzzWorld(seed);
});

after(() => world?.close());

test("whatever a client sends, it gets an answer or a problem document, the process goes on and honest miners are served", async () => {
  const { pid = 0 } = world.validator.process;
  const readings: number[] = [];
  const opened = descriptors(pid);
  const onProgress = (sent: number): void => {
    readings.push(residentMib(pid));
    if (readings.length % PRINTED_EVERY === 0)
      console.log(`${sent} requests, ${readings.at(-1)?.toFixed(0)} MiB`);
  };
  const fuzzer = new Fuzzer({ ...world, seed, requests: REQUESTS, connections: 32, onProgress });
  await fuzzer.run().catch(async (error: unknown) => {
    // What is not answered may be the end of the process, which is known a moment later.
    await sleep(1000);
    const { process: child, stderr } = world.validator;
    assert.equal(child.exitCode, null, `${error}\nthe validator ended:\n${stderr().slice(-2000)}`);
    throw error;
  });
  const { accepted, others } = await world.honest.stop();
  assert.deepEqual([...world.honest.refusals], []);
  assert.ok(accepted > 0 && others === 0, `${accepted} honest answers accepted, ${others} not`);
  assert.equal(world.validator.process.exitCode, null);
  assert.deepEqual(world.errors(), []);
  const silent = world.operations.map(({ id }) => id).filter((id) => !fuzzer.reached.has(id));
  const missed = silent.filter((id) => !unreachable.includes(id));
  assert.ok(missed.length <= scaled(8, 0), `no request succeeded at ${missed}`);
  const growth = growthOf(readings);
  assert.ok(growth <= GROWTH_MIB, `${growth} MiB more: ${readings.map(Math.round)}`);
  console.log(
    `${fuzzer.sent} requests, ${fuzzer.answers.size} kinds of answers, ${growth.toFixed(1)} MiB more`,
  );
  await until(() => descriptors(pid) <= opened + 8);
});

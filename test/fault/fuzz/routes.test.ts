import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Fuzzer } from "../../support/fault/fuzz/fuzzer.ts";
import { HonestMiner } from "../../support/fault/fuzz/honestMiner.ts";
import { descriptors, MemoryWatch } from "../../support/fault/fuzz/memory.ts";
import { type FuzzWorld, startFuzzWorld } from "../../support/fault/fuzz/world.ts";
import { scaled, seedOf } from "../../support/fault/scale.ts";

// Requests made by chance of what the validator itself says that it serves, mutated from valid ones and made of nothing, over
// sockets on which every byte can be wrong.

const REQUESTS = scaled(8000, 1_000_000);
const PRINTED_EVERY = 50_000;

const seed = seedOf("fuzz routes");
let world: FuzzWorld;

before(async () => {
  world = await startFuzzWorld(seed);
});

after(() => world.close());

test("whatever a client sends, it gets an answer or a problem document, the process goes on and honest miners are served", async () => {
  const { pid = 0 } = world.validator.process;
  const honest = await HonestMiner.start(world.validator.url, "//Honest");
  const memory = new MemoryWatch(pid);
  const open = descriptors(pid);
  const fuzzer = new Fuzzer({
    ...world,
    ...{ seed, requests: REQUESTS, connections: 32 },
    onProgress: (sent) => {
      memory.look();
      if (sent % PRINTED_EVERY < 1000)
        console.log(`${sent} requests, ${Math.round(memory.samples.at(-1) ?? 0)} MiB`);
    },
  });
  await fuzzer.run();
  const { accepted, others } = await honest.stop();
  assert.deepEqual(honest.refusals, []);
  assert.ok(accepted > 0 && others === 0, `${accepted} honest answers accepted, ${others} not`);
  assert.equal(world.validator.process.exitCode, null);
  assert.deepEqual(world.errors(), []);
  console.log(Object.fromEntries([...fuzzer.answers].sort(([, a], [, b]) => b - a)));
  console.log(world.operations.map(({ id }) => id).filter((id) => !fuzzer.reached.has(id)));
  console.log(memory.windows, open, descriptors(pid));
});

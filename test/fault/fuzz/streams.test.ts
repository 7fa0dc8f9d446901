import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { frameCodes } from "../../../src/http/stream/frameCodes.ts";
import { frameMembers, frameTypes } from "../../support/fault/fuzz/frames.ts";
import { growthOf, residentMib } from "../../support/fault/fuzz/memory.ts";
import { StreamFuzzer } from "../../support/fault/fuzz/streamFuzzer.ts";
import { type FuzzWorld, startFuzzWorld } from "../../support/fault/fuzz/world.ts";
import { scaled, seedOf } from "../../support/fault/scale.ts";
import { FleetMiner } from "../../support/validator/push/fleet.ts";
import { honest } from "../../support/validator/push/world.ts";

// Frames made by chance of what the reader of frames knows, on streams that are signed: good ones, spoilt ones, and bytes that break
// the protocol of WebSockets.

const FRAMES = scaled(4000, 200_000);
const GROWTH_MIB = scaled(100, 40);

const seed = seedOf("fuzz streams");
let world: FuzzWorld;

before(async () => {
  world = await startFuzzWorld(seed);
});

after(() => world?.close());

test("the grammar is read from the reader's source", () => {
  for (const type of ["hello", "answer", "fail", "ping"]) assert.ok(frameTypes.includes(type), type);
  for (const name of ["id", "lanes", "capacity", "job_id"]) assert.ok(frameMembers.includes(name), name);
});

test("whatever a stream is sent, it answers with a known code or ends with one, and an honest miner goes on", async () => {
  const { pid = 0 } = world.validator.process;
  const { url } = world.validator;
  const miner = new FleetMiner({
    ...{ url, validator: world.hotkey, name: "Honest", capacity: 4, work: honest(5) },
  });
  assert.ok(await miner.join());
  const readings: number[] = [];
  const onProgress = (sent: number): void => {
    readings.push(residentMib(pid));
    if (readings.length % 200 === 0) console.log(`${sent} frames, ${readings.at(-1)?.toFixed(0)} MiB`);
  };
  const fuzzer = new StreamFuzzer({ ...world, seed, frames: FRAMES, streams: 12, onProgress });
  await fuzzer.run();
  assert.deepEqual([...world.honest.refusals], []);
  assert.equal((await world.honest.stop()).others, 0);
  assert.deepEqual([miner.errors, miner.closes], [[], []]);
  assert.ok(miner.settled.size > 0, "the honest miner was given jobs");
  assert.equal(world.validator.process.exitCode, null);
  assert.deepEqual(world.errors(), []);
  for (const code of [
    "bad_json",
    "bad_frame",
    "unknown_type",
    "hello_again",
    "job_unknown",
    "job_not_yours",
  ] as const)
    assert.ok(fuzzer.heard.has(`error ${code}`), `${code}: ${frameCodes[code]}`);
  const growth = growthOf(readings);
  assert.ok(growth <= GROWTH_MIB, `${growth} MiB more: ${readings.map(Math.round)}`);
  console.log(
    `${fuzzer.sent} frames, ${fuzzer.heard.size} kinds of errors and ends, ${growth.toFixed(1)} MiB more`,
  );
  miner.leave();
});

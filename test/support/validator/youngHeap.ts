import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { boundHeap, keepYoungHeap } from "../../../src/validator/heap.ts";

// A process of its own, with V8 as a validator has it: fails unless its young heap does what `boundHeap` and `keepYoungHeap` promise.

const MIB = 2 ** 20;
const ROUNDS_MOST = 5000;
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as (options: object) => void;

function youngMib(): number {
  return (
    (getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")?.space_size ?? 0) / MIB
  );
}

const alive: object[] = [];

/** Requests that come and go: some objects always outlive a collection. */
async function serve(): Promise<void> {
  for (let i = 0; i < 20_000; i++) {
    alive.push({ i, text: `request ${i}` });
    if (alive.length > 3000) alive.splice(0, 1500);
  }
  await sleep(1);
}

async function serveUntil(holds: () => boolean): Promise<void> {
  for (let round = 0; round < ROUNDS_MOST && !holds(); round++) await serve();
}

boundHeap();
for (let round = 0; round < 200; round++) await serve();
assert.ok(youngMib() < 32, `${youngMib()} MiB: it does not grow before it is told to`);
keepYoungHeap();
for (const when of ["at first", "once more"]) {
  await serveUntil(() => youngMib() >= 32);
  for (let round = 0; round < 200; round++) await serve();
  assert.equal(youngMib(), 32, when);
  // What V8 does by itself once nothing has happened for some seconds.
  collect({ type: "major", execution: "sync", flavor: "last-resort" });
  assert.ok(youngMib() < 4, `${youngMib()} MiB`);
}

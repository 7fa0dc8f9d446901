import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { systemRandom } from "../../../src/core/random.ts";
import type { CallsAsked, FromCalls } from "../../support/crash/callThread.ts";

// What every store must stand, whatever it keeps its records in: a process that ends before or after a call of it, or a send.

const entry = join(import.meta.dirname, "../../support/crash/callThread.ts");
const { SEED, CALLS } = process.env;
const seed = Number(SEED ?? Math.floor(systemRandom.unit() * 1e9));
const count = Number(CALLS ?? 20);
/** Calls per line of progress; at full length they take minutes. */
const TELL_EVERY = 50;

for (const store of ["sqlite"])
  test(`whichever call of the ${store} store is a process's last, the next one ends in the same state`, async (t) => {
    const asked: CallsAsked = { store, seed, count };
    const worker = new Worker(entry, { workerData: asked });
    let last: FromCalls | undefined;
    worker.on("message", (message: FromCalls) => {
      last = message;
      if (message.kind === "holds" && message.calls % TELL_EVERY === 0)
        console.log(`${message.calls} of ${count} ends at a call hold`);
    });
    await once(worker, "exit");
    assert.ok(last?.kind === "ended", "the thread ended early");
    t.diagnostic(`${last.text}; replay with SEED=${seed} CALLS=${count}`);
    assert.equal(last.fault, null, last.fault ?? "");
  });

import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { systemRandom } from "../../../src/core/random.ts";
import type { CallsAsked } from "../../support/crash/callThread.ts";

// What every store must stand, whatever it keeps its records in: a process that ends before or after a call of it, or a send.

const entry = join(import.meta.dirname, "../../support/crash/callThread.ts");
const { SEED, CALLS } = process.env;
const seed = Number(SEED ?? Math.floor(systemRandom.unit() * 1e9));
const count = Number(CALLS ?? 20);

for (const store of ["sqlite"])
  test(`whichever call of the ${store} store is a process's last, the next one ends in the same state`, async (t) => {
    const asked: CallsAsked = { store, seed, count };
    const worker = new Worker(entry, { workerData: asked });
    const [{ text, fault }] = (await once(worker, "message")) as [{ text: string; fault: string | null }];
    t.diagnostic(`${text}; replay with SEED=${seed} CALLS=${count}`);
    assert.equal(fault, null, fault ?? "");
    await once(worker, "exit");
  });

import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../src/core/clock.ts";
import { silentLog } from "../../src/core/log.ts";
import { noMetrics } from "../../src/core/metrics.ts";
import type { Pool } from "../../src/flow/pool.ts";
import { openPostgresStore } from "../../src/store/postgres/open.ts";
import { ProcessNode } from "../../src/validator/roles/node.ts";
import { nodeStore } from "../../src/validator/roles/nodeStore.ts";
import { SubmissionVerifier } from "../../src/verify/submissions/submissionVerifier.ts";
import { takeUp } from "../../src/verify/submissions/takeUp.ts";
import { waitingLane } from "./waitingLane.ts";

// A process of role verify with one worker and a lane whose check waits: claims, verdicts and leases are the validator's own.

const [url = "", checkMs = "20"] = process.argv.slice(2);
const modules = { clock: systemClock, log: silentLog, metrics: noMetrics };
const store = await openPostgresStore({ url, ...modules, connections: 4 });
const node = await ProcessNode.join(
  { name: "bench", roles: ["verify"], version: "0" },
  { ...modules, store },
);
const beat = setInterval(() => void node.beat(), 1500);
const records = nodeStore(store, { token: node.token, checks: () => true });

/** One worker: one check after another. */
let tail: Promise<unknown> = Promise.resolve();
const pool = {
  run: () => {
    const run = tail.then(() => sleep(Number(checkMs))).then(() => ({ outcome: "valid" }));
    tail = run;
    return run;
  },
  close: async () => undefined,
} as unknown as Pool;

const conclude = async ({ receiptId }: { receiptId: string }): Promise<void> => {
  const end = { state: "accepted", verified: true, code: null, strike: null } as const;
  await records.decide({ receiptId, at: Date.now(), ...end });
};
const verifier: SubmissionVerifier = new SubmissionVerifier(
  { concurrency: 1, pendingFactor: 4, maxTries: 3, retryMs: 100 },
  {
    ...{ ...modules, pool, store: records, conclude },
    lanes: new Map([[waitingLane.name, waitingLane]]),
    seedOf: () => 1n,
    takeUp: (limit, except) => takeUp({ store, node, conclude, log: silentLog }, Math.min(limit, 4), except),
  },
);

process.send?.("ready");
await once(process, "message");
let going = true;
process.once("disconnect", () => {
  going = false;
});
while (going) {
  await verifier.recover();
  await sleep(5);
}
await verifier.drain(1000);
clearInterval(beat);
await node.leave();
await store.close();

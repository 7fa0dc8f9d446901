import { writeSync } from "node:fs";
import { systemClock } from "../../../../src/core/clock.ts";
import { generatePrivateJwk, makeSigner } from "../../../../src/core/ed25519.ts";
import { everyHours } from "../../../../src/core/epochs.ts";
import { epochAt } from "../../../../src/core/ids.ts";
import { silentLog } from "../../../../src/core/log.ts";
import { noMetrics } from "../../../../src/core/metrics.ts";
import { AssayError } from "../../../../src/core/problems/assayError.ts";
import type { Store } from "../../../../src/flow/store.ts";
import { Sampler } from "../../../../src/sample/sampler.ts";
import { openSqliteStore } from "../../../../src/store/sqlite/open.ts";
import { decision, newSubmission } from "../../../conformance/store/fixtures.ts";
import { EPOCH_MS, masters, policy } from "./world.ts";

// A process that draws, decides and closes epochs of a fraction of a second until it is killed: `FILE ROUND START`, where
// its wall clock begins at START ms. It prints `closing N`, `closed N`, and `wrong ...` for what must never be.
const [file = "", round = "", start = ""] = process.argv.slice(2);
const say = (line: string): void => {
  writeSync(1, `${line}\n`);
};
const epochHours = EPOCH_MS / 3_600_000;

const store = await openSqliteStore({ file, log: silentLog, metrics: noMetrics, clock: systemClock });
const began = systemClock.monotonicMs();
const clock = {
  ...systemClock,
  nowMs: () => Number(start) + Math.floor(systemClock.monotonicMs() - began),
};
const current = (): number => epochAt(clock.nowMs(), epochHours);

const closing: Store["closeEpoch"] = async (epoch, key, head, at) => {
  say(`closing ${epoch}`);
  checkShut(epoch);
  const record = await store.closeEpoch(epoch, key, head, at);
  checkShut(epoch);
  if (record?.closed_at !== null) say(`closed ${epoch}`);
  return record;
};
const sampler = new Sampler(
  { epochs: everyHours(epochHours), policy, masters: [masters.old] },
  {
    store: new Proxy(store, {
      get: (target, name) => {
        if (name === "closeEpoch") return closing;
        const member: unknown = Reflect.get(target, name);
        return typeof member === "function" ? member.bind(target) : member;
      },
    }),
    signer: makeSigner(generatePrivateJwk()),
    clock,
    log: silentLog,
    metrics: noMetrics,
  },
);

function drawOf(epoch: number, workId: string) {
  try {
    return sampler.draw("groth16", "5Alice", workId, epoch, []);
  } catch (error) {
    if (error instanceof AssayError) return null;
    throw error;
  }
}

function checkShut(epoch: number): void {
  if (drawOf(epoch, "w") !== null) say(`wrong: epoch ${epoch} can be drawn from`);
}

/** What earlier processes closed stays shut, wherever the clock is now. */
async function checkClosed(): Promise<void> {
  for (let epoch = current() - 4; epoch <= current() + 4; epoch++) {
    const record = await store.epoch(epoch);
    if (record === null) continue;
    if ((record.closed_at === null) !== (record.revealed_key === null)) say(`wrong: key of epoch ${epoch}`);
    if (record.closed_at !== null) checkShut(epoch);
  }
}

async function submit(): Promise<never> {
  for (let made = 0; ; made++) {
    const epoch = current() - 1 + (made % 2);
    const row = newSubmission({
      epoch,
      lane: "groth16",
      receiptId: `rc_${round}x${made}`,
      challengeId: `c${round}x${made}`,
    });
    const draw = drawOf(epoch, row.challengeId);
    // What was drawn while the epoch closes is refused by the store.
    if (draw !== null) await store.admit({ ...row, draw });
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function conclude(): Promise<never> {
  for (;;) {
    for (const { receiptId } of await store.pending(64, new Set())) await store.decide(decision(receiptId));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function tick(): Promise<never> {
  for (;;) {
    await sampler.tick();
    await checkClosed();
  }
}

await sampler.start();
await checkClosed();
await Promise.all([submit(), conclude(), tick()]);

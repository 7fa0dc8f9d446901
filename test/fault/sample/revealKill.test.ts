import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { generatePrivateJwk, makeSigner } from "../../../src/core/ed25519.ts";
import { everyHours } from "../../../src/core/epochs.ts";
import { silentLog } from "../../../src/core/log.ts";
import { noMetrics } from "../../../src/core/metrics.ts";
import { Sampler } from "../../../src/sample/sampler.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { decision } from "../../conformance/store/fixtures.ts";
import { FakeClock } from "../../support/fakeClock.ts";
import { EPOCH_MS, masters, policy } from "../../support/sample/reveal/world.ts";
import { recordsOnDisk } from "../../support/store/recordsOnDisk.ts";

const child = join(import.meta.dirname, "../../support/sample/reveal/child.ts");

interface Round {
  /** The line after which the process is killed, and the delay in ms. */
  readonly at: "closing" | "closed";
  readonly nth: number;
  readonly afterMs: number;
  /** Where its clock begins, in epochs from the last one that closed: 2 or more would be time that goes on. */
  readonly from: number;
}

/** Lets a process live until then, with these arguments; returns what it said. */
async function liveUntil(args: string[], { at, nth, afterMs }: Round): Promise<string[]> {
  const life = spawn(process.execPath, [child, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(life, "exit");
  const lines: string[] = [];
  let seen = 0;
  for await (const line of createInterface({ input: life.stdout })) {
    lines.push(line);
    if (!line.startsWith(`${at} `) || ++seen !== nth) continue;
    if (afterMs > 0) await sleep(afterMs);
    life.kill("SIGKILL");
  }
  const [, signal] = await exited;
  assert.equal(signal, "SIGKILL", lines.join("\n"));
  return lines;
}

/** Starts where all of it is over, after a rotation: everything that is due closes. Returns how many epochs did. */
async function closeAll(file: string, now: number): Promise<number> {
  const clock = new FakeClock(now);
  const modules = { clock, log: silentLog, metrics: noMetrics };
  const store = await openSqliteStore({ file, ...modules });
  try {
    for (const { receiptId } of await store.pending(100_000, new Set()))
      await store.decide(decision(receiptId));
    const due = await store.openEpochs();
    const sampler = new Sampler(
      { epochs: everyHours(EPOCH_MS / 3_600_000), policy, masters: [masters.fresh, masters.old] },
      { store, signer: makeSigner(generatePrivateJwk()), ...modules },
    );
    await sampler.start();
    await sampler.tick();
    for (const { epoch } of due) {
      const { state, heads, log_head } = await sampler.published(epoch);
      assert.deepEqual([state, heads.at(-1)?.log_head], ["closed", log_head], `epoch ${epoch}`);
    }
    return due.length;
  } finally {
    await store.close();
  }
}

test("a process killed around the closing of an epoch reveals no key that can still decide, and all that is due closes", async () => {
  const dir = await mkdtemp(join(tmpdir(), "assay-reveal-"));
  const file = join(dir, "assay.db");
  const rounds: Round[] = [
    { at: "closing", nth: 1, afterMs: 0, from: 0 },
    { at: "closed", nth: 2, afterMs: 0, from: 0 },
    { at: "closing", nth: 2, afterMs: 1, from: 0.9 },
    { at: "closed", nth: 1, afterMs: 0, from: 1.9 },
    { at: "closing", nth: 1, afterMs: 4, from: -1 },
    { at: "closing", nth: 3, afterMs: 2, from: 40 },
    { at: "closed", nth: 2, afterMs: EPOCH_MS / 2, from: 0 },
    { at: "closed", nth: 1, afterMs: 0, from: 0 },
  ];
  let last = 1000;
  try {
    for (const [index, round] of rounds.entries()) {
      const start = Math.floor((last + round.from) * EPOCH_MS);
      const lines = await liveUntil([file, String(index), String(start)], round);
      const wrong = lines.filter((line) => !/^clos(ing|ed) \d+$/.test(line));
      assert.deepEqual(wrong, [], `round ${index}`);
      recordsOnDisk(dir);
      last = Math.max(last, ...lines.map((line) => Number(line.match(/^closed (\d+)$/)?.[1] ?? 0)));
    }
    assert.ok((await closeAll(file, (last + 100) * EPOCH_MS)) > 0);
    const { logged } = recordsOnDisk(dir);
    assert.ok((logged.draw ?? 0) > rounds.length);
    assert.equal(logged.draw, logged.verdict);
  } finally {
    await rm(dir, { recursive: true });
  }
});

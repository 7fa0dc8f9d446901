import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLog } from "../../../src/core/log.ts";
import { noMetrics } from "../../../src/core/metrics.ts";
import type { Store } from "../../../src/flow/store.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { assertLog } from "../../conformance/store/fixtures.ts";
import { recordsOnDisk } from "../../support/store/recordsOnDisk.ts";

const child = join(import.meta.dirname, "../../support/store/child.ts");

/** What a whole line of the child looks like: a kill may cut the last one short. */
const whole = {
  write: /^(admitted|accepted) rc_\d+x\d+$/,
  jobs: /^(worked \d+x\d+|(drawn|ended|queued) jb_\d+x\d+[abc])$/,
} as const;

/** Lets a process write until it acknowledged this many records, kills it, and returns all that it acknowledged. */
async function killAfter(
  command: keyof typeof whole,
  count: number,
  file: string,
  round: number,
): Promise<string[]> {
  const writer = spawn(process.execPath, [child, command, file, String(round)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(writer, "exit");
  const lines: string[] = [];
  for await (const line of createInterface({ input: writer.stdout })) {
    if (whole[command].test(line)) lines.push(line);
    if (lines.length === count) writer.kill("SIGKILL");
  }
  const [, signal] = await exited;
  assert.equal(signal, "SIGKILL", lines.join("\n"));
  return lines;
}

test("a process killed while it writes loses nothing that it acknowledged", async () => {
  const dir = await mkdtemp(join(tmpdir(), "assay-kill-"));
  const file = join(dir, "assay.db");
  const acknowledged: string[] = [];
  try {
    for (const [round, count] of [1, 40, 200, 500, 900].entries()) {
      acknowledged.push(...(await killAfter("write", count, file, round)));
      const store = await openSqliteStore({ file, log: silentLog, metrics: noMetrics, clock: systemClock });
      for (const line of acknowledged) {
        const [what, receiptId = ""] = line.split(" ");
        const row = await store.submission(receiptId);
        assert.ok(row, `round ${round}: ${line} is gone`);
        if (what === "accepted") assert.equal(row.state, "accepted", `round ${round}: ${receiptId}`);
      }
      const log = await assertLog(store);
      const { counts } = (await store.miner("5Alice")) ?? assert.fail();
      assert.equal(log.length, counts.submitted + counts.accepted);
      const [credit] = await store.credits(0);
      assert.equal(credit?.weight ?? 0, counts.accepted);
      await store.close();
    }
  } finally {
    await rm(dir, { recursive: true });
  }
});

/** Everything that was acknowledged is there, and what is there belongs together. */
async function assertJobs(store: Store, acknowledged: readonly string[]): Promise<void> {
  const log = await assertLog(store);
  const drawn = log
    .flatMap((line) => (line.type === "draws" ? line.rows : []))
    .filter((row) => row.endsWith(" 1"))
    .map((row) => row.split(" ")[1]);
  const ended = new Set(log.flatMap((line) => (line.type === "verdict" ? [line.work_id] : [])));
  const open = (await store.openSamples(1_000_000)).map(({ jobId }) => jobId);
  assert.deepEqual(open.toSorted(), drawn.filter((id) => id !== undefined && !ended.has(id)).sort());
  const queued = new Set((await store.queuedCustomerJobs(1_000_000)).map(({ jobId }) => jobId));
  const there = { drawn: new Set(drawn), ended, queued };
  for (const line of acknowledged) {
    const [what = "", id = ""] = line.split(" ");
    if (what in there) assert.ok(there[what as keyof typeof there].has(id), `${line} is gone`);
  }
  const worked = acknowledged.filter((line) => line.startsWith("worked")).length;
  const [bucket] = await store.work(0);
  const unverified = ((bucket?.credit ?? 0) - ended.size * 8) / 4;
  assert.ok(Number.isInteger(unverified) && unverified >= worked, `${unverified} of ${worked}`);
  assert.equal(bucket?.results ?? 0, ended.size + unverified);
  assert.equal((await store.miner("5Alice"))?.counts.accepted ?? 0, ended.size + unverified);
}

test("a process killed while it records jobs loses no draw, no end, no work and no customer's job", async () => {
  const dir = await mkdtemp(join(tmpdir(), "assay-kill-"));
  const file = join(dir, "assay.db");
  const acknowledged: string[] = [];
  try {
    for (const [round, count] of [1, 60, 400, 1100].entries()) {
      acknowledged.push(...(await killAfter("jobs", count, file, round)));
      const store = await openSqliteStore({ file, log: silentLog, metrics: noMetrics, clock: systemClock });
      await assertJobs(store, acknowledged);
      await store.close();
      const { openSamples, logged } = recordsOnDisk(dir);
      assert.equal(openSamples.length + (logged.verdict ?? 0), (logged.draws ?? 0) * 2);
    }
  } finally {
    await rm(dir, { recursive: true });
  }
});

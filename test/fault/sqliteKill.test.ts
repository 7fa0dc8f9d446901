import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { systemClock } from "../../src/core/clock.ts";
import { silentLog } from "../../src/core/log.ts";
import { noMetrics } from "../../src/core/metrics.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { assertLog } from "../conformance/store/fixtures.ts";

const child = join(import.meta.dirname, "../support/storeChild.ts");

/** Lets a process write until it acknowledged so many things, kills it, and returns all that it acknowledged. */
async function killAfter(count: number, file: string, round: number): Promise<string[]> {
  const writer = spawn(process.execPath, [child, "write", file, String(round)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(writer, "exit");
  const lines: string[] = [];
  for await (const line of createInterface({ input: writer.stdout })) {
    // A kill may cut the last line short.
    if (/^(admitted|accepted) rc_\d+x\d+$/.test(line)) lines.push(line);
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
      acknowledged.push(...(await killAfter(count, file, round)));
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

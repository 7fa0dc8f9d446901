import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { SeededRandom } from "../../../sim/engine/seededRandom.ts";
import { systemRandom } from "../../../src/core/random.ts";
import { type Files, writeFiles } from "../../support/crash/diskImage.ts";
import { filesIn } from "../../support/crash/origin.ts";
import { killedAt, originOf } from "../../support/crash/points.ts";
import type { Recording } from "../../support/crash/recording.ts";
import { ask, recordScenario } from "../../support/crash/runPoints.ts";
import type { Left } from "../../support/crash/survive.ts";
import type { Fact } from "../../support/invariants/facts.ts";

// The same scenario in real processes on a real disk, each killed by a signal at one of the moments before and after a call: what the
// model of the crash points says is what happens. KILLS is how many; SEED chooses the moments.

const child = join(import.meta.dirname, "../../support/crash/child.ts");
const { SEED, KILLS } = process.env;
const seed = Number(SEED ?? Math.floor(systemRandom.unit() * 1e9));
const kills = Number(KILLS ?? 4);

interface Ran {
  readonly left: Left;
  readonly signal: string | null;
}

async function runUntil(dir: string, moment: number, known: readonly Fact[]): Promise<Ran> {
  const writer = spawn(process.execPath, [child, dir, String(seed), String(moment)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(writer, "exit");
  const facts = [...known];
  let step = 0;
  for await (const line of createInterface({ input: writer.stdout })) {
    const told = JSON.parse(line) as { readonly fact?: Fact; readonly step?: number };
    if (told.fact !== undefined) facts.push(told.fact);
    step = told.step ?? step;
  }
  const [, signal] = await exited;
  return { left: { files: filesIn(dir), facts, step }, signal };
}

/** Values that are drawn for each group differ: so do the bytes, and how many pages an index splits into, which the write-ahead log counts. Copies from before an upgrade are named by the time. */
const sizesOf = (files: Files): string[] =>
  Array.from(files, ([name, { length }]) => (name.endsWith("-wal") ? name : `${name} ${length}`))
    .filter((text) => !text.includes(".probe") && !text.startsWith("before-upgrade/"))
    .sort();

/** The values that are drawn also decide how many pages are written, so the same moment may be some calls earlier or later. */
const NEAR = 8;

/** What is left is what the model says of this moment, or of one next to it. */
function assertNear(left: readonly string[], recording: Recording, moment: number): void {
  for (let off = 0; off <= NEAR; off++)
    for (const near of [moment - off, moment + off])
      if (near > 0 && isDeepStrictEqual(left, sizesOf(killedAt(recording, near)))) return;
  assert.deepEqual(left, sizesOf(killedAt(recording, moment)));
}

test("a process that is really killed in the middle of the scenario goes on as one that was not", async (t) => {
  const recording = await recordScenario(seed);
  const moments = recording.ops.filter(({ kind }) => kind === "moment").length;
  t.diagnostic(`${kills} of ${moments} moments; replay with SEED=${seed} KILLS=${kills}`);
  const { unit } = new SeededRandom(seed, "kills");
  for (let i = 0; i < kills; i++) {
    // A process that had a few moments less than the recording would reach its end before one of the last.
    const moment = 1 + Math.floor(unit() * (moments - NEAR));
    const dir = mkdtempSync(join(tmpdir(), "assay-killed-"));
    try {
      const { files, facts } = originOf(recording);
      writeFiles(dir, files);
      const { left, signal } = await runUntil(dir, moment, facts);
      assert.equal(signal, "SIGKILL", `moment ${moment}`);
      assertNear(sizesOf(left.files), recording, moment);
      await ask({ kind: "left", left, seed, life: `killed ${moment}`, wanted: recording.endState });
    } catch (error) {
      throw new Error(`killed at moment ${moment}`, { cause: error });
    } finally {
      rmSync(dir, { recursive: true });
    }
  }
});

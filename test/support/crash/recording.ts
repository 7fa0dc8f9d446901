import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Fact } from "../invariants/facts.ts";
import { openDirectStore } from "./directStore.ts";
import { writeFiles } from "./diskImage.ts";
import type { DiskOp } from "./diskOps.ts";
import { DiskTrace } from "./diskTrace.ts";
import { checkEnd, type EndState } from "./goOn.ts";
import { makeOrigin, type Origin } from "./origin.ts";
import { Outside } from "./outside.ts";
import { patchFiles } from "./patches.ts";
import { play, stop } from "./play.ts";
import { scratch } from "./scratch.ts";

/** The whole scenario without a crash: every operation on its files, and what was seen of it when. */
export interface Recording {
  readonly seed: number;
  readonly ops: readonly DiskOp[];
  /** Operations before the validator starts: the folder as it was. */
  readonly first: number;
  readonly facts: readonly Fact[];
  /** Of each fact, the operations before it. */
  readonly factsAt: readonly number[];
  /** Of each step, the operations before it. */
  readonly stepsAt: readonly number[];
  readonly endState: EndState;
}

/** Plays the scenario in this thread, whose timers and files it takes over meanwhile. */
export async function record(seed: number): Promise<Recording> {
  const dir = mkdtempSync(join(scratch(), "assay-crash-"));
  try {
    const origin = await makeOrigin(join(dir, "origin"), seed);
    return await recordFrom(origin, join(dir, "run"), seed);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function recordFrom({ files, facts }: Origin, dir: string, seed: number): Promise<Recording> {
  writeFiles(dir, files);
  const trace = new DiskTrace(dir);
  const first = trace.ops.length;
  const outside = new Outside(
    { seed, life: "first", facts },
    { passed: (label) => trace.moment(label), position: () => trace.ops.length },
  );
  const stepsAt: number[] = [];
  const unpatch = await patchFiles(trace, (work) => outside.time.aside(work));
  outside.time.install();
  try {
    const place = { dir, openStore: async () => openDirectStore(join(dir, "assay.db"), outside.time) };
    const life = await play(place, outside, 0, (index) => {
      stepsAt[index] = trace.ops.length;
    });
    assert.ok(life);
    await outside.time.during(stop(life), () => false);
    const { ops } = trace;
    const known = outside.facts.slice(facts.length);
    const recorded = { seed, first, facts: [...facts, ...known], stepsAt, ops: ops.slice() };
    const endState = await checkEnd(life);
    assertReached(endState);
    const factsAt = [...facts.map(() => 0), ...outside.factsAt];
    return { ...recorded, factsAt, endState };
  } finally {
    outside.time.uninstall();
    unpatch();
  }
}

/** The scenario is worth nothing when it does not come to every kind of end. */
function assertReached({ submissions, strikes, suspensions, epochs, jobs }: EndState): void {
  for (const state of ["accepted", "rejected", "void"])
    assert.ok(
      submissions?.some((text) => text.includes(` ${state} `)),
      `nothing was ${state}`,
    );
  assert.ok(strikes?.length && suspensions?.length, "nobody was struck and suspended");
  assert.ok((epochs?.filter((text) => text.endsWith(" closed")).length ?? 0) > 5, String(epochs));
  assert.ok(
    jobs?.every((text) => text.includes(" done ")),
    String(jobs),
  );
}

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Store } from "../../../src/flow/store.ts";
import type { Fact } from "../invariants/facts.ts";
import { assertEnded, assertInvariants } from "../invariants/invariants.ts";
import { openDirectStore } from "./directStore.ts";
import { type Files, writeFiles } from "./diskImage.ts";
import { endStateOf } from "./endState.ts";
import { Outside } from "./outside.ts";
import { play, stop } from "./play.ts";
import { assertShut, type Process } from "./process.ts";
import type { EndState } from "./recording.ts";
import { scratch } from "./scratch.ts";
import { steps } from "./steps.ts";

/** What a crash left, and what had been seen by then. */
export interface Left {
  readonly files: Files;
  readonly facts: readonly Fact[];
  readonly step: number;
}

/** Opens what a crash left, and checks it. Throws what does not hold. */
export async function open(left: Left, seed: number, life: string): Promise<void> {
  await inFolder(left, seed, life, async ({ opened, outside }) => {
    await outside.time.during(opened.close(), () => false);
  });
}

/**
 * Opens what a crash left, checks it, plays the scenario from the interrupted step to its end, and checks again: it must end as it does
 * without a crash. Throws what does not hold.
 */
export async function survive(left: Left, seed: number, life: string, wanted: EndState): Promise<void> {
  await inFolder(left, seed, life, async ({ dir, opened, outside }) => {
    const { time } = outside;
    let first = true;
    const openStore = async () => {
      if (!first) return openDirectStore(join(dir, "assay.db"), time);
      first = false;
      return opened;
    };
    const began = async (one: Process) => assert.deepEqual(await assertShut(one, outside.facts), []);
    const last = await play({ dir, openStore }, outside, left.step, () => {}, began);
    await time.during(stop(last), () => false);
    const records = await assertInvariants(last.store, outside.facts, outside.block());
    assertEnded(records);
    assert.deepEqual(await endStateOf(last.store, records), wanted);
    assert.deepEqual(await assertShut(last, outside.facts), []);
    await last.store.close();
  });
}

interface Opened {
  readonly dir: string;
  readonly opened: Store;
  readonly outside: Outside;
}

async function inFolder(
  left: Left,
  seed: number,
  life: string,
  work: (opened: Opened) => Promise<void>,
): Promise<void> {
  const dir = mkdtempSync(join(scratch(), "assay-crash-"));
  const outside = new Outside({ seed, life, facts: left.facts });
  const { time } = outside;
  time.install();
  try {
    writeFiles(dir, left.files);
    time.moveTo(steps[left.step]?.at ?? 0);
    const opened = openDirectStore(join(dir, "assay.db"), time);
    await assertInvariants(opened, left.facts, outside.block());
    await work({ dir, opened, outside });
  } finally {
    time.uninstall();
    time.forget();
    rmSync(dir, { recursive: true, force: true });
  }
}

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Fact } from "../invariants/facts.ts";
import { openDirectStore } from "./directStore.ts";
import { type Files, writeFiles } from "./diskImage.ts";
import { type EndState, goOn, reopen } from "./goOn.ts";
import { Outside } from "./outside.ts";
import type { Place } from "./process.ts";
import { scratch } from "./scratch.ts";

/** What a crash left, and what had been seen by then. */
export interface Left {
  readonly files: Files;
  readonly facts: readonly Fact[];
  readonly step: number;
}

/** The SQLite store of a folder. */
export function sqlitePlace(dir: string, { time }: Outside): Place {
  return { dir, openStore: async () => openDirectStore(join(dir, "assay.db"), time) };
}

/** Opens what a crash left, and checks it. Throws what does not hold. */
export async function open(left: Left, seed: number, life: string): Promise<void> {
  await inFolder(left, seed, life, async (place, outside) => {
    const opened = await (await reopen(place, outside, left.step)).openStore();
    await outside.time.during(opened.close(), () => false);
  });
}

/** Opens what a crash left, checks it, and plays the scenario to its end: it must end as it does without a crash. */
export async function survive(left: Left, seed: number, life: string, wanted: EndState): Promise<void> {
  await inFolder(left, seed, life, async (place, outside) => {
    const opened = await reopen(place, outside, left.step);
    assert.deepEqual(await goOn(opened, outside, left.step), wanted);
  });
}

async function inFolder(
  { files, facts }: Left,
  seed: number,
  life: string,
  work: (place: Place, outside: Outside) => Promise<void>,
): Promise<void> {
  const dir = mkdtempSync(join(scratch(), "assay-crash-"));
  const outside = new Outside({ seed, life, facts });
  outside.time.install();
  try {
    writeFiles(dir, files);
    await work(sqlitePlace(dir, outside), outside);
  } finally {
    outside.time.uninstall();
    outside.time.forget();
    rmSync(dir, { recursive: true, force: true });
  }
}

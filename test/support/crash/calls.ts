import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Files, writeFiles } from "./diskImage.ts";
import { checkEnd, type EndState, goOn, reopen } from "./goOn.ts";
import { filesIn, publishingKey } from "./origin.ts";
import { Outside } from "./outside.ts";
import { play } from "./play.ts";
import { type Place, publishingFile } from "./process.ts";
import { scratch } from "./scratch.ts";
import { sqlitePlace } from "./survive.ts";

// Crashes at the calls of the store's port and at sends, for any store: the process ends before such a call, or after it took effect.

/** A place of a store that outlives its process. */
export interface CrashPlace extends Place {
  /** Where the next process finds what this one left. */
  next(outside: Outside): Promise<Place>;
}

/** Makes an empty place, in a folder that is there. */
export type MakePlace = (dir: string, outside: Outside) => Promise<CrashPlace>;

/** A store that is open cannot be opened again in the same system process, so the next one gets a copy of its files. */
const sqlite: MakePlace = async (dir, outside) => ({
  ...sqlitePlace(dir, outside),
  next: async (next) => {
    const files: Files = filesIn(dir);
    const copy = folder();
    writeFiles(copy, files);
    return sqlitePlace(copy, next);
  },
});

/** The stores that the scenario is played over, by name. */
export const placesOf: Readonly<Record<string, MakePlace>> = { sqlite };

const folders: string[] = [];

/** Removes what all of the runs of this thread left. */
export function removeFolders(): void {
  for (const dir of folders.splice(0)) rmSync(dir, { recursive: true, force: true });
}

function folder(): string {
  const dir = mkdtempSync(join(scratch(), "assay-calls-"));
  folders.push(dir);
  mkdirSync(join(dir, "keys"), { mode: 0o700 });
  return dir;
}

function newFolder(): string {
  const dir = folder();
  writeFileSync(publishingFile(dir), publishingKey(), { mode: 0o600 });
  return dir;
}

export interface WholeRun {
  readonly calls: number;
  readonly endState: EndState;
}

/** The scenario without a crash: how many moments it has, and its end. */
export async function wholeRun(make: MakePlace, seed: number): Promise<WholeRun> {
  let calls = 0;
  const outside = new Outside({ seed, life: "first" }, { passed: () => void calls++ });
  outside.time.install();
  try {
    const life = await play(await make(newFolder(), outside), outside, 0, () => {});
    assert.ok(life);
    const passed = calls;
    return { endState: await checkEnd(life), calls: passed };
  } finally {
    outside.time.uninstall();
  }
}

/** Ends the process at a moment, and lets another one go on. Throws what does not hold. */
export async function crashAtCall(
  make: MakePlace,
  seed: number,
  call: number,
  wanted: EndState,
): Promise<void> {
  let calls = 0;
  let step = 0;
  const first = new Outside(
    { seed, life: "first" },
    {
      passed: () => {
        if (++calls === call) first.isDead = true;
      },
    },
  );
  first.time.install();
  const place = await make(newFolder(), first);
  const begun = (index: number): void => {
    step = index;
  };
  const life = await play(place, first, 0, begun);
  assert.equal(life, null, `there is no moment ${call}`);
  first.time.forget();
  first.time.uninstall();
  const outside = new Outside({ seed, life: `after ${call}`, facts: first.facts });
  outside.time.install();
  try {
    const opened = await reopen(await place.next(outside), outside, step);
    assert.deepEqual(await goOn(opened, outside, step), wanted);
  } finally {
    outside.time.uninstall();
    outside.time.forget();
  }
}

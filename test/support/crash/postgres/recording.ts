import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Fact } from "../../invariants/facts.ts";
import type { TestDatabases } from "../../store/postgresDatabases.ts";
import type { Files } from "../diskImage.ts";
import { checkEnd, type EndState } from "../goOn.ts";
import { workBefore } from "../origin.ts";
import { scratch } from "../scratch.ts";
import { Life } from "./life.ts";
import { stages } from "./stages.ts";

/** The records, keys and world before a stage, and how many moments it has. */
export interface Before {
  readonly url: string;
  readonly files: Files;
  readonly facts: readonly Fact[];
  readonly moments: number;
}

/** The scenario without a crash, one process per stage. */
export interface ServerRecording {
  readonly seed: number;
  readonly stages: readonly Before[];
  readonly endState: EndState;
}

/** Plays the scenario over a new database, and keeps a copy of it from before each stage. */
export async function recordOnServer(databases: TestDatabases, seed: number): Promise<ServerRecording> {
  const dir = mkdtempSync(join(scratch(), "assay-crash-"));
  let { files, facts } = await workBefore(join(dir, "origin"), seed).finally(() =>
    rmSync(dir, { recursive: true, force: true }),
  );
  const url = await databases.makeEmpty();
  const before: Before[] = [];
  let endState: EndState | null = null;
  for (const [index, stage] of stages.entries()) {
    const kept = { url: await databases.copy(url), files, facts };
    const life = await Life.begin({ seed, name: `stage ${index}`, url, files, facts });
    try {
      const process = await stage.run(life);
      before.push({ ...kept, moments: life.moments });
      if (index === stages.length - 1 && process !== null) endState = await checkEnd(process);
      files = withoutDatabase(life.files());
      facts = [...life.outside.facts];
    } finally {
      life.over();
    }
    await databases.endSessions(url);
  }
  await databases.drop(url);
  assert.ok(endState);
  return { seed, stages: before, endState };
}

/** A copy to the server is all that the file was for. */
export const withoutDatabase = (files: Files): Files =>
  new Map([...files].filter(([name]) => !name.startsWith("assay.db")));

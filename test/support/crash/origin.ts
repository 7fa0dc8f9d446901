import { createPrivateKey } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../../../src/core/hash.ts";
import type { Fact } from "../invariants/facts.ts";
import { rewriteAsVersion4 } from "../store/version4.ts";
import { openDirectStore } from "./directStore.ts";
import type { Files } from "./diskImage.ts";
import { HOUR, Outside, START_MS } from "./outside.ts";
import { end } from "./play.ts";
import { publishingFile, settled, startProcess, tickAll } from "./process.ts";
import { pullRound } from "./steps.ts";

/** A folder of a validator of an earlier version, and what was seen of it. */
export interface Origin {
  readonly files: Files;
  readonly facts: readonly Fact[];
}

/** The bytes before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410). */
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");

/** The publishing key of the scenario as a file has it. */
export function publishingKey(): string {
  const seed = sha256("publishing key of the crash scenario");
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: "der", type: "pkcs8" });
  return `${JSON.stringify(key.export({ format: "jwk" }))}\n`;
}

/** Lets a validator work for two hours, with answers that it has not decided at the end, and rewrites its store as version 4 had it. */
export async function makeOrigin(dir: string, seed: number): Promise<Origin> {
  const { facts } = await workBefore(dir, seed);
  const file = join(dir, "assay.db");
  rewriteAsVersion4(file);
  for (const suffix of [".lock", "-shm", "-wal"]) rmSync(`${file}${suffix}`, { force: true });
  return { files: filesIn(dir), facts };
}

/** The two hours before the scenario, with a store of this version. */
export async function workBefore(dir: string, seed: number): Promise<Origin> {
  mkdirSync(join(dir, "keys"), { recursive: true, mode: 0o700 });
  writeFileSync(publishingFile(dir), publishingKey(), { mode: 0o600 });
  const file = join(dir, "assay.db");
  const outside = new Outside({ seed, life: "origin" });
  const { time } = outside;
  time.install();
  const work = async (): Promise<void> => {
    time.moveTo(START_MS - 2 * HOUR + 60_000);
    const life = await startProcess({ dir, openStore: async () => openDirectStore(file, time) }, outside);
    await pullRound(4)(life);
    await settled(life);
    time.moveTo(START_MS - HOUR + 60_000);
    await tickAll(life);
    await pullRound(5)(life);
    await end(life);
  };
  await time.during(work(), () => false);
  time.uninstall();
  return { files: filesIn(dir), facts: outside.facts };
}

/** Every file of a validator's folder. */
export function filesIn(dir: string): Files {
  const names = ["", "keys"].flatMap((folder) =>
    readdirSync(join(dir, folder)).map((name) => join(folder, name)),
  );
  return new Map(
    names
      .filter((name) => statSync(join(dir, name)).isFile() && !/-shm$|\.lock$/.test(name))
      .map((name) => [name, readFileSync(join(dir, name))]),
  );
}

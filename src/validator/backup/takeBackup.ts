import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Config } from "../../config/schema.ts";
import type { Clock } from "../../core/clock.ts";
import { makeSigner } from "../../core/ed25519.ts";
import { silentLog } from "../../core/log.ts";
import { AssayError } from "../../core/problems/assayError.ts";
import type { Random } from "../../core/random.ts";
import { readPublishing } from "../../keys/files.ts";
import { MarkFile } from "../../keys/markFile.ts";
import { readRetired } from "../../keys/retired.ts";
import { copyFailure, copyFile, hashOf, requireSpace, syncFile } from "../../store/backup/files.ts";
import {
  type BackupFile,
  DATABASE,
  MANIFEST,
  type Manifest,
  manifestText,
} from "../../store/backup/manifest.ts";
import { type CopyWatch, copySnapshot } from "../../store/backup/snapshot.ts";
import { stamp } from "../../store/backup/stamp.ts";
import { type PublicKeys, type VerifiedCopy, verifyCopy } from "../../store/backup/verifyCopy.ts";
import { copy } from "../../store/copy/copy.ts";
import { openPostgresSnapshot } from "../../store/copy/postgresSnapshot.ts";
import { openSqliteTarget } from "../../store/copy/sqliteTarget.ts";
import { syncFolder } from "../../store/sqlite/guard/mark.ts";
import { type Paths, pathsOf } from "../paths.ts";
import { dataFilesOf } from "./dataFiles.ts";

export interface BackupOptions {
  readonly config: Config;
  readonly dataDir: string;
  readonly configFile: string | null;
  /** A folder that does not exist. */
  readonly to: string;
  /** Also configuration, keys, secrets and marks. */
  readonly withKeys: boolean;
  readonly program: string;
}

export interface BackupModules {
  readonly clock: Clock;
  readonly random: Random;
  readonly watch: CopyWatch;
}

export interface BackupReport extends Omit<Manifest, "format"> {
  readonly folder: string;
  readonly verified: VerifiedCopy;
}

/** The publishing keys of a data directory, present and past; none where their files are elsewhere or missing. */
export function publicKeysOf({ publishing, retired }: Pick<Paths, "publishing" | "retired">): PublicKeys {
  const jwks = [
    ...(existsSync(publishing) ? [makeSigner(readPublishing(publishing)).jwk] : []),
    ...readRetired(retired),
  ];
  return new Map(jwks.map(({ kid, x }) => [kid, x]));
}

/** Makes a backup in a new folder, which has its name once it is whole and was opened. */
export async function takeBackup(options: BackupOptions, modules: BackupModules): Promise<BackupReport> {
  const folder = resolve(options.to);
  if (existsSync(folder))
    throw new AssayError({
      code: "file_unreadable",
      file: folder,
      cause_text: "it already exists, and a backup replaces nothing",
      remedy: "Name a folder that does not exist.",
    });
  const part = `${folder}.part`;
  try {
    rmSync(part, { recursive: true, force: true });
    mkdirSync(part, { recursive: true, mode: 0o700 });
    const report = await fill(part, options, modules);
    syncFolder(part);
    renameSync(part, folder);
    syncFolder(dirname(folder));
    return { ...report, folder };
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    throw copyFailure(error, folder);
  }
}

async function fill(
  part: string,
  { config, dataDir, configFile, withKeys, program }: BackupOptions,
  { clock, random, watch }: BackupModules,
): Promise<Omit<BackupReport, "folder">> {
  const paths = pathsOf(config, dataDir);
  const database = join(part, DATABASE);
  const taken_at = Math.round(clock.nowMs());
  const shown = await copyStore({ config, paths, database, clock, watch });
  const id = Buffer.from(random.bytes(16)).toString("hex");
  const mark = await new MarkFile(paths.signingMark).read();
  const { schema, watermarks } = stamp(database, { id, taken_at, markedPeriod: mark?.period ?? null });
  const verified = checked(database, shown, publicKeysOf(paths));
  const { inside, outside } = dataFilesOf(config, dataDir, configFile);
  const files: BackupFile[] = [{ path: DATABASE, ...hashOf(database) }];
  if (withKeys)
    for (const path of inside) files.push({ path, ...copyFile(join(dataDir, path), join(part, path)) });
  const left_out = [...(withKeys ? [] : inside), ...outside];
  const source = config.store.kind;
  const manifest = { id, taken_at, program, schema, source, watermarks, files, left_out };
  const at = join(part, MANIFEST);
  writeFileSync(at, manifestText(manifest), { mode: 0o600 });
  syncFile(at);
  return { ...manifest, verified };
}

interface StoreCopy {
  readonly config: Config;
  readonly paths: Paths;
  readonly database: string;
  readonly clock: Clock;
  readonly watch: CopyWatch;
}

/** Returns what the store is called. */
async function copyStore({ config, paths, database, clock, watch }: StoreCopy): Promise<string> {
  if (config.store.kind === "postgres" && config.store.url !== null)
    return copyServer(config.store.url, database, clock, watch);
  await copySnapshot(paths.store, database, watch);
  return paths.store;
}

/** A server's records as the file of an embedded store: whatever server comes later, `assay store copy` puts them there. */
async function copyServer(url: string, database: string, clock: Clock, watch: CopyWatch): Promise<string> {
  const source = await openPostgresSnapshot({ url, log: silentLog, clock });
  try {
    requireSpace(dirname(database), 0, "");
    const target = openSqliteTarget(database, clock);
    const found = await copy(source, target, ({ rows, ofRows }) => watch(rows, ofRows)).finally(() =>
      target.close(),
    );
    if (!found.same)
      throw new AssayError({
        code: "store_corrupt",
        file: source.shown,
        cause_text: `its copy differs: ${found.chains.faults[0]?.fault ?? "rows are not equal"}`,
      });
    for (const companion of [".lock", ".mark", ".sums"]) rmSync(`${database}${companion}`, { force: true });
    return source.shown;
  } finally {
    await source.close();
  }
}

/** What is wrong with a fresh copy is wrong with its source. */
function checked(database: string, shown: string, keys: PublicKeys): VerifiedCopy {
  try {
    return verifyCopy(database, keys);
  } catch (error) {
    if (!(error instanceof AssayError) || error.problem.code !== "backup_damaged") throw error;
    const { cause_text } = error.problem;
    throw new AssayError({ code: "store_corrupt", file: shown, cause_text }, { cause: error });
  }
}

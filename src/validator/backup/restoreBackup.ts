import { existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Config } from "../../config/schema.ts";
import type { Clock } from "../../core/clock.ts";
import { AssayError } from "../../core/problems/assayError.ts";
import { MarkFile } from "../../keys/markFile.ts";
import { compare, copyFailure, copyFile, hashOf, requireSpace } from "../../store/backup/files.ts";
import { type BackupFile, DATABASE, type Manifest, readManifest } from "../../store/backup/manifest.ts";
import { raise, signedPeriodOf } from "../../store/backup/raise.ts";
import { type VerifiedCopy, verifyCopy } from "../../store/backup/verifyCopy.ts";
import { syncFolder } from "../../store/sqlite/guard/mark.ts";
import { takeLock } from "../../store/sqlite/lock.ts";
import { knownVersion } from "../../store/sqlite/migrations/migrate.ts";
import { type Paths, pathsOf } from "../paths.ts";
import { replaceStore, storeFiles } from "./putInPlace.ts";
import { publicKeysOf } from "./takeBackup.ts";

export interface RestoreOptions {
  readonly config: Config;
  /** The folder of a backup. */
  readonly from: string;
  readonly dataDir: string;
  /** A store that is there is moved aside. */
  readonly force: boolean;
}

export interface RestoreReport {
  readonly store: string;
  readonly taken_at: number;
  readonly source: Manifest["source"];
  readonly schema: number;
  readonly verified: VerifiedCopy;
  /** Paths in the data directory. */
  readonly restored: readonly string[];
  /** Files that were there and differ from those of the backup: they stay. */
  readonly kept: readonly string[];
  /** Where the store that was there is now. */
  readonly moved_to: string | null;
  /** Nothing up to it is signed, nor the period under way at the next start; null when nothing was signed. */
  readonly signed_period: number | null;
  /** Unix ms: what was acknowledged in this time is lost. */
  readonly lost: { readonly from: number; readonly to: number };
}

/** The mark of signed periods is never put back: the one that is there is newer, and without one a start presumes more. */
const isMark = (path: string): boolean => path.endsWith(".mark.json");

const refused = (file: string, why: string, remedy: string): AssayError =>
  new AssayError({ code: "restore_refused", file, why, remedy });

const iso = (ms: number): string => new Date(ms).toISOString();

/** Puts a backup back. Throws `backup_damaged`, `restore_refused`, `store_in_use`, `store_too_new`, `store_full`. */
export async function restoreBackup(options: RestoreOptions, clock: Clock): Promise<RestoreReport> {
  const { config, dataDir } = options;
  const from = resolve(options.from);
  const manifest = readManifest(from);
  const paths = pathsOf(config, dataDir);
  const now = Math.round(clock.nowMs());
  refuseSchema(from, manifest);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const lock = takeLock(paths.store);
  try {
    const lastWritten = refuseUnsafe(options, paths, manifest, now);
    const sizes = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
    requireSpace(dataDir, sizes, "");
    const staging = join(dataDir, ".restoring");
    rmSync(staging, { recursive: true, force: true });
    try {
      const lost = { from: manifest.taken_at, to: lastWritten ?? now };
      return { ...(await putBack({ config, from, staging, dataDir, paths, manifest, now })), lost };
    } finally {
      rmSync(staging, { recursive: true, force: true });
    }
  } catch (error) {
    throw copyFailure(error, dataDir);
  } finally {
    lock.release();
  }
}

function refuseSchema(from: string, { schema: version }: Manifest): void {
  if (version > knownVersion)
    throw new AssayError({ code: "store_too_new", file: join(from, DATABASE), version, known: knownVersion });
}

/** Returns when the files that are there were last written; null without any. */
function refuseUnsafe(
  { dataDir, force }: RestoreOptions,
  { store, signingMark }: Paths,
  { taken_at }: Manifest,
  now: number,
): number | null {
  const there = storeFiles(store);
  if (there.length > 0 && !force)
    throw refused(
      dataDir,
      "it has a store already",
      "Name another --data, or move the store aside with --force.",
    );
  const traces = [...there, signingMark].filter((file) => existsSync(file));
  const written =
    traces.length === 0 ? null : Math.floor(Math.max(...traces.map((file) => statSync(file).mtimeMs)));
  // Epochs and, on the local chain, periods follow the clock: one that is behind would bring back epochs whose keys are public.
  const earliest = Math.max(taken_at, written ?? taken_at);
  if (now < earliest)
    throw refused(
      dataDir,
      `the clock says ${iso(now)}, which is before ${iso(earliest)}, when this validator last wrote`,
      "Set the clock.",
    );
  return written;
}

interface Work {
  readonly config: Config;
  readonly from: string;
  readonly staging: string;
  readonly dataDir: string;
  readonly paths: Paths;
  readonly manifest: Manifest;
  readonly now: number;
}

/** Everything is copied and examined before anything is put in place. */
async function putBack(work: Work): Promise<Omit<RestoreReport, "lost">> {
  const { config, from, staging, dataDir, paths, manifest, now } = work;
  for (const file of manifest.files)
    compare(from, file, copyFile(join(from, file.path), join(staging, file.path)));
  const database = join(staging, DATABASE);
  const keys = [pathsOf(config, staging), paths].flatMap((of) => [...publicKeysOf(of)]);
  const verified = verifyCopy(database, new Map(keys));
  const mark = await new MarkFile(paths.signingMark).read();
  const marks = [mark?.period ?? null, signedPeriodOf(paths.store)].filter((period) => period !== null);
  const { signed_period } = raise(database, {
    now,
    signedPeriod: marks.length === 0 ? null : Math.max(...marks),
  });
  const { restored, kept } = placeKeys(work, manifest.files);
  const aside = join(dataDir, `before-restore-${iso(now).replaceAll(/[-:]|\.\d+/g, "")}`);
  const hadStore = storeFiles(paths.store).length > 0;
  replaceStore(paths.store, database, aside);
  const { taken_at, source, schema } = manifest;
  return {
    ...{ store: paths.store, taken_at, source, schema, verified },
    restored: [DATABASE, ...restored],
    kept,
    moved_to: hadStore ? aside : null,
    signed_period,
  };
}

/** Files beside the store: those that are missing are put back, and those that are there stay. */
function placeKeys(
  { staging, dataDir }: Work,
  files: readonly BackupFile[],
): { readonly restored: readonly string[]; readonly kept: readonly string[] } {
  const restored: string[] = [];
  const kept: string[] = [];
  for (const { path, sha256 } of files) {
    if (path === DATABASE || isMark(path)) continue;
    const target = join(dataDir, path);
    if (existsSync(target)) {
      if (hashOf(target).sha256 !== sha256) kept.push(path);
      continue;
    }
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    renameSync(join(staging, path), target);
    syncFolder(dirname(target));
    restored.push(path);
  }
  return { restored, kept };
}

import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readVersion } from "../../core/version.ts";
import { syncFolder } from "../sqlite/guard/mark.ts";
import { copyFile, hashOf, requireSpace, syncFile } from "./files.ts";
import { DATABASE, MANIFEST, manifestText } from "./manifest.ts";
import { stamp } from "./stamp.ts";

/** Where the copies are, beside the store. */
const FOLDER = "before-upgrade";
const NAME = /^schema-\d+-\d{8}T\d{6}Z$/;

export interface UpgradeCopy {
  /** The file of the store, which nobody has open; its lock is held. */
  readonly file: string;
  /** The schema that it has. */
  readonly version: number;
  /** Copies that are kept, with this one; 0 makes none. */
  readonly keep: number;
  /** Unix ms. */
  readonly now: number;
}

/**
 * Keeps the store as it is before its schema is brought up, as a backup that `assay restore` puts back; returns its folder, or null where
 * none is to be kept. The oldest copies beyond the number that is kept are deleted, once the new one is whole. Throws `store_full`.
 */
export function copyBeforeUpgrade({ file, version, keep, now }: UpgradeCopy): string | null {
  if (keep === 0) return null;
  const all = join(dirname(file), FOLDER);
  mkdirSync(all, { recursive: true, mode: 0o700 });
  // What a killed start left.
  for (const name of readdirSync(all))
    if (name.endsWith(".part")) rmSync(join(all, name), { recursive: true, force: true });
  const sources = [file, `${file}-wal`].filter((path) => existsSync(path));
  const bytes = sources.reduce((sum, path) => sum + statSync(path).size, 0);
  requireSpace(
    all,
    bytes,
    ", and it is kept before the schema is brought up; or make a backup elsewhere and set store.upgrade_copies to 0",
  );
  const at = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const folder = join(all, `schema-${version}-${at}`);
  const part = `${folder}.part`;
  try {
    fill(part, { file, version, now });
    rmSync(folder, { recursive: true, force: true });
    renameSync(part, folder);
    syncFolder(all);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    throw error;
  }
  prune(all, keep);
  return folder;
}

function fill(part: string, { file, version, now: taken_at }: Omit<UpgradeCopy, "keep">): void {
  const database = join(part, DATABASE);
  // With its log, which opening the copy takes over. No connection is open: closing a file would drop its locks.
  for (const suffix of ["", "-wal"])
    if (existsSync(`${file}${suffix}`)) copyFile(`${file}${suffix}`, `${database}${suffix}`);
  const id = randomBytes(16).toString("hex");
  const { watermarks } = stamp(database, { id, taken_at, markedPeriod: null });
  const files = [{ path: DATABASE, ...hashOf(database) }];
  const made = {
    id,
    taken_at,
    program: readVersion(),
    schema: version,
    source: "sqlite",
    left_out: [],
  } as const;
  writeFileSync(join(part, MANIFEST), manifestText({ ...made, watermarks, files }), { mode: 0o600 });
  syncFile(join(part, MANIFEST));
  syncFolder(part);
}

function prune(all: string, keep: number): void {
  const timeOf = (name: string): string => name.split("-").at(-1) ?? "";
  const copies = readdirSync(all).filter((name) => NAME.test(name));
  const oldestFirst = copies.sort((a, b) => (timeOf(a) < timeOf(b) ? -1 : 1));
  for (const name of oldestFirst.slice(0, -keep)) rmSync(join(all, name), { recursive: true, force: true });
}

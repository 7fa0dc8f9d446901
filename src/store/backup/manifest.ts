import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { canonical } from "../../core/canonical.ts";
import { sha256Hex } from "../../core/hash.ts";
import { AssayError, causeText } from "../../core/problems/assayError.ts";
import type { Watermarks } from "./watermarks.ts";

/** The file of a backup that says what else is in it. */
export const MANIFEST = "manifest.json";
/** The database of a backup. */
export const DATABASE = "assay.db";
const FORMAT = "assay-backup-1";
/** Of a manifest; each file of a backup takes some 150 bytes of it. */
const MANIFEST_BYTES_MOST = 4 * 2 ** 20;

/** A file of a backup, under its path in the data directory. */
export interface BackupFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface Manifest {
  readonly format: typeof FORMAT;
  readonly id: string;
  /** Unix ms; what was acknowledged later is not in it. */
  readonly taken_at: number;
  /** The version of the program that made it. */
  readonly program: string;
  /** Of the database. */
  readonly schema: number;
  /** What kind of store it is a copy of. */
  readonly source: "sqlite" | "postgres";
  readonly watermarks: Watermarks;
  readonly files: readonly BackupFile[];
  /** Files that the validator uses and that are not in it: outside the data directory, or left out. */
  readonly left_out: readonly string[];
}

/** With the SHA-256 of the rest, so that a changed byte of the manifest itself is noticed. */
export function manifestText(manifest: Omit<Manifest, "format">): string {
  const whole = { format: FORMAT, ...manifest };
  return `${JSON.stringify({ ...whole, sha256: sha256Hex(canonical(whole)) }, null, 2)}\n`;
}

function isSafePath(path: unknown): boolean {
  if (typeof path !== "string" || path === "" || path === MANIFEST) return false;
  return (
    !path.startsWith("/") && !path.includes("\\") && path.split("/").every((part) => !/^\.{0,2}$/.test(part))
  );
}

function parse(text: string): Manifest {
  const { sha256, ...manifest } = JSON.parse(text) as Manifest & { readonly sha256?: unknown };
  if (manifest.format !== FORMAT) throw new TypeError(`it is not a manifest of the format ${FORMAT}`);
  if (sha256 !== sha256Hex(canonical(manifest)))
    throw new TypeError("its content is not what its sha256 says");
  if (!manifest.files.every(({ path }) => isSafePath(path)))
    throw new TypeError("a path leads out of the backup");
  if (!manifest.files.some(({ path }) => path === DATABASE)) throw new TypeError(`it lists no ${DATABASE}`);
  return manifest;
}

/** Throws `backup_damaged`, or `restore_refused` for a folder that is no backup. */
export function readManifest(folder: string): Manifest {
  const file = join(folder, MANIFEST);
  if (!existsSync(file))
    throw new AssayError({
      ...{ code: "restore_refused", file: folder, why: `it has no ${MANIFEST}, so it is no backup` },
      remedy: "Name the folder that `assay backup` made.",
    });
  try {
    const bytes = readFileSync(file);
    if (bytes.length > MANIFEST_BYTES_MOST) throw new TypeError(`it has ${bytes.length} bytes`);
    return parse(bytes.toString("utf8"));
  } catch (error) {
    throw new AssayError({ code: "backup_damaged", file, cause_text: causeText(error) }, { cause: error });
  }
}

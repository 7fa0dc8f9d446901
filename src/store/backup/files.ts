import { createHash } from "node:crypto";
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  statfsSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { AssayError, causeText } from "../../core/problems/assayError.ts";
import { isFull } from "../sqlite/failure.ts";
import type { BackupFile } from "./manifest.ts";

const CHUNK_BYTES = 2 ** 20;
/** What is left free beside a copy. */
const SPARE_BYTES = 16 * 2 ** 20;

/** The SHA-256 of a file, and its size. */
export function hashOf(file: string): Omit<BackupFile, "path"> {
  return readAll(file, () => {});
}

function readAll(file: string, take: (chunk: Uint8Array) => void): Omit<BackupFile, "path"> {
  const hash = createHash("sha256");
  const fd = openSync(file, "r");
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let bytes = 0; ; ) {
      const read = readSync(fd, chunk, 0, chunk.length, null);
      if (read === 0) return { bytes, sha256: hash.digest("hex") };
      hash.update(chunk.subarray(0, read));
      take(chunk.subarray(0, read));
      bytes += read;
    }
  } finally {
    closeSync(fd);
  }
}

/** Copies a file durably, readable by its owner alone; returns what was read. Never replaces one. */
export function copyFile(from: string, to: string): Omit<BackupFile, "path"> {
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
  const fd = openSync(to, "wx", 0o600);
  try {
    const found = readAll(from, (chunk) => {
      for (let at = 0; at < chunk.length; ) at += writeSync(fd, chunk, at);
    });
    fsyncSync(fd);
    return found;
  } finally {
    closeSync(fd);
  }
}

/** Makes what SQLite wrote durable, and readable by its owner alone. */
export function syncFile(file: string): void {
  chmodSync(file, 0o600);
  const fd = openSync(file, "r+");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Throws `store_full` where a copy would not fit beside what is there. */
export function requireSpace(folder: string, bytes: number, remedy: string): void {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free >= bytes + SPARE_BYTES) return;
  const mib = (count: number): string => `${Math.ceil(count / 2 ** 20)} MiB`;
  throw new AssayError({
    code: "store_full",
    file: folder,
    cause_text: `the copy needs ${mib(bytes + SPARE_BYTES)} and ${mib(free)} are free${remedy}`,
  });
}

/** Compares a file of a backup with its manifest; throws `backup_damaged`. */
export function compare(
  folder: string,
  { path, bytes, sha256 }: BackupFile,
  found: Omit<BackupFile, "path">,
): void {
  if (found.bytes === bytes && found.sha256 === sha256) return;
  const cause_text =
    found.bytes === bytes
      ? `its SHA-256 is ${found.sha256}, and the manifest says ${sha256}`
      : `it has ${found.bytes} bytes, and the manifest says ${bytes}`;
  throw new AssayError({ code: "backup_damaged", file: join(folder, path), cause_text });
}

/** What a failed copy is told as. */
export function copyFailure(error: unknown, file: string): unknown {
  if (error instanceof AssayError || !(error instanceof Error) || !("code" in error)) return error;
  const code = isFull(error) ? "store_full" : "file_unreadable";
  return new AssayError({ code, file, cause_text: causeText(error) }, { cause: error });
}

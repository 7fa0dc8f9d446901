import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type DiskOp, SECTOR } from "./diskOps.ts";

/** SQLite's shared memory is rebuilt by the first who opens the database; the locks of a process end with it. */
const untracked = /-shm$|\.lock$|\.probe(-|$)/;
const WAL_HEADER = 32;

// Taken before anything is patched, so that looking is never seen.
const raw = { existsSync, readdirSync, readFileSync, statSync };

/** The folder of a validator as it was looked at last, and everything that was done to it since the beginning. */
export class DiskTrace {
  readonly root: string;
  readonly ops: DiskOp[] = [];
  /** While it reads a file itself, with the very functions that are traced. */
  isLooking = false;
  /** Called with every moment, before anything else happens. */
  readonly #passed: (label: string) => void;
  readonly #names = new Map<string, number>();
  readonly #contents = new Map<number, Buffer>();
  #inodes = 0;

  /** What the folder holds is taken as durable. */
  constructor(root: string, passed: (label: string) => void = () => {}) {
    this.root = root;
    this.#passed = passed;
    this.lookAtAll();
    for (const ino of this.#contents.keys()) this.ops.push({ kind: "sync", ino });
    for (const folder of ["", "keys"]) this.ops.push({ kind: "sync_folder", folder });
  }

  moment(label: string): void {
    this.ops.push({ kind: "moment", label });
    this.#passed(label);
  }

  /** The name of a path below the folder; null for one that is not tracked. */
  nameOf(path: string): string | null {
    if (path === this.root) return "";
    if (!path.startsWith(`${this.root}/`) || untracked.test(path)) return null;
    return path.slice(this.root.length + 1);
  }

  renamed(from: string, to: string): void {
    const ino = this.#names.get(from);
    if (ino === undefined) return;
    this.#names.delete(from);
    this.#names.set(to, ino);
    this.ops.push({ kind: "rename", from, to });
  }

  synced(name: string): void {
    if (name === "" || raw.statSync(join(this.root, name)).isDirectory()) {
      this.lookAtAll();
      this.ops.push({ kind: "sync_folder", folder: name });
      return;
    }
    const ino = this.#names.get(name);
    if (ino !== undefined) this.ops.push({ kind: "sync", ino });
  }

  /**
   * What SQLite did within one call. It syncs the log's header before the frames, the log at the end of a commit and before a copy into
   * the database, the database after the copy; it makes a new log's name durable with its first sync. That it cuts or removes a log is
   * not synced.
   */
  native(): void {
    const files = this.#listed().filter((name) => name.includes("assay.db"));
    for (const name of files.filter((name) => name.endsWith("-wal"))) {
      const { grew, size } = this.#log(name);
      if (grew) this.#sync(name);
      // Looked at again after the database: a log is cut only once it was copied.
      if (size === 0) continue;
    }
    for (const name of files.filter((name) => !/-wal$|\.mark$|\.sums/.test(name))) {
      if (this.look(name)) this.#sync(name);
    }
    this.lookAtAll();
  }

  /** Looks at one file; true when it changed. */
  look(name: string): boolean {
    const path = join(this.root, name);
    if (!raw.existsSync(path)) {
      if (!this.#names.delete(name)) return false;
      this.ops.push({ kind: "unlink", name });
      return true;
    }
    if (raw.statSync(path).isDirectory()) return false;
    return this.#differ(name, this.#read(path));
  }

  lookAtAll(): void {
    for (const name of new Set([...this.#listed(), ...this.#names.keys()])) this.look(name);
  }

  /** A log that is longer or has other frames; one that was cut is left for later. */
  #log(name: string): { grew: boolean; size: number } {
    const path = join(this.root, name);
    const bytes = this.#read(path);
    const known = this.#contents.get(this.#names.get(name) ?? -1);
    if (known !== undefined && bytes.length < known.length) return { grew: false, size: bytes.length };
    return { grew: this.#differ(name, bytes), size: bytes.length };
  }

  #read(path: string): Buffer {
    this.isLooking = true;
    try {
      return raw.readFileSync(path);
    } finally {
      this.isLooking = false;
    }
  }

  #sync(name: string): void {
    const ino = this.#names.get(name);
    if (ino === undefined) return;
    this.ops.push({ kind: "sync", ino });
    if (name.endsWith("-wal")) this.ops.push({ kind: "sync_folder", folder: "" });
  }

  #listed(): string[] {
    return ["", "keys"].flatMap((folder) => {
      const path = join(this.root, folder);
      if (!raw.existsSync(path)) return [];
      return raw
        .readdirSync(path)
        .map((name) => join(folder, name))
        .filter((name) => name !== "keys" && !untracked.test(name));
    });
  }

  #differ(name: string, bytes: Buffer): boolean {
    let ino = this.#names.get(name);
    const isNew = ino === undefined;
    if (ino === undefined) {
      ino = this.#inodes++;
      this.#names.set(name, ino);
      this.ops.push({ kind: "create", name, ino });
    }
    const known = this.#contents.get(ino) ?? Buffer.alloc(0);
    if (known.equals(bytes)) {
      this.#contents.set(ino, bytes);
      return isNew;
    }
    if (bytes.length < known.length) this.ops.push({ kind: "truncate", ino, size: bytes.length });
    const isLog = name.endsWith("-wal");
    for (const [from, to] of changedRanges(known, bytes)) {
      for (const [at, end] of isLog ? framesOf(bytes, from, to) : [[from, to] as const]) {
        this.ops.push({ kind: "write", ino, at, bytes: Uint8Array.from(bytes.subarray(at, end)) });
        if (isLog && at === 0) this.ops.push({ kind: "sync", ino });
      }
    }
    this.#contents.set(ino, bytes);
    return true;
  }
}

/** Runs of changed sectors. */
function changedRanges(before: Buffer, after: Buffer): [from: number, to: number][] {
  const ranges: [number, number][] = [];
  for (let at = 0; at < after.length; at += SECTOR) {
    const to = Math.min(at + SECTOR, after.length);
    if (to <= before.length && before.compare(after, at, to, at, to) === 0) continue;
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === at) last[1] = to;
    else ranges.push([at, to]);
  }
  return ranges;
}

/** The header of the log, and the header and the page of each of its frames, as SQLite writes them. */
function framesOf(log: Buffer, from: number, to: number): [from: number, to: number][] {
  const pageSize = log.length >= WAL_HEADER ? log.readUInt32BE(8) : 4096;
  const frame = 24 + pageSize;
  const parts: [number, number][] = [];
  if (from < WAL_HEADER) parts.push([0, Math.min(WAL_HEADER, log.length)]);
  const first = Math.max(0, Math.floor((from - WAL_HEADER) / frame));
  for (let at = WAL_HEADER + first * frame; at < to && at < log.length; at += frame) {
    parts.push([at, Math.min(at + 24, log.length)]);
    if (at + 24 < log.length) parts.push([at + 24, Math.min(at + frame, log.length)]);
  }
  return parts;
}

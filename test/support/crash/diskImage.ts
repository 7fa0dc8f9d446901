import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type DataOp, type DiskOp, type NameOp, SECTOR } from "./diskOps.ts";

/** A number from 0 to below `most`. */
export type Pick = (most: number) => number;

export type Files = ReadonlyMap<string, Uint8Array>;

/** Bytes that grow. */
class Content {
  #bytes = Buffer.alloc(4096);
  #size = 0;

  apply(op: DataOp, length = op.kind === "write" ? op.bytes.length : 0): void {
    if (op.kind === "truncate") {
      this.#size = Math.min(this.#size, op.size);
      return;
    }
    const end = op.at + length;
    if (end > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes], 2 * end);
    // What lies between an old end and a later write is a hole.
    if (op.at > this.#size) this.#bytes.fill(0, this.#size, op.at);
    this.#bytes.set(op.bytes.subarray(0, length), op.at);
    this.#size = Math.max(this.#size, end);
  }

  copy(): Content {
    const copy = new Content();
    copy.#bytes = Buffer.from(this.#bytes);
    copy.#size = this.#size;
    return copy;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }
}

interface Inode {
  readonly now: Content;
  readonly durable: Content;
  pending: DataOp[];
}

/** The disk of a process after some of its operations: what it sees, and what a power cut would leave. */
export class DiskImage {
  readonly #inodes = new Map<number, Inode>();
  #names = new Map<string, number>();
  #durableNames = new Map<string, number>();
  #pendingNames: NameOp[] = [];

  apply(op: DiskOp): void {
    if (op.kind === "moment") return;
    if (op.kind === "sync") this.#sync(op.ino);
    else if (op.kind === "sync_folder") this.#syncFolder();
    else if (op.kind === "write" || op.kind === "truncate") {
      const inode = this.#inode(op.ino);
      inode.now.apply(op);
      inode.pending.push(op);
    } else {
      rename(this.#names, op);
      this.#pendingNames.push(op);
    }
  }

  /** The process is killed: the system keeps what it was given. */
  killed(): Files {
    return this.#files(this.#names, (inode) => inode.now.bytes());
  }

  /** The power is cut: what was not synced is there or not, sector by sector; names in the order in which they were made. */
  cut(pick: Pick): Files {
    const names = new Map(this.#durableNames);
    for (const op of this.#pendingNames.slice(0, pick(this.#pendingNames.length + 1))) rename(names, op);
    return this.#files(names, (inode) => torn(inode, pick).bytes());
  }

  /** The power is cut, and nothing is there that was not synced. */
  lost(): Files {
    return this.#files(this.#durableNames, (inode) => inode.durable.bytes());
  }

  #inode(ino: number): Inode {
    const known = this.#inodes.get(ino);
    if (known !== undefined) return known;
    const fresh: Inode = { now: new Content(), durable: new Content(), pending: [] };
    this.#inodes.set(ino, fresh);
    return fresh;
  }

  #sync(ino: number): void {
    const inode = this.#inode(ino);
    for (const op of inode.pending) inode.durable.apply(op);
    inode.pending = [];
  }

  /** A journal of a file system keeps the order of all names, so those of one folder bring the others along. */
  #syncFolder(): void {
    for (const op of this.#pendingNames) rename(this.#durableNames, op);
    this.#pendingNames = [];
  }

  #files(names: ReadonlyMap<string, number>, bytesOf: (inode: Inode) => Uint8Array): Files {
    return new Map(Array.from(names, ([name, ino]) => [name, bytesOf(this.#inode(ino))]));
  }
}

function rename(names: Map<string, number>, op: NameOp): void {
  if (op.kind === "create") names.set(op.name, op.ino);
  else if (op.kind === "unlink") names.delete(op.name);
  else {
    const ino = names.get(op.from);
    names.delete(op.from);
    if (ino !== undefined) names.set(op.to, ino);
  }
}

function torn({ durable, pending }: Inode, pick: Pick): Content {
  if (pending.length === 0) return durable;
  const content = durable.copy();
  for (const op of pending) {
    const chance = pick(4);
    if (op.kind === "truncate" || chance < 2) {
      if (chance < 2) content.apply(op);
    } else if (chance === 2) content.apply(op, whole(op, pick));
  }
  return content;
}

/** Some sectors of a write, whole ones of the disk. */
function whole({ at, bytes }: Extract<DataOp, { readonly kind: "write" }>, pick: Pick): number {
  const end = Math.floor((at + pick(bytes.length + 1)) / SECTOR) * SECTOR;
  return Math.max(0, Math.min(bytes.length, end - at));
}

export function writeFiles(folder: string, files: Files): void {
  mkdirSync(join(folder, "keys"), { recursive: true });
  for (const [name, bytes] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes, { mode: 0o600 });
  }
}

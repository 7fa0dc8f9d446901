import { closeSync, existsSync, fdatasyncSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";

/** How far a store has come: writes acknowledged since it was made, and the value drawn with the last group of them. */
export interface Reached {
  readonly writes: number;
  readonly head: string;
}

/** Two slots, each within one sector of a disk: while one is being written the other stays whole. */
const SLOT_BYTES = 512;

export function markPath(file: string): string {
  return `${file}.mark`;
}

function slotText({ writes, head }: Reached): Buffer {
  const text = `assay mark writes=${writes} head=${head}`;
  const slot = Buffer.alloc(SLOT_BYTES, " ");
  slot.write(`${text} crc=${crc32(text)}\n`);
  slot.write("\n", SLOT_BYTES - 1);
  return slot;
}

function parseSlot(slot: string): Reached | null {
  const match = /^(assay mark writes=(\d{1,16}) head=([0-9a-f]*)) crc=(\d+)\n *\n$/.exec(slot);
  if (match === null || String(crc32(match[1] ?? "")) !== match[4]) return null;
  return { writes: Number(match[2]), head: match[3] ?? "" };
}

/** What the mark beside a store says: `missing`, `unreadable`, or how far the store had come. */
export function readMark(file: string): Reached | "missing" | "unreadable" {
  const path = markPath(file);
  if (!existsSync(path)) return "missing";
  const bytes = readFileSync(path);
  const slots = [0, 1].map((i) => bytes.toString("latin1", i * SLOT_BYTES, (i + 1) * SLOT_BYTES));
  const found = slots.map(parseSlot).filter((slot) => slot !== null);
  return found.sort((a, b) => b.writes - a.writes)[0] ?? "unreadable";
}

/**
 * The mark beside a store, outside the database. It is written before anything of a group is acknowledged, which covers a
 * killed process, and fsynced now and then, which covers a power cut.
 */
export class Mark {
  readonly #fd: number;
  #slot = 0;
  #synced = true;

  /** Puts the mark where the store stands. */
  constructor(file: string, at: Reached) {
    this.#fd = openSync(markPath(file), existsSync(markPath(file)) ? "r+" : "w+", 0o600);
    for (const _ of [0, 1]) this.write(at);
    fsyncSync(this.#fd);
    syncFolder(dirname(file));
    this.#synced = true;
  }

  get synced(): boolean {
    return this.#synced;
  }

  write(at: Reached): void {
    writeSync(this.#fd, slotText(at), 0, SLOT_BYTES, this.#slot * SLOT_BYTES);
    this.#slot = 1 - this.#slot;
    this.#synced = false;
  }

  sync(): void {
    if (this.#synced) return;
    fdatasyncSync(this.#fd);
    this.#synced = true;
  }

  close(): void {
    this.sync();
    closeSync(this.#fd);
  }
}

/** Makes a file's new name in its folder durable. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

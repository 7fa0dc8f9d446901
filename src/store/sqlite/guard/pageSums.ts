import {
  closeSync,
  existsSync,
  fdatasyncSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import { syncFolder } from "./mark.ts";
import { type LogContent, withLog } from "./wal.ts";

// A checksum per page of the database, in a file beside it. The sums of the pages in the write-ahead log are written before
// the log is copied into the database; until the log begins anew it holds these pages itself, with its own checksums. So at
// any moment a page is either in the log or as its sum says.

const HEADER = 64;
const MAGIC = "assay page sums 1\n";
/** Pages read at once. */
const CHUNK_PAGES = 256;
/** In the first page: which kind of log the database has. */
const WAL_MODE_AT = 18;
const WAL_MODE = 2;
/** Written at once around a changed sum. */
const BLOCK = 4096;

/** `writes` of sums that cannot be relied on, because another program wrote to the database. */
export const UNKNOWN_WRITES = -1;

export function sumsPath(file: string): string {
  return `${file}.sums`;
}

/** Never 0, which stands for a page that was never written. The number is part of it, so that no page passes for another. */
function sumOf(content: Buffer, page: number): number {
  return crc32(content, page) || 1;
}

/** A disk that becomes full takes the first part of a write without a word, and refuses the next one. */
function writeWhole(fd: number, bytes: Buffer, at: number, length: number): void {
  for (let done = 0; done < length; ) done += writeSync(fd, bytes, at + done, length - done, at + done);
}

/** The sums of every page, in memory; 4 bytes each. */
export class PageSums {
  readonly pageSize: number;
  /** With room for more pages than there are. */
  #bytes: Buffer;
  #length: number;
  #dirty = new Set<number>();

  constructor(pageSize: number, bytes: Buffer = Buffer.alloc(HEADER)) {
    this.pageSize = pageSize;
    this.#bytes = bytes;
    this.#length = bytes.length;
    this.#bytes.write(MAGIC, 0, "latin1");
    this.#bytes.writeUInt32LE(pageSize, 24);
  }

  get pages(): number {
    return (this.#length - HEADER) / 4;
  }

  /** Acknowledged writes that the sums know of. */
  get writes(): number {
    return this.#bytes.readDoubleLE(32);
  }

  set writes(count: number) {
    this.#bytes.writeDoubleLE(count, 32);
    this.#dirty.add(0);
  }

  of(page: number): number {
    return page <= this.pages ? this.#bytes.readUInt32LE(HEADER + 4 * (page - 1)) : 0;
  }

  put(page: number, content: Buffer): void {
    const at = HEADER + 4 * (page - 1);
    if (at >= this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes], 2 * (at + 4));
    this.#length = Math.max(this.#length, at + 4);
    this.#bytes.writeUInt32LE(sumOf(content, page), at);
    this.#dirty.add(Math.floor(at / BLOCK));
  }

  /** Takes over the pages of some of the log's frames, which are known to be committed. */
  takeLog(file: string, from: number, to: number): void {
    const take = (content: LogContent): void => {
      if (content.kind !== "frames") return;
      for (const frame of content.frames) this.put(frame.page, frame.content);
    };
    withLog(file, to, take, from);
  }

  /** Writes what changed; durable when this returns. */
  save(file: string): void {
    const path = sumsPath(file);
    if (!existsSync(path)) {
      this.#saveNew(path);
      return;
    }
    const fd = openSync(path, "r+");
    try {
      for (const block of this.#dirty) {
        const at = block * BLOCK;
        writeWhole(fd, this.#bytes, at, Math.min(BLOCK, this.#length - at));
      }
      fdatasyncSync(fd);
    } finally {
      closeSync(fd);
    }
    this.#dirty.clear();
  }

  #saveNew(path: string): void {
    const fd = openSync(`${path}.new`, "w", 0o600);
    try {
      writeWhole(fd, this.#bytes, 0, this.#length);
      fdatasyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(`${path}.new`, path);
    syncFolder(dirname(path));
    this.#dirty.clear();
  }
}

/** The recorded sums of a store; null when there are none, `unreadable` when they are not sums. */
export function readSums(file: string): PageSums | null | "unreadable" {
  if (!existsSync(sumsPath(file))) return null;
  const bytes = readFileSync(sumsPath(file));
  if (bytes.length < HEADER || bytes.length % 4 !== 0) return "unreadable";
  if (bytes.toString("latin1", 0, MAGIC.length) !== MAGIC) return "unreadable";
  const pageSize = bytes.readUInt32LE(24);
  // Any other size is no page of SQLite.
  if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) return "unreadable";
  return new PageSums(pageSize, bytes);
}

/** The sums of the pages as they are in the file. Never while SQLite has the file open: closing it would drop its locks. */
export function sumsOfFile(file: string, pageSize: number): PageSums {
  const sums = new PageSums(pageSize);
  const fd = openSync(file, "r");
  try {
    const chunk = Buffer.allocUnsafe(pageSize * CHUNK_PAGES);
    for (let page = 1; ; ) {
      const whole = Math.floor(readSync(fd, chunk, 0, chunk.length, (page - 1) * pageSize) / pageSize);
      if (whole === 0) return sums;
      for (let i = 0; i < whole; i++, page++) {
        const content = chunk.subarray(i * pageSize, (i + 1) * pageSize);
        // A database that is not in WAL mode yet gets another first page as soon as it is opened.
        if (page > 1 || content[WAL_MODE_AT] === WAL_MODE) sums.put(page, content);
      }
    }
  } finally {
    closeSync(fd);
  }
}

/** Pages whose content is not what was recorded, except those that the log replaces. */
export function changedPages(
  recorded: PageSums,
  found: PageSums,
  replaced: ReadonlySet<number>,
): readonly number[] {
  const changed: number[] = [];
  for (let page = 1; page <= recorded.pages; page++) {
    const want = recorded.of(page);
    if (want !== 0 && want !== found.of(page) && !replaced.has(page)) changed.push(page);
  }
  return changed;
}

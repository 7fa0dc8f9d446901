import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";
import { endianness } from "node:os";

// The format is SQLite's: a header of 32 bytes, then frames of a header of 24 bytes and a page. The checksum of a frame
// continues that of the frame before it, and a frame belongs to the log only while its salts are those of the header.

const HEADER = 32;
const FRAME_HEADER = 24;
const MAGIC = 0x377f0682;
/** Read at once. */
const CHUNK_FRAMES = 256;

/** Two sums of 32 bits. */
type Sums = readonly [number, number];

interface LogHeader {
  readonly pageSize: number;
  readonly salts: Buffer;
  readonly big: boolean;
  readonly sums: Sums;
}

/** A frame as it stands in the file. */
export interface Frame {
  readonly index: number;
  readonly page: number;
  /** Pages of the database after the commit that this frame ends; 0 inside a transaction. */
  readonly commit: number;
  readonly content: Buffer;
  /** It carries the log's salts and continues the checksum that the frame before it states. */
  readonly chained: boolean;
}

/** Words of 32 bits in the order of bytes that the log's header states. */
function wordsOf(bytes: Buffer, big: boolean): Int32Array {
  const copy = Buffer.from(new ArrayBuffer(bytes.length));
  bytes.copy(copy);
  if (big === (endianness() === "LE")) copy.swap32();
  return new Int32Array(copy.buffer);
}

function checksum(bytes: Buffer, big: boolean, [first, second]: Sums): Sums {
  const words = wordsOf(bytes, big);
  let a = first;
  let b = second;
  for (let at = 0; at < words.length; at += 2) {
    a = (a + (words[at] as number) + b) | 0;
    b = (b + (words[at + 1] as number) + a) | 0;
  }
  return [a, b];
}

const same = (a: Sums, b: Sums): boolean => a[0] === b[0] && a[1] === b[1];

/** The log's header; null when it is damaged. */
function headerOf(bytes: Buffer): LogHeader | null {
  const magic = bytes.readUInt32BE(0);
  if ((magic & ~1) >>> 0 !== MAGIC) return null;
  const big = (magic & 1) === 1;
  const sums = checksum(bytes.subarray(0, 24), big, [0, 0]);
  if (!same(sums, [bytes.readInt32BE(24), bytes.readInt32BE(28)])) return null;
  const pageSize = bytes.readUInt32BE(8);
  if (pageSize < 512 || pageSize > 65_536) return null;
  return { pageSize, salts: Buffer.from(bytes.subarray(16, 24)), big, sums };
}

/** A header that was damaged, as this code's stores have it; the first frame then does not chain, but those after it do. */
function guessedHeader(fd: number): LogHeader {
  const salts = Buffer.alloc(8);
  readSync(fd, salts, 0, 8, HEADER + 8);
  return { pageSize: 4096, salts, big: false, sums: [0, 0] };
}

/** Reads the frames of an open log in order, at most `limit`; an incomplete last one is left out. */
function* framesIn(
  fd: number,
  header: LogHeader,
  limit: number,
  trustedFrom: number | null,
): Generator<Frame> {
  const size = FRAME_HEADER + header.pageSize;
  const chunk = Buffer.allocUnsafe(size * Math.min(CHUNK_FRAMES, limit - (trustedFrom ?? 0)));
  let before = header.sums;
  for (let index = trustedFrom ?? 0; index < limit; ) {
    const read = readSync(fd, chunk, 0, chunk.length, HEADER + index * size);
    const whole = Math.floor(read / size);
    if (whole === 0) return;
    for (let i = 0; i < whole && index < limit; i++, index++) {
      const head = chunk.subarray(i * size, i * size + FRAME_HEADER);
      const content = chunk.subarray(i * size + FRAME_HEADER, (i + 1) * size);
      const frame = { index, page: head.readUInt32BE(0), commit: head.readUInt32BE(4), content };
      if (trustedFrom !== null) {
        yield { ...frame, chained: true };
        continue;
      }
      const stated: Sums = [head.readInt32BE(16), head.readInt32BE(20)];
      const sums = checksum(content, header.big, checksum(head.subarray(0, 8), header.big, before));
      before = stated;
      yield { ...frame, chained: head.subarray(8, 16).equals(header.salts) && same(stated, sums) };
    }
  }
}

/** Those of the log's header, which are others each time that the log begins anew; null before the first frame. */
export function logSalts(file: string): string | null {
  const path = `${file}-wal`;
  if (!existsSync(path)) return null;
  const bytes = Buffer.alloc(8);
  const fd = openSync(path, "r");
  try {
    return readSync(fd, bytes, 0, 8, 16) < 8 ? null : bytes.toString("latin1");
  } finally {
    closeSync(fd);
  }
}

/** What a log holds beyond its header; the content of a frame is only valid until the next one is asked for. */
export type LogContent =
  | { readonly kind: "empty" }
  /** `damaged`: the header is; these are the frames with the salts of the first one, which SQLite would not read. */
  | { readonly kind: "frames" | "damaged"; readonly pageSize: number; readonly frames: Iterable<Frame> };

/**
 * Opens the write-ahead log beside a store for one pass over its frames. `trustedFrom`: begin there; these frames were written by
 * this process or recovered by SQLite, so nothing is computed again.
 */
export function withLog<T>(
  file: string,
  limit: number,
  use: (content: LogContent) => T,
  trustedFrom: number | null = null,
): T {
  const path = `${file}-wal`;
  if (!existsSync(path)) return use({ kind: "empty" });
  const fd = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(HEADER);
    // A log that was just made may be shorter than its header, or all zeros after a power cut.
    if (fstatSync(fd).size < HEADER) return use({ kind: "empty" });
    readSync(fd, bytes, 0, HEADER, 0);
    if (bytes.every((byte) => byte === 0)) return use({ kind: "empty" });
    const found = headerOf(bytes);
    const header = found ?? guessedHeader(fd);
    const kind = found === null ? "damaged" : "frames";
    return use({ kind, pageSize: header.pageSize, frames: framesIn(fd, header, limit, trustedFrom) });
  } finally {
    closeSync(fd);
  }
}

/** What SQLite will find in a write-ahead log, and what it will silently leave out. */
export interface LogWalk {
  readonly headerDamaged: boolean;
  /** Pages that the readable transactions hold. */
  readonly pages: ReadonlySet<number>;
  readonly transactions: number;
  /** The first frame that ends what can be read, when frames of the same log that are whole follow it. */
  readonly badFrame: number | null;
  /** Whole transactions' ends after that frame. */
  readonly transactionsAfter: number;
  /** Whether a power cut while the last transaction was written can leave such a log. */
  readonly tornEnd: boolean;
}

interface Walking {
  readonly pages: Set<number>;
  open: number[];
  transactions: number;
  bad: number | null;
  chainedAfter: number;
  commitsAfter: number;
  afterLastCommit: number;
}

/** Beyond the bad frame. A power cut may leave later frames of the one transaction that was not fsynced yet. */
function passBad(state: Walking, frame: Frame): void {
  if (!frame.chained) return;
  state.chainedAfter++;
  state.afterLastCommit++;
  if (frame.commit === 0) return;
  state.commitsAfter++;
  state.afterLastCommit = 0;
}

function pass(state: Walking, frame: Frame): void {
  if (!frame.chained) {
    state.bad = frame.index;
    return;
  }
  state.open.push(frame.page);
  if (frame.commit === 0) return;
  for (const page of state.open) state.pages.add(page);
  state.open = [];
  state.transactions++;
}

/** Walks the whole log, also past the frame at which SQLite stops. */
export function walkLog(file: string): LogWalk {
  const state: Walking = {
    ...{ pages: new Set<number>(), open: [], transactions: 0, bad: null },
    ...{ chainedAfter: 0, commitsAfter: 0, afterLastCommit: 0 },
  };
  const headerDamaged = withLog(file, Number.POSITIVE_INFINITY, (content) => {
    if (content.kind === "frames")
      for (const frame of content.frames) (state.bad === null ? pass : passBad)(state, frame);
    return content.kind === "damaged";
  });
  const { pages, transactions, commitsAfter, afterLastCommit, chainedAfter } = state;
  return {
    headerDamaged,
    pages,
    transactions,
    badFrame: chainedAfter > 0 ? state.bad : null,
    transactionsAfter: commitsAfter,
    tornEnd: commitsAfter === 0 || (commitsAfter === 1 && afterLastCommit === 0),
  };
}

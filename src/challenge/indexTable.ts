import { createSecretKey } from "node:crypto";
import { KeyedHash } from "../core/keyedHash.ts";

/** The ids that an index holds: of which miner, under which secret. */
export interface IndexPlace {
  readonly secret: Uint8Array;
  readonly hotkey: string;
  readonly epoch: number;
  readonly tier: number;
  readonly allotment: number;
}

export const TOKEN_BYTES = 12;
/** A table of 3.4 MB that takes about 2 s to build; larger allotments need the sealed scheme. */
export const INDEX_ALLOTMENT_MAX = 1_000_000;

/** Entries per bucket on average: more of them cost look-ups hashes, fewer cost bytes. */
const BUCKET_ENTRIES = 8;
/** Numbers of two bytes reach an allotment of this size, those of three the largest one. */
const NARROW_MAX = 0xffff;

/**
 * How a table of an allotment is laid out: the number at which each bucket begins, then the entries, bucket by bucket. An entry
 * is a seq, and in its spare bits the beginning of the token's second word. All numbers have the same width.
 */
interface Layout {
  readonly width: 2 | 3;
  readonly buckets: number;
  readonly seqBits: number;
  /** One more than the greatest mark that the spare bits hold. */
  readonly marks: number;
}

function layoutOf(allotment: number): Layout {
  const width = allotment <= NARROW_MAX ? 2 : 3;
  const seqBits = Math.max(1, 32 - Math.clz32(allotment - 1));
  return {
    width,
    buckets: Math.ceil(allotment / BUCKET_ENTRIES),
    seqBits,
    marks: 2 ** (8 * width - seqBits),
  };
}

/** The bytes of a table: 2.25 per entry up to an allotment of 65,535, else 3.375. */
export function indexBytes(allotment: number): number {
  const { width, buckets } = layoutOf(allotment);
  return width * (allotment + buckets);
}

/** The hash of whose first 12 bytes an indexed id is made. */
export class IdHash {
  readonly #keyed: KeyedHash;

  constructor(secret: Uint8Array) {
    this.#keyed = new KeyedHash(createSecretKey(secret));
  }

  /** Into the first 32 bytes of `out`. */
  into(out: Buffer, hotkey: string, epoch: number, tier: number, seq: number): void {
    this.#keyed.begin().raw(`id:${hotkey}:${epoch}:${tier}:${seq}`).into(out);
  }
}

const bucketOf = (token: Buffer, { buckets }: Layout): number =>
  Math.floor((token.readUInt32BE(0) * buckets) / 2 ** 32);
const markOf = (token: Buffer, { marks }: Layout): number => token.readUInt32BE(4) % marks;

/** The positions of a whole allotment by their tokens; the tokens themselves are not kept. */
export function buildIndex(place: IndexPlace): Uint8Array {
  const { hotkey, epoch, tier, allotment } = place;
  if (!Number.isInteger(allotment) || allotment < 1 || allotment > INDEX_ALLOTMENT_MAX)
    throw new RangeError(`index: allotment ${allotment} is not in 1..${INDEX_ALLOTMENT_MAX}`);
  const layout = layoutOf(allotment);
  const hash = new IdHash(place.secret);
  const token = Buffer.alloc(32);
  const bucket = new Uint32Array(allotment);
  const entry = new Uint32Array(allotment);
  for (let seq = 0; seq < allotment; seq++) {
    hash.into(token, hotkey, epoch, tier, seq);
    bucket[seq] = bucketOf(token, layout);
    entry[seq] = markOf(token, layout) * 2 ** layout.seqBits + seq;
  }
  return packed(layout, bucket, entry);
}

function packed(layout: Layout, bucket: Uint32Array, entry: Uint32Array): Uint8Array {
  const { width, buckets } = layout;
  const table = Buffer.from(new ArrayBuffer(width * (buckets + entry.length)));
  const next = startsOf(bucket, buckets);
  for (let i = 0; i < buckets; i++) table.writeUIntLE(next[i] ?? 0, width * i, width);
  for (let i = 0; i < entry.length; i++) {
    const of = bucket[i] ?? 0;
    const at = next[of] ?? 0;
    table.writeUIntLE(entry[i] ?? 0, width * (buckets + at), width);
    next[of] = at + 1;
  }
  return new Uint8Array(table.buffer);
}

/** The number of the first entry of each bucket. */
function startsOf(bucket: Uint32Array, buckets: number): Uint32Array {
  const starts = new Uint32Array(buckets + 1);
  for (const of of bucket) starts[of + 1] = (starts[of + 1] ?? 0) + 1;
  for (let i = 1; i < buckets; i++) starts[i] = (starts[i] ?? 0) + (starts[i - 1] ?? 0);
  return starts;
}

function numberAt(table: Uint8Array, width: 2 | 3, index: number): number {
  const at = width * index;
  const low = (table[at] ?? 0) | ((table[at + 1] ?? 0) << 8);
  return width === 2 ? low : low | ((table[at + 2] ?? 0) << 16);
}

/**
 * The seq of a token of 12 bytes, or null. `confirm`, one keyed hash, is asked about every entry that may be the token's: two on
 * average for an allotment of 10,000, whether or not the token is in the table.
 */
export function lookUp(
  table: Uint8Array,
  allotment: number,
  token: Buffer,
  confirm: (seq: number) => boolean,
): number | null {
  const layout = layoutOf(allotment);
  const { width, buckets, seqBits } = layout;
  const bucket = bucketOf(token, layout);
  const mark = markOf(token, layout);
  const end = bucket + 1 < buckets ? numberAt(table, width, bucket + 1) : allotment;
  for (let at = numberAt(table, width, bucket); at < end; at++) {
    const entry = numberAt(table, width, buckets + at);
    const seq = entry & (2 ** seqBits - 1);
    if (entry >>> seqBits === mark && confirm(seq)) return seq;
  }
  return null;
}

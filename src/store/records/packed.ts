import { type Row, Unreadable } from "./rows.ts";

/** As it is stored: the bytes of hexadecimal digits behind a known prefix, or any other text as it is. */
export type Packed = string | Uint8Array;

const lowerHex = /^[0-9a-f]*$/;

function pack(text: string, prefix: string, digits: number): Packed {
  if (text.length !== prefix.length + digits || !text.startsWith(prefix)) return text;
  const rest = text.slice(prefix.length);
  return lowerHex.test(rest) ? Buffer.from(rest, "hex") : text;
}

/** The text of a packed column. */
export function unpack(row: Row | undefined, column: string, prefix: string): string {
  const value = row?.[column];
  if (typeof value === "string") return value;
  if (!(value instanceof Uint8Array)) throw new Unreadable(`column ${column} does not hold text or bytes`);
  return prefix + Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex");
}

/** A hash of 64 digits. */
export const packHash = (hash: string): Packed => pack(hash, "", 64);

/** The first 8 bytes of a draw's HMAC. */
export const packX = (x: string): Packed => pack(x, "", 16);

export const receiptPrefix = "rc_";
export const packReceipt = (id: string): Packed => pack(id, receiptPrefix, 32);

interface Place {
  readonly tier: number;
  readonly epoch: number;
}

/** What a challenge id begins with; tier and epoch have columns of their own. */
export const challengePrefix = ({ tier, epoch }: Place): string => `pm-t${tier}-e${epoch}-`;
export const packChallenge = (id: string, place: Place): Packed => pack(id, challengePrefix(place), 24);

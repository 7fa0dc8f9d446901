import { u16, Vector } from "@polkadot-api/substrate-bindings";

/** A list of u16: its compact count, then two bytes each. */
export const u16s = Vector(u16);

/** The values themselves; throws for one that the codec would cut to 16 bits without a word. */
export function asU16s(name: string, values: readonly number[]): number[] {
  const wrong = values.find((value) => !Number.isInteger(value) || value < 0 || value > 0xffff);
  if (wrong !== undefined) throw new RangeError(`${name}: ${wrong} is not a u16`);
  return [...values];
}

/** An unsigned 64-bit number; throws for another. */
export function asU64(name: string, value: number | bigint): bigint {
  const number = BigInt(value);
  if (number < 0n || number >= 1n << 64n) throw new RangeError(`${name}: ${value} is not a u64`);
  return number;
}

/** An account's 32 bytes; throws for another length. */
export function asAccount(bytes: Uint8Array): Uint8Array {
  if (bytes.length !== 32) throw new RangeError(`account: want 32 bytes, have ${bytes.length}`);
  return bytes;
}

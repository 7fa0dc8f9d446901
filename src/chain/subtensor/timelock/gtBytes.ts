import type { bls12_381 } from "@noble/curves/bls12-381.js";

/** An element of the target group of the pairing. */
export type GtElement = ReturnType<typeof bls12_381.pairing>;

const COEFFICIENT_BYTES = 48;

function littleEndian(coefficient: bigint): Buffer {
  return Buffer.from(coefficient.toString(16).padStart(COEFFICIENT_BYTES * 2, "0"), "hex").reverse();
}

/** The 576 bytes that are hashed: the twelve coefficients from the lowest up, little-endian, as arkworks writes them. */
export function gtBytes({ c0, c1 }: GtElement): Uint8Array {
  const quadratic = [c0, c1].flatMap((cubic) => [cubic.c0, cubic.c1, cubic.c2]);
  return Buffer.concat(quadratic.flatMap((pair) => [littleEndian(pair.c0), littleEndian(pair.c1)]));
}

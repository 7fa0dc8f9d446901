import { bls12_381 } from "@noble/curves/bls12-381.js";

export type G1Point = InstanceType<typeof bls12_381.G1.Point>;
export type G2Point = InstanceType<typeof bls12_381.G2.Point>;

export const G1_BYTES = 48;
export const G2_BYTES = 96;

/** The order of both groups. */
export const GROUP_ORDER = bls12_381.fields.Fr.ORDER;

/**
 * The generator of G2. A copy of the library's own, whose large table takes a fifth of a second to fill; with this window the first
 * encryption takes half as long, and the later ones no longer.
 */
export const generator: G2Point = bls12_381.G2.Point.fromAffine(bls12_381.G2.Point.BASE.toAffine());
generator.precompute(4);

/** A compressed point of G1 other than zero; null when the bytes are not one of the group. */
export function readG1(bytes: Uint8Array): G1Point | null {
  return bytes.length === G1_BYTES ? checked(() => bls12_381.G1.Point.fromBytes(bytes)) : null;
}

/** The same for G2. */
export function readG2(bytes: Uint8Array): G2Point | null {
  return bytes.length === G2_BYTES ? checked(() => bls12_381.G2.Point.fromBytes(bytes)) : null;
}

/** The library throws for points off the curve or outside the group. */
function checked<Point extends { is0(): boolean; assertValidity(): void }>(read: () => Point): Point | null {
  try {
    const point = read();
    if (point.is0()) return null;
    // Costs nothing where reading has checked it, as it does now.
    point.assertValidity();
    return point;
  } catch {
    return null;
  }
}

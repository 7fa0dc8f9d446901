import { type NumberFault, P_TEXT, readNumbers } from "./numbers.ts";

/** Coordinates, canonical and below p: x, y, and z, for the point (x / z^2, y / z^3) as snarkjs reads it. */
export type G1Text = readonly [string, string, string];
/** The same over Fp2, each as its two halves: x0 + x1 u, y0 + y1 u, z0 + z1 u. */
export type G2Text = readonly [string, string, string, string, string, string];

/** Faults of a point that are found without arithmetic. */
export type TextFault = NumberFault | "proof_point_at_infinity";
/** Faults of a point that are found by arithmetic. */
export type CurveFault = "proof_point_not_on_curve" | "proof_point_not_in_subgroup";
export type PointFault = TextFault | CurveFault;

const ONE = ["1", "0"];

/** A point whose coordinates are of one number or two. The third coordinate may be left out: it is one. */
function readPoint(value: unknown, halves: 1 | 2): readonly string[] | TextFault {
  if (!Array.isArray(value) || value.length < 2 || value.length > 3) return "proof_malformed";
  const given: readonly unknown[] = value.length === 3 ? value : [...value, halves === 1 ? "1" : ONE];
  const isOfTwo = (part: unknown): boolean => Array.isArray(part) && part.length === 2;
  if (halves === 2 ? !given.every(isOfTwo) : given.some(Array.isArray)) return "proof_malformed";
  const numbers = readNumbers(given.flat(), P_TEXT);
  if (typeof numbers === "string") return numbers;
  return numbers.slice(2 * halves).every((part) => part === "0") ? "proof_point_at_infinity" : numbers;
}

/** Reads `[x, y, "1"]`. */
export function readG1(value: unknown): G1Text | TextFault {
  return readPoint(value, 1) as G1Text | TextFault;
}

/** Reads `[[x0, x1], [y0, y1], ["1", "0"]]`. */
export function readG2(value: unknown): G2Text | TextFault {
  return readPoint(value, 2) as G2Text | TextFault;
}

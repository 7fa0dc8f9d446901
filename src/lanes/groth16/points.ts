import { type NumberFault, numberFault, P_TEXT } from "./numbers.ts";

/** Affine coordinates, canonical and below p: x, y. */
export type G1Text = readonly [string, string];
/** Affine coordinates: x = x0 + x1 u, y = y0 + y1 u. */
export type G2Text = readonly [string, string, string, string];

/** Faults of a point that are found without arithmetic. */
export type TextFault = NumberFault | "proof_point_at_infinity";
/** Faults of a point that are found by arithmetic. */
export type CurveFault = "proof_point_not_on_curve" | "proof_point_not_in_subgroup";
export type PointFault = TextFault | CurveFault;

function coordinateFault(coordinates: readonly unknown[]): NumberFault | null {
  for (const coordinate of coordinates) {
    const fault = numberFault(coordinate, P_TEXT);
    if (fault !== null) return fault;
  }
  return null;
}

/** The third coordinate must be one: proofs are in affine coordinates, and zero is the point at infinity. */
function thirdFault(third: readonly unknown[]): TextFault | null {
  if (third.every((part) => part === "0")) return "proof_point_at_infinity";
  return third[0] === "1" && third.slice(1).every((part) => part === "0") ? null : "proof_malformed";
}

function pair(value: unknown): readonly unknown[] | null {
  return Array.isArray(value) && value.length === 2 ? value : null;
}

/** Reads `[x, y, "1"]`. */
export function readG1(value: unknown): G1Text | TextFault {
  if (!Array.isArray(value) || value.length !== 3) return "proof_malformed";
  const [x, y, z] = value as unknown[];
  return coordinateFault([x, y, z]) ?? thirdFault([z]) ?? ([x, y] as unknown as G1Text);
}

/** Reads `[[x0, x1], [y0, y1], ["1", "0"]]`. */
export function readG2(value: unknown): G2Text | TextFault {
  if (!Array.isArray(value) || value.length !== 3) return "proof_malformed";
  const [x, y, z] = value.map(pair);
  if (!x || !y || !z) return "proof_malformed";
  const coordinates = [...x, ...y];
  return coordinateFault([...coordinates, ...z]) ?? thirdFault(z) ?? (coordinates as unknown as G2Text);
}

import { bls12_381 } from "@noble/curves/bls12-381.js";
import { sha256 } from "../../../core/hash.ts";
import type { G1Point } from "./points.ts";
import { quicknet } from "./quicknet.ts";

/** What the beacon signs for a round: the hash of its number as 8 bytes, big-endian. */
export function identityOf(round: number): Uint8Array {
  if (!Number.isSafeInteger(round) || round < 1) throw new RangeError(`round: ${round} is not one`);
  const number = Buffer.alloc(8);
  number.writeBigUInt64BE(BigInt(round));
  return sha256(number);
}

/** The point of a round in G1; its signature is this point times the beacon's secret. */
export function roundPoint(round: number): G1Point {
  return bls12_381.G1.hashToCurve(identityOf(round), { DST: quicknet.domain }) as G1Point;
}

import { bls12_381 } from "@noble/curves/bls12-381.js";
import { roundPoint } from "./identity.ts";
import { generator, readG1, readG2 } from "./points.ts";
import { quicknet } from "./quicknet.ts";

/** Whether bytes are the beacon's signature of a round: 48 bytes, a point of G1. */
export function isPulse(round: number, signature: Uint8Array): boolean {
  const point = readG1(signature);
  const key = readG2(Buffer.from(quicknet.publicKey, "hex"));
  if (point === null || key === null) return false;
  // e(S, G) = e(Q, PK), with one final exponentiation for both.
  const quotient = bls12_381.pairingBatch([
    { g1: point.negate(), g2: generator },
    { g1: roundPoint(round), g2: key },
  ]);
  return bls12_381.fields.Fp12.eql(quotient, bls12_381.fields.Fp12.ONE);
}

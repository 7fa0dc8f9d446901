import { bls12_381 } from "@noble/curves/bls12-381.js";
import { sha256 } from "../../../core/hash.ts";
import { gtBytes } from "./gtBytes.ts";
import { roundPoint } from "./identity.ts";
import { type G1Point, type G2Point, GROUP_ORDER, generator } from "./points.ts";
import { quicknet } from "./quicknet.ts";

/** A key encrypted to a round: Boneh-Franklin's scheme, secure against chosen ciphertexts. */
export interface WrappedKey {
  readonly u: G2Point;
  /** `sigma`, hidden by the pairing. */
  readonly v: Uint8Array;
  /** The key, hidden by `sigma`. */
  readonly w: Uint8Array;
}

function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((byte, i) => byte ^ (b[i] ?? 0));
}

/** The scalar that makes `u`; who opens the key makes it again and compares. */
function scalarOf(sigma: Uint8Array, key: Uint8Array): bigint {
  return BigInt(`0x${sha256(sigma, key).toString("hex")}`) % GROUP_ORDER;
}

/** Encrypts a key of 32 bytes to a round. `sigma` is 32 random bytes, new each time. */
export function wrapKey(round: number, key: Uint8Array, sigma: Uint8Array): WrappedKey {
  const r = scalarOf(sigma, key);
  const publicKey = bls12_381.G2.Point.fromHex(quicknet.publicKey);
  // e(Q, r*PK) = e(r*Q, PK), and a product in G1 costs a third of one in G2.
  const shared = bls12_381.pairing(roundPoint(round).multiply(r), publicKey);
  return {
    u: generator.multiply(r),
    v: xor(sigma, sha256(gtBytes(shared))),
    w: xor(key, sha256(sigma)),
  };
}

/** The key, opened with the signature of its round; null with another one, and when anything of it was changed. */
export function unwrapKey({ u, v, w }: WrappedKey, signature: G1Point): Uint8Array | null {
  const sigma = xor(v, sha256(gtBytes(bls12_381.pairing(signature, u))));
  const key = xor(w, sha256(sigma));
  const r = scalarOf(sigma, key);
  return r !== 0n && generator.multiply(r).equals(u) ? key : null;
}

import { type DatedJwk, ed25519PublicKey, thumbprint, verifyDocument } from "../../core/ed25519.ts";
import { periodOf, type SignedVector } from "../../flow/weights.ts";

/** What `assay weights verify --json` prints. */
export interface VectorVerdict {
  readonly valid: boolean;
  readonly period: number;
  readonly epoch: number;
  readonly key_id: string;
  /** Whether the key that signed it is still in use. */
  readonly key?: "current" | "retired";
  /** Unix ms. */
  readonly key_until?: number;
  readonly expires_at?: number;
  readonly expired?: boolean;
  readonly fault?: string;
}

const iso = (ms: number): string => new Date(ms).toISOString();

function keyFault(vector: SignedVector, jwk: DatedJwk): string | null {
  const { issued_at: issuedAt, key_id } = vector;
  const { assay_from: from = 0, assay_until: until = Number.POSITIVE_INFINITY } = jwk;
  if (issuedAt < from)
    return `it was issued at ${iso(issuedAt)}, before key ${key_id} was made at ${iso(from)}`;
  if (issuedAt > until)
    return `it was issued at ${iso(issuedAt)}, after key ${key_id} was retired at ${iso(until)}`;
  return null;
}

/** What is wrong with the signature of the vector; null when a key signed it while it was in use. */
function faultOf(vector: SignedVector, jwk: DatedJwk | undefined): string | null {
  if (jwk === undefined) return `none of the keys has the id ${vector.key_id}`;
  if (typeof vector.signature !== "string") return "the vector has no signature";
  const key = ed25519PublicKey(Buffer.from(jwk.x, "base64url"));
  if (!verifyDocument({ ...vector }, key)) return "the signature is not valid for that key";
  return keyFault(vector, jwk);
}

/** Judges a vector by a set of keys. Their ids are computed, whatever the set says. */
export function judgeVector(vector: SignedVector, keys: readonly DatedJwk[], nowMs: number): VectorVerdict {
  const jwk = keys.find(({ x }) => thumbprint(x) === vector.key_id);
  const fault = faultOf(vector, jwk);
  const { expires_at } = vector;
  return {
    valid: fault === null,
    ...{ period: periodOf(vector), epoch: periodOf(vector), key_id: vector.key_id },
    ...(typeof expires_at === "number" ? { expires_at, expired: nowMs > expires_at } : {}),
    ...(jwk === undefined || typeof expires_at !== "number" ? {} : keyState(jwk)),
    ...(fault === null ? {} : { fault }),
  };
}

function keyState({ assay_until }: DatedJwk): Pick<VectorVerdict, "key" | "key_until"> {
  return assay_until === undefined ? { key: "current" } : { key: "retired", key_until: assay_until };
}

/** The verdict for people. */
export function verdictText(verdict: VectorVerdict): string {
  const { fault, period, key_id, key, key_until, expired, expires_at = 0 } = verdict;
  if (fault !== undefined) return `invalid: ${fault}`;
  const state =
    key_until === undefined ? (key ?? "") : `retired since ${iso(key_until)}, in use when it signed this`;
  const head = expired ? `valid, but expired since ${iso(expires_at)}` : "valid";
  return `${head}: period ${period}, key ${key_id}${state === "" ? "" : ` (${state})`}`;
}

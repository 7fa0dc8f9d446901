import { createSecretKey, type KeyObject } from "node:crypto";
import { verifyDocument } from "../../core/ed25519.ts";
import { AssayError, causeText } from "../../core/problems/assayError.ts";
import { commitment } from "../../sample/commitment.ts";
import { checkFloor, type Rates, ratesOf } from "../../sample/policy.ts";
import type { ClosedEpoch } from "./document.ts";
import type { Findings } from "./findings.ts";

/** Publishing keys by their id. */
export type PublicKeys = ReadonlyMap<string, KeyObject>;

/** Key and policy for recomputing draws. */
export interface DrawRules {
  readonly key: KeyObject;
  readonly rates: Rates;
}

/** Whether the signature, in canonical base64url, is the key's over the rest of the document. */
export function isSignedBy(document: { readonly signature: string }, key: KeyObject): boolean {
  const { signature } = document;
  if (Buffer.from(signature, "base64url").toString("base64url") !== signature) return false;
  try {
    return verifyDocument({ ...document }, key);
  } catch {
    // A document without canonical form was never signed.
    return false;
  }
}

function checkSignature(record: ClosedEpoch, keys: PublicKeys, findings: Findings): void {
  const { epoch, policy, committed_at, key_id, signature } = record;
  const key = keys.get(key_id);
  if (key === undefined) {
    findings.add(
      "key_unknown",
      `the commitment names key ${key_id}; the given keys are ${[...keys.keys()].join(", ")}`,
    );
    return;
  }
  const signed = { epoch, commitment: record.commitment, policy, committed_at, key_id, signature };
  if (!isSignedBy(signed, key)) findings.add("commitment_forged", `it is not signed with key ${key_id}`);
}

function readRates(record: ClosedEpoch, findings: Findings): Rates | null {
  try {
    const rates = ratesOf(record.policy);
    checkFloor(record.policy);
    return rates;
  } catch (error) {
    const tooLow = error instanceof AssayError && error.code === "rate_below_floor";
    findings.add(tooLow ? "rate_below_floor" : "policy_unreadable", causeText(error));
    return tooLow ? ratesOf(record.policy) : null;
  }
}

/** What key and policy commit to; null when the policy has no canonical form. */
function committed(key: Uint8Array, { policy }: ClosedEpoch): string | null {
  try {
    return commitment(key, policy);
  } catch {
    return null;
  }
}

/** Checks signature, commitment and policy. Null when they give nothing to recompute draws with. */
export function checkRecord(record: ClosedEpoch, keys: PublicKeys, findings: Findings): DrawRules | null {
  checkSignature(record, keys, findings);
  const rates = readRates(record, findings);
  if (!/^[0-9a-f]{64}$/.test(record.revealed_key)) {
    findings.add("commitment_mismatch", "the revealed key is not 64 lower-case hex digits");
    return null;
  }
  const bytes = Buffer.from(record.revealed_key, "hex");
  const made = committed(bytes, record);
  if (made !== record.commitment)
    findings.add(
      "commitment_mismatch",
      `key and policy give ${made}, but the commitment is ${record.commitment}`,
    );
  return rates === null ? null : { key: createSecretKey(bytes), rates };
}

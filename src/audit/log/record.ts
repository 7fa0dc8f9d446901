import { AssayError, causeText } from "../../core/problems/assayError.ts";
import { commitmentParts } from "../../sample/commitmentParts.ts";
import { checkFloor, type Rates, ratesOf } from "../../sample/policy.ts";
import { bytesOfHex } from "./bytes.ts";
import type { ClosedEpoch } from "./document.ts";
import type { Findings } from "./findings.ts";
import type { AuditTools, DrawnX, Hashes, PublicKeys } from "./platform.ts";

/** Key and policy for recomputing draws. */
export interface DrawRules {
  readonly drawn: DrawnX;
  readonly rates: Rates;
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
  if (!key.hasSigned(signed)) findings.add("commitment_forged", `it is not signed with key ${key_id}`);
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
function committed(hashes: Hashes, key: Uint8Array, { policy }: ClosedEpoch): string | null {
  try {
    return hashes.sha256Hex(...commitmentParts(key, policy));
  } catch {
    return null;
  }
}

/** Checks signature, commitment and policy. Null when they give nothing to recompute draws with. */
export function checkRecord(
  record: ClosedEpoch,
  { keys, hashes }: AuditTools,
  findings: Findings,
): DrawRules | null {
  checkSignature(record, keys, findings);
  const rates = readRates(record, findings);
  if (!/^[0-9a-f]{64}$/.test(record.revealed_key)) {
    findings.add("commitment_mismatch", "the revealed key is not 64 lower-case hex digits");
    return null;
  }
  const bytes = bytesOfHex(record.revealed_key);
  const made = committed(hashes, bytes, record);
  if (made !== record.commitment)
    findings.add(
      "commitment_mismatch",
      `key and policy give ${made}, but the commitment is ${record.commitment}`,
    );
  return rates === null ? null : { drawn: hashes.drawn(bytes), rates };
}

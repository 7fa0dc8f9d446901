import type { KeyObject } from "node:crypto";
import { AssayError } from "../core/problems/assayError.ts";
import type { EpochRecord } from "../flow/draw.ts";
import { commitment } from "./commitment.ts";
import { sampleKey } from "./draw.ts";

/** The key that reproduces an epoch's commitment. Throws `commitment_unmatched` when no master does. */
export function matchingKey(
  masters: readonly Uint8Array[],
  record: Pick<EpochRecord, "epoch" | "policy" | "commitment">,
): KeyObject {
  for (const master of masters) {
    const key = sampleKey(master, record.epoch);
    if (commitment(key.export(), record.policy) === record.commitment) return key;
  }
  throw new AssayError({ code: "commitment_unmatched", epoch: record.epoch });
}

import { canonical } from "../core/canonical.ts";
import type { SamplePolicy } from "../flow/draw.ts";

/** What the commitment of an epoch is the SHA-256 of. Throws where the policy has no canonical form. */
export function commitmentParts(k: Uint8Array, policy: SamplePolicy): (Uint8Array | string)[] {
  return ["assay/v1/commit", k, canonical(policy)];
}

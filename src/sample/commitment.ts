import { sha256Hex } from "../core/hash.ts";
import type { SamplePolicy } from "../flow/draw.ts";
import { commitmentParts } from "./commitmentParts.ts";

/** SHA-256("assay/v1/commit" | k | canonical policy), 64 hex digits. */
export function commitment(k: Uint8Array, policy: SamplePolicy): string {
  return sha256Hex(...commitmentParts(k, policy));
}

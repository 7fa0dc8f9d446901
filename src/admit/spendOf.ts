import { type Use, usesOf } from "../epistula/usedSignatures.ts";
import type { Spend } from "../flow/spend.ts";
import { usedSignaturesOptions } from "./limits.ts";
import type { AdmissionOptions } from "./ports.ts";

/** What a proven request takes of the limits that hold over all processes: the same as of those of this one. */
export function spendOf(
  options: AdmissionOptions,
  { hotkey, uuid }: { readonly hotkey: string; readonly uuid: string },
  { use, kind }: { readonly use: Use; readonly kind: "submit" | "read" },
): Spend {
  const { burst, perSecond } = options.perHotkey;
  const intervalMs = 1000 / perSecond;
  const marks = usesOf(hotkey, uuid, use);
  return {
    hotkey,
    rate: { kind, intervalMs, toleranceMs: intervalMs * (burst - 1) },
    signature: { ...marks, once: use === "once", ...usedSignaturesOptions(options) },
  };
}

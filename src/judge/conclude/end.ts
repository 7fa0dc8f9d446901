import type { Verdict } from "../../flow/verdict.ts";

/** How a piece of work ends, as the store records it. */
export interface End {
  readonly state: "accepted" | "rejected" | "void";
  /** True when a check decided it. */
  readonly verified: boolean;
  readonly code: string | null;
}

const states = { valid: "accepted", invalid: "rejected", error: "void" } as const;

/** The end that follows from a verdict; null means that the work was not sampled. */
export function endOf(verdict: Verdict | null): End {
  if (verdict === null) return { state: "accepted", verified: false, code: null };
  return {
    state: states[verdict.outcome],
    verified: verdict.outcome !== "error",
    code: verdict.outcome === "valid" ? null : verdict.code,
  };
}

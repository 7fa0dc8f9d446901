/** The tree of a decoded error: `{type, value}`, the most special part deepest. */
interface Variant {
  readonly type?: unknown;
  readonly value?: unknown;
}

/** Codes that the runtime's own transaction extension refuses with. */
const custom: Readonly<Record<number, string>> = {
  0: "ColdkeyInSwapSchedule",
  1: "StakeAmountTooLow",
  2: "BalanceTooLow",
  3: "SubnetNotExists",
  6: "RateLimitExceeded",
  10: "HotKeyNotRegisteredInSubNet",
  11: "InvalidIpAddress",
  12: "ServingRateLimitExceeded",
  13: "InvalidPort",
  15: "InvalidRevealRound",
  16: "CommitNotFound",
  17: "CommitBlockNotInRevealRange",
  18: "InputLengthsUnequal",
  19: "UidNotFound",
  255: "BadRequest",
};

function path(variant: unknown): string[] {
  if (typeof variant !== "object" || variant === null) return [];
  const { type, value } = variant as Variant;
  return typeof type === "string" ? [type, ...path(value)] : [];
}

function leaf(variant: unknown): unknown {
  const value = (variant as Variant | null)?.value;
  return typeof value === "object" && value !== null ? leaf(value) : value;
}

/** The name of a failed dispatch: `SettingWeightsTooFast` of a pallet's error, `BadOrigin`, `Token.FundsUnavailable`. */
export function dispatchErrorName(error: unknown): string {
  const names = path(error);
  return names[0] === "Module" ? (names.at(-1) ?? "Module") : names.join(".") || "unknown";
}

/** The name of a transaction's refusal, and whether its nonce was the reason: `Stale`, `Payment`, `RateLimitExceeded`. */
export function refusalOf(error: unknown): { readonly error: string; readonly isNonce: boolean } {
  const name = path(error).at(-1) ?? "unknown";
  if (name !== "Custom") return { error: name, isNonce: name === "Stale" || name === "Future" };
  const code = Number(leaf(error));
  return { error: custom[code] ?? `Custom(${code})`, isNonce: false };
}

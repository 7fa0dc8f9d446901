/** A fixed bound of admission, with the reason for its size. */
interface Limit {
  readonly value: number;
  readonly reason: string;
}

/** Bounds that no operator needs to set; others are in the configuration. */
export const admitLimits = {
  addresses: {
    value: 65_536,
    reason: "one number each (about 8 MB); a forgotten address starts with a full bucket",
  },
  hotkeys: {
    value: 16_384,
    reason: "twice the hotkeys that judge remembers; only proven ones are added",
  },
  newcomers: {
    value: 16_384,
    reason: "as the proven hotkeys; one that is forgotten here and is still new is counted again",
  },
} as const satisfies Record<string, Limit>;

/** Seconds after which a refused caller may come back. */
export const retryAfterS = {
  /** A slot is held for milliseconds: one second is the header's shortest value. */
  busy: 1,
  /** A backlog within its bound is worked off in about a second. */
  verify_backlog: 1,
  /** One block: the height is read again by then. */
  chain_unavailable: 12,
} as const;

/** A wait in milliseconds as a value of `Retry-After`: whole seconds, at least 1. */
export function wholeSeconds(waitMs: number): number {
  return Math.max(1, Math.ceil(waitMs / 1000));
}

import type { UsedSignaturesOptions } from "../epistula/usedSignatures.ts";

/** A fixed bound of admission, with the reason for its size. */
interface Limit {
  readonly value: number;
  readonly reason: string;
}

/** Bounds that no operator needs to set; others are in the configuration. */
export const admitLimits = {
  addresses: {
    value: 65_536,
    reason: "one number each (about 8 MB) per bucket; a forgotten address starts with a full bucket",
  },
  signaturesPerSecond: {
    value: 8192,
    reason: "proven signatures that are remembered: more than this machine can verify; 200 bytes each",
  },
  fewAddresses: { value: 8192, reason: "probes, scrapes and readers of whole logs come from few addresses" },
  pieceLength: { value: 16_384, reason: "characters of a long answer per token: about what one write takes" },
  piecesAtOnce: { value: 256, reason: "4 MB: the log of a small network's epoch is sent at once" },
  readsPerMinute: {
    value: 600,
    reason:
      "public reads and pieces of them are never scarcer, so that a strict limit for miners blinds nobody",
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

/** What the memory of used signatures must hold: a hotkey's tokens for submissions and for reads, in one window. */
export function usedSignaturesOptions(options: {
  readonly pastMs: number;
  readonly futureMs: number;
  readonly perHotkey: { readonly burst: number; readonly perSecond: number };
}): UsedSignaturesOptions {
  const { pastMs, futureMs, perHotkey } = options;
  const windowMs = pastMs + futureMs;
  return {
    windowMs,
    perHotkey: 2 * Math.ceil(perHotkey.burst + (perHotkey.perSecond * windowMs) / 1000),
    altogether: Math.ceil((admitLimits.signaturesPerSecond.value * windowMs) / 1000),
  };
}

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

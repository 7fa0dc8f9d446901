/** Bounds of the protocol's own state, each with its reason. */
export const epistulaLimits = {
  sessions: {
    value: 8192,
    reason:
      "one per hotkey, as many hotkeys as judge remembers; the least recently used is dropped, and its miner opens a new one",
  },
  admittedKeys: {
    value: 16_384,
    reason: "one text of 32 characters each, per worker; a dropped key costs one slow verification",
  },
  uuidLength: { value: 64, reason: "a UUID has 36 characters; the text is part of every signed message" },
} as const satisfies Record<string, { readonly value: number; readonly reason: string }>;

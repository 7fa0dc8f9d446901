/** Bounds of the protocol's own state, each with its reason. */
export const epistulaLimits = {
  sessions: {
    value: 8192,
    reason:
      "one per hotkey, as many hotkeys as judge remembers; the least recently used is forgotten, and read from the store again",
  },
  sessionBelievedMs: {
    value: 5000,
    reason:
      "for so long a session that another process has replaced may still sign here; one read per hotkey and 5 s",
  },
  sessionLookups: {
    value: 1024,
    reason: "reads of sessions under way, each of another hotkey: some 20 ms of the store's thread",
  },
  sessionLookupsEach: {
    value: 16,
    reason:
      "reads of a hotkey's session for ids that are not known here, per 5 s: a miner needs one, ids can be invented",
  },
  sessionKeys: {
    value: 8192,
    reason:
      "keys of sessions, per worker, as many as sessions; one that was dropped is read from its bytes again",
  },
  admittedKeys: {
    value: 16_384,
    reason: "one text of 32 characters each, per worker; a dropped key costs one slow verification",
  },
  uuidLength: { value: 64, reason: "a UUID has 36 characters; the text is part of every signed message" },
} as const satisfies Record<string, { readonly value: number; readonly reason: string }>;

/** A session as it is kept. */
export interface SessionRecord {
  readonly sessionId: string;
  readonly hotkey: string;
  /** 32 bytes, Ed25519, as 64 hex digits. */
  readonly publicKey: string;
  /** Whether what it signs binds method, path and query. */
  readonly binds: boolean;
  readonly openedAt: number;
  readonly expiresAt: number;
}

/** The most sessions that retention leaves: eight times what one process remembers. */
export const SESSIONS_KEPT = 65_536;

/** One session per hotkey. */
export interface SessionRecords {
  /**
   * Replaces the session of the hotkey; returns the one on record then. One with the same key that binds the same and has not
   * expired by `openedAt` keeps its id and its first `openedAt`, with the later expiry.
   */
  saveSession(session: SessionRecord): Promise<SessionRecord>;
  /** Expired or not; null without one. */
  session(hotkey: string): Promise<SessionRecord | null>;
}

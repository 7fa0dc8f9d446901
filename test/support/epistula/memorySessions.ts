import type { SessionRecord, SessionRecords } from "../../../src/flow/sessionRecords.ts";

/** The sessions of a store, in memory; counts what is asked. */
export class MemorySessions implements SessionRecords {
  readonly records = new Map<string, SessionRecord>();
  reads = 0;
  /** Runs before a read is answered. */
  before: () => Promise<void> = async () => {};

  async saveSession(session: SessionRecord): Promise<SessionRecord> {
    const known = this.records.get(session.hotkey);
    const isSame = known?.publicKey === session.publicKey && known.binds === session.binds;
    const stays = isSame && known.expiresAt > session.openedAt;
    const record = stays ? { ...known, expiresAt: Math.max(known.expiresAt, session.expiresAt) } : session;
    this.records.set(session.hotkey, record);
    return record;
  }

  async session(hotkey: string): Promise<SessionRecord | null> {
    this.reads++;
    const record = this.records.get(hotkey) ?? null;
    await this.before();
    return record;
  }
}

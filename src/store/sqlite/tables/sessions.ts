import type { DatabaseSync } from "node:sqlite";
import type { SessionRecord } from "../../../flow/sessionRecords.ts";
import { sessionOf } from "../../records/session.ts";
import { read, write } from "./operation.ts";

export function sessionOperations(db: DatabaseSync) {
  const one = db.prepare("SELECT * FROM sessions WHERE hotkey = ?");
  const save = db.prepare(`INSERT INTO sessions (hotkey, session_id, public_key, binds, opened_at, expires_at)
    VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (hotkey) DO UPDATE SET session_id = excluded.session_id, public_key = excluded.public_key,
      binds = excluded.binds, opened_at = excluded.opened_at, expires_at = excluded.expires_at`);
  const extend = db.prepare(`UPDATE sessions SET expires_at = max(expires_at, ?)
    WHERE hotkey = ? AND public_key = ? AND binds = ? AND expires_at > ? RETURNING *`);
  return {
    saveSession: write((session: SessionRecord): SessionRecord => {
      const { hotkey, sessionId, publicKey, openedAt, expiresAt } = session;
      const binds = Number(session.binds);
      const same = extend.get(expiresAt, hotkey, publicKey, binds, openedAt);
      if (same !== undefined) return sessionOf(same);
      save.run(hotkey, sessionId, publicKey, binds, openedAt, expiresAt);
      return session;
    }),
    session: read((hotkey: string): SessionRecord | null => {
      const row = one.get(hotkey);
      return row === undefined ? null : sessionOf(row);
    }),
  };
}

import type { SessionRecord } from "../../../flow/sessionRecords.ts";
import { sessionOf } from "../../records/session.ts";
import { first, type Sql, statement } from "../sql.ts";
import { read, write } from "./operation.ts";

const one = statement("session", "SELECT * FROM sessions WHERE hotkey = $1");

const same =
  "s.public_key = excluded.public_key AND s.binds = excluded.binds AND s.expires_at > excluded.opened_at";
const save = statement(
  "session_save",
  `INSERT INTO sessions AS s (hotkey, session_id, public_key, binds, opened_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (hotkey) DO UPDATE SET public_key = excluded.public_key, binds = excluded.binds,
      session_id = CASE WHEN ${same} THEN s.session_id ELSE excluded.session_id END,
      opened_at = CASE WHEN ${same} THEN s.opened_at ELSE excluded.opened_at END,
      expires_at = CASE WHEN ${same} THEN greatest(s.expires_at, excluded.expires_at) ELSE excluded.expires_at END
    RETURNING *`,
);

export const sessionOperations = {
  saveSession: write(async (sql: Sql, session: SessionRecord): Promise<SessionRecord> => {
    const { hotkey, sessionId, publicKey, binds, openedAt, expiresAt } = session;
    const row = await first(sql, save, [hotkey, sessionId, publicKey, Number(binds), openedAt, expiresAt]);
    return sessionOf(row ?? {});
  }),
  session: read(async (sql: Sql, hotkey: string): Promise<SessionRecord | null> => {
    const row = await first(sql, one, [hotkey]);
    return row === undefined ? null : sessionOf(row);
  }),
};

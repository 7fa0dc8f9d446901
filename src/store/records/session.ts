import type { SessionRecord } from "../../flow/sessionRecords.ts";
import { flag, type Row, real, text } from "./rows.ts";

export function sessionOf(row: Row): SessionRecord {
  return {
    sessionId: text(row, "session_id"),
    hotkey: text(row, "hotkey"),
    publicKey: text(row, "public_key"),
    binds: flag(row, "binds"),
    openedAt: real(row, "opened_at"),
    expiresAt: real(row, "expires_at"),
  };
}

import type { StoredMiner } from "../../flow/store.ts";
import { integer, type Row, text } from "./rows.ts";

export function minerOf(row: Row): StoredMiner {
  return {
    hotkey: text(row, "hotkey"),
    firstSeen: integer(row, "first_seen"),
    lastSeen: integer(row, "last_seen"),
    counts: {
      submitted: integer(row, "submitted"),
      accepted: integer(row, "accepted"),
      rejected: integer(row, "rejected"),
      void: integer(row, "void"),
    },
  };
}

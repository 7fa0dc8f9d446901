import type { LogHead } from "../../flow/draw.ts";
import { integer, type Row, real, text } from "./rows.ts";

export function logHeadOf(row: Row): LogHead {
  return {
    epoch: integer(row, "epoch"),
    log_head: text(row, "log_head"),
    signed_at: real(row, "signed_at"),
    key_id: text(row, "key_id"),
    signature: text(row, "signature"),
  };
}

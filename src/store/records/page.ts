import type { IssuedPage } from "../../flow/store.ts";
import { integer, type Row, real, text } from "./rows.ts";

export function pageOf(row: Row): IssuedPage {
  return {
    lane: text(row, "lane"),
    hotkey: text(row, "hotkey"),
    epoch: integer(row, "epoch"),
    tier: integer(row, "tier"),
    from: integer(row, "first"),
    to: integer(row, "past"),
    at: real(row, "at"),
  };
}

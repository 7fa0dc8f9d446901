import type { DatabaseSync } from "node:sqlite";

/** Drops what is known of a hotkey, inside the caller's transaction: its sighting, the reasons why it earned nothing, its strikes and their exhibits. */
export function minerDropper(db: DatabaseSync): (hotkey: string) => void {
  const miner = db.prepare("DELETE FROM miners WHERE hotkey = ?");
  const reasons = db.prepare("DELETE FROM miner_reasons WHERE hotkey = ?");
  const exhibits = db.prepare(
    "DELETE FROM exhibits WHERE strike IN (SELECT id FROM strikes WHERE hotkey = ?)",
  );
  const strikes = db.prepare("DELETE FROM strikes WHERE hotkey = ?");
  return (hotkey) => {
    for (const statement of [miner, reasons, exhibits, strikes]) statement.run(hotkey);
  };
}

import type { DatabaseSync } from "node:sqlite";
import type { StandingState } from "../../../flow/standing.ts";
import { STANDING_OF_MOST, STRIKES_SINCE_MOST, type StrikeMark } from "../../../flow/standingChanges.ts";
import { rememberedOf, strikeMarkOf, struckOf, suspensionOf } from "../../records/standing.ts";
import { read } from "./operation.ts";

/** As many strikes of a hotkey as judge keeps. */
const STRIKES = 64;

/** What judge needs of some hotkeys. */
export function standingOfOperations(db: DatabaseSync) {
  const sighting = db.prepare(
    "SELECT hotkey, first_seen, last_seen, accepted > 0 AS delivered FROM miners WHERE hotkey = ?",
  );
  const suspensions = db.prepare("SELECT * FROM suspensions WHERE hotkey = ? ORDER BY kind");
  const strikes = db.prepare(
    "SELECT hotkey, block, counted FROM strikes WHERE hotkey = ? ORDER BY at DESC, after_id DESC LIMIT ?",
  );
  const since = db.prepare(
    "SELECT strike_id, hotkey, block FROM strikes WHERE hotkey = ? AND at >= ? ORDER BY at, after_id LIMIT ?",
  );
  return {
    strikesSince: read((hotkeys: readonly string[], from: number): StrikeMark[] => {
      const found: StrikeMark[] = [];
      for (const hotkey of hotkeys) {
        const room = STRIKES_SINCE_MOST - found.length;
        if (room > 0) found.push(...since.all(hotkey, from, room).map(strikeMarkOf));
      }
      return found;
    }),
    standingOf: read((hotkeys: readonly string[], newest: number = STRIKES): StandingState => {
      if (hotkeys.length > STANDING_OF_MOST) throw new RangeError(`standing of ${hotkeys.length} hotkeys`);
      const each = [...new Set(hotkeys)].sort();
      return {
        sightings: each.flatMap((hotkey) => sighting.all(hotkey).map(rememberedOf)),
        suspensions: each.flatMap((hotkey) => suspensions.all(hotkey).map(suspensionOf)),
        strikes: each.flatMap((hotkey) => strikes.all(hotkey, newest).map(struckOf).reverse()),
      };
    }),
  };
}

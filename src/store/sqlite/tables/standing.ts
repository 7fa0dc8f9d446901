import type { DatabaseSync } from "node:sqlite";
import { causeText } from "../../../core/problems/assayError.ts";
import type { Remembered, Suspension } from "../../../flow/standing.ts";
import type { OperatorAction } from "../../../flow/store.ts";
import { Unreadable } from "../../records/rows.ts";
import {
  actionOf,
  flatStrikes,
  rememberedOf,
  type SuspensionKey,
  type SuspensionPage,
  sightingOf,
  struckOf,
  suspendedOf,
  suspensionOf,
} from "../../records/standing.ts";
import { isDamage } from "../failure.ts";
import { minerDropper } from "./dropMiner.ts";
import { read, write } from "./operation.ts";
import { standingNoter } from "./standingChanges.ts";
import { suspender } from "./suspend.ts";

/** A damaged page is as a damaged record: nothing may be left out. */
function whole<T>(load: () => T): T {
  try {
    return load();
  } catch (error) {
    throw isDamage(error) ? new Unreadable(causeText(error)) : error;
  }
}

/** Decodes every record of standing, one at a time; throws `Unreadable` on the first damaged one. */
export function checkStanding(db: DatabaseSync): void {
  for (const row of db.prepare("SELECT hotkey, first_seen, last_seen FROM miners").iterate()) sightingOf(row);
  for (const row of db.prepare("SELECT * FROM suspensions").iterate()) suspensionOf(row);
  // In the index alone: how much evidence there is must not matter to a start.
  const strikes = db.prepare("SELECT hotkey, block, counted FROM strikes INDEXED BY strikes_by_hotkey");
  for (const row of strikes.iterate()) struckOf(row);
}

export function standingOperations(db: DatabaseSync, now: () => number) {
  // No hotkey is below the empty text.
  const suspensions =
    db.prepare(`SELECT s.*, m.first_seen, m.last_seen, m.accepted > 0 AS delivered FROM suspensions s LEFT JOIN miners m USING (hotkey)
    WHERE (s.hotkey, s.kind) > (?, ?) ORDER BY s.hotkey, s.kind LIMIT ?`);
  const sightings = db.prepare(
    "SELECT hotkey, first_seen, last_seen, accepted > 0 AS delivered FROM miners ORDER BY accepted > 0 DESC, last_seen DESC LIMIT ?",
  );
  const strikes = db.prepare(
    "SELECT hotkey, block, counted FROM strikes WHERE hotkey = ? ORDER BY at DESC, after_id DESC LIMIT ?",
  );
  const logAction = db.prepare(
    "INSERT INTO operator_actions (action, hotkey, reason, at) VALUES (?, ?, ?, ?)",
  );
  const actionPage = db.prepare("SELECT * FROM operator_actions ORDER BY id DESC LIMIT ?");
  const releaseAll = db.prepare("DELETE FROM suspensions WHERE hotkey = ?");
  const releaseReach = db.prepare("DELETE FROM suspensions WHERE hotkey = ? AND kind = 'unreachable'");
  const dropEnded = db.prepare("DELETE FROM suspensions WHERE until_block <= ?");
  const drop = minerDropper(db);
  const put = suspender(db);
  const note = standingNoter(db, now);

  return {
    /** Suspensions by hotkey and kind, after the given one, each with the sighting of its hotkey. */
    suspensionPage: read(
      (after: SuspensionKey, limit: number): SuspensionPage =>
        whole(() => suspensions.all(after.hotkey, after.kind, limit).map(suspendedOf)),
    ),
    /** Hotkeys with an accepted answer first, then those seen last. */
    topSightings: read((limit: number): Remembered[] => whole(() => sightings.all(limit).map(rememberedOf))),
    /** Of each hotkey its newest strikes, oldest first. */
    newestStrikes: read((hotkeys: readonly string[], newest: number): number[][] =>
      whole(() => hotkeys.map((hotkey) => flatStrikes(strikes.all(hotkey, newest).reverse()))),
    ),
    suspend: write((suspension: Suspension): void => {
      const { hotkey, reason, at } = suspension;
      if (put(suspension)) note(hotkey);
      if (suspension.kind === "operator") logAction.run("suspend", hotkey, reason, at);
    }),
    /** An operator lifts every kind. Without an operator only `unreachable` is lifted. */
    release: write((hotkey: string, action: OperatorAction | null): number => {
      const removed = Number((action === null ? releaseReach : releaseAll).run(hotkey).changes);
      if (removed > 0) note(hotkey);
      if (action !== null && removed > 0) logAction.run("release", hotkey, action.reason, action.at);
      return removed;
    }),
    /** Drops the hotkeys that judge drops; a suspension stays until it ends or is lifted. */
    dropMiners: write((hotkeys: readonly string[]): void => {
      for (const hotkey of hotkeys) drop(hotkey);
    }),
    dropEndedSuspensions: write((block: number): void => {
      dropEnded.run(block);
    }),
    operatorActions: read((limit: number): OperatorAction[] => actionPage.all(limit).map(actionOf)),
  };
}

import type { DatabaseSync } from "node:sqlite";
import { causeText } from "../../../core/problems/assayError.ts";
import type { Sighting, StandingState, Suspension } from "../../../flow/standing.ts";
import type { OperatorAction } from "../../../flow/store.ts";
import { isDamage } from "../failure.ts";
import { strikeOf } from "./miners.ts";
import { read, write } from "./operation.ts";
import { integer, oneOf, type Row, real, text, Unreadable } from "./rows.ts";
import { suspender } from "./suspend.ts";

const kinds = ["strike", "unreachable", "operator"] as const;
const actions = ["suspend", "release"] as const;

export function sightingOf(row: Row): Sighting {
  return {
    hotkey: text(row, "hotkey"),
    firstSeen: integer(row, "first_seen"),
    lastSeen: integer(row, "last_seen"),
  };
}

export function suspensionOf(row: Row): Suspension {
  return {
    hotkey: text(row, "hotkey"),
    kind: oneOf(row, "kind", kinds),
    untilBlock: integer(row, "until_block"),
    reason: text(row, "reason"),
    by: text(row, "by"),
    at: real(row, "at"),
  };
}

function actionOf(row: Row): OperatorAction {
  return {
    action: oneOf(row, "action", actions),
    hotkey: text(row, "hotkey"),
    reason: text(row, "reason"),
    at: real(row, "at"),
  };
}

function struckOf(row: Row): StandingState["strikes"][number] {
  const { hotkey, block, counted } = strikeOf(row);
  return { hotkey, block, counted };
}

export function standingOperations(db: DatabaseSync) {
  const sightings = db.prepare("SELECT hotkey, first_seen, last_seen FROM miners ORDER BY hotkey");
  const suspensions = db.prepare("SELECT * FROM suspensions ORDER BY hotkey, kind");
  const strikes = db.prepare("SELECT * FROM strikes ORDER BY id");
  const logAction = db.prepare(
    "INSERT INTO operator_actions (action, hotkey, reason, at) VALUES (?, ?, ?, ?)",
  );
  const actionPage = db.prepare("SELECT * FROM operator_actions ORDER BY id DESC LIMIT ?");
  const releaseAll = db.prepare("DELETE FROM suspensions WHERE hotkey = ?");
  const releaseReach = db.prepare("DELETE FROM suspensions WHERE hotkey = ? AND kind = 'unreachable'");
  const dropEnded = db.prepare("DELETE FROM suspensions WHERE until_block <= ?");
  const dropMiner = db.prepare("DELETE FROM miners WHERE hotkey = ?");
  const dropStrikes = db.prepare("DELETE FROM strikes WHERE hotkey = ?");
  const put = suspender(db);

  return {
    standingState: read((): StandingState => {
      try {
        return {
          sightings: sightings.all().map(sightingOf),
          suspensions: suspensions.all().map(suspensionOf),
          strikes: strikes.all().map(struckOf),
        };
      } catch (error) {
        throw isDamage(error) ? new Unreadable(causeText(error)) : error;
      }
    }),
    suspend: write((suspension: Suspension): void => {
      const { hotkey, reason, at } = suspension;
      put(suspension);
      if (suspension.kind === "operator") logAction.run("suspend", hotkey, reason, at);
    }),
    /** An operator lifts every kind. Without an operator only `unreachable` is lifted. */
    release: write((hotkey: string, action: OperatorAction | null): number => {
      const removed = Number((action === null ? releaseReach : releaseAll).run(hotkey).changes);
      if (action !== null && removed > 0) logAction.run("release", hotkey, action.reason, action.at);
      return removed;
    }),
    /** Drops the hotkeys that judge drops; a suspension stays until it ends or is lifted. */
    dropMiners: write((hotkeys: readonly string[]): void => {
      for (const hotkey of hotkeys) {
        dropMiner.run(hotkey);
        dropStrikes.run(hotkey);
      }
    }),
    dropEndedSuspensions: write((block: number): void => {
      dropEnded.run(block);
    }),
    operatorActions: read((limit: number): OperatorAction[] => actionPage.all(limit).map(actionOf)),
  };
}

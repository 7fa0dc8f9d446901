import type { Remembered, Sighting, StandingState, Suspension } from "../../flow/standing.ts";
import type { StrikeMark } from "../../flow/standingChanges.ts";
import type { OperatorAction } from "../../flow/store.ts";
import { flag, integer, oneOf, type Row, real, text } from "./rows.ts";

const kinds = ["strike", "unreachable", "operator"] as const;
const actions = ["suspend", "release"] as const;

export function strikeMarkOf(row: Row): StrikeMark {
  return { strikeId: text(row, "strike_id"), hotkey: text(row, "hotkey"), block: integer(row, "block") };
}

export function sightingOf(row: Row): Sighting {
  return {
    hotkey: text(row, "hotkey"),
    firstSeen: integer(row, "first_seen"),
    lastSeen: integer(row, "last_seen"),
  };
}

export function rememberedOf(row: Row): Remembered {
  return { ...sightingOf(row), delivered: flag(row, "delivered") };
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

/** The place of a suspension in the order of a start. */
export type SuspensionKey = Pick<Suspension, "hotkey"> & { readonly kind: string };

export type SuspensionPage = { readonly suspension: Suspension; readonly sighting: Remembered | null }[];

export function suspendedOf(row: Row): SuspensionPage[number] {
  const isSeen = row.first_seen !== null || row.last_seen !== null;
  return { suspension: suspensionOf(row), sighting: isSeen ? rememberedOf(row) : null };
}

export function actionOf(row: Row): OperatorAction {
  return {
    action: oneOf(row, "action", actions),
    hotkey: text(row, "hotkey"),
    reason: text(row, "reason"),
    at: real(row, "at"),
  };
}

export function struckOf(row: Row): StandingState["strikes"][number] {
  return { hotkey: text(row, "hotkey"), block: integer(row, "block"), counted: flag(row, "counted") };
}

/** Strikes as they cross threads: block and 1 if counted, else 0, in turn. */
export function flatStrikes(rows: readonly Row[]): number[] {
  return rows.map(struckOf).flatMap(({ block, counted }) => [block, counted ? 1 : 0]);
}

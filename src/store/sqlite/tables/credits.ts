import type { DatabaseSync } from "node:sqlite";
import type { Credit } from "../../../flow/weights.ts";
import { real, text } from "../../records/rows.ts";
import { scan } from "./operation.ts";

/** Rows per step: about 2 ms, the longest that a group of writes waits for a step. */
const STEP_ROWS = 2048;

/** `snapshot` is a connection of its own: its cursor keeps one view of the store while writes go on. */
export function creditOperations(snapshot: DatabaseSync) {
  const solves = snapshot.prepare(
    "SELECT lane, hotkey, weight FROM solves WHERE received_at > ? AND forfeited = 0",
  );
  return {
    credits: scan(function* (since: number): Generator<undefined, Credit[]> {
      const lanes = new Map<string, Map<string, number>>();
      let rows = 0;
      for (const row of solves.iterate(since)) {
        const lane = text(row, "lane");
        const hotkey = text(row, "hotkey");
        const sums = lanes.get(lane) ?? new Map<string, number>();
        lanes.set(lane, sums.set(hotkey, (sums.get(hotkey) ?? 0) + real(row, "weight")));
        if (++rows % STEP_ROWS === 0) yield;
      }
      return [...lanes]
        .sort(byName)
        .flatMap(([lane, sums]) =>
          [...sums].sort(byName).map(([hotkey, weight]) => ({ lane, hotkey, weight })),
        );
    }),
  };
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

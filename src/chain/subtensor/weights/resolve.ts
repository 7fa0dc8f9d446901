import type { UidWeight } from "../../../flow/chain.ts";
import type { WeightPlan } from "../../../flow/weightPlan.ts";
import { maxUpscale } from "../codec/maxUpscale.ts";
import type { Neuron } from "../node.ts";

export interface ResolvedWeights {
  readonly kind: "weights";
  readonly uids: readonly number[];
  /** Who holds each of `uids`. */
  readonly hotkeys: readonly string[];
  readonly values: readonly number[];
  /** Rows whose hotkey is not registered. */
  readonly leftOut: readonly UidWeight[];
  /** The burn's share stays with the validator, since its hotkey is not registered. */
  readonly isWithheld: boolean;
}

export type Resolved =
  | ResolvedWeights
  /** No miner of the rows is registered: nothing is sent, a burn's share alone neither. */
  | { readonly kind: "nothing" }
  | { readonly kind: "burn_absent"; readonly hotkey: string };

/** What becomes of weights whose burn hotkey is not registered. */
export type BurnAbsent = "skip" | "own";

export interface ResolveOptions {
  readonly ownHotkey: string;
  readonly absent: BurnAbsent;
}

/**
 * The uids that the hotkeys of a plan hold in a metagraph. A hotkey that moved gets its weight at its new uid; one that is gone gets none,
 * and nobody gets it in its place: the chain scales up what is left, as it does for every vector. Only the burn's share is not left out.
 */
export function resolveRows(
  { rows, burn_hotkey: burn }: Pick<WeightPlan, "rows" | "burn_hotkey">,
  neurons: readonly Neuron[],
  { ownHotkey, absent }: ResolveOptions,
): Resolved {
  const uids = new Map(neurons.map(({ hotkey, uid }) => [hotkey, uid]));
  const isBurnGone = burn !== null && !uids.has(burn);
  if (isBurnGone && (absent === "skip" || !uids.has(ownHotkey))) return { kind: "burn_absent", hotkey: burn };
  const weights = new Map<string, number>();
  const leftOut: UidWeight[] = [];
  for (const row of rows) {
    const hotkey = isBurnGone && row.hotkey === burn ? ownHotkey : row.hotkey;
    if (uids.has(hotkey)) weights.set(hotkey, (weights.get(hotkey) ?? 0) + row.u16);
    else leftOut.push(row);
  }
  // Where the whole weight is burnt the burn's row was alone from the start.
  const isBurnAlone = burn !== null && rows.length > 1 && leftOut.length === rows.length - 1;
  if (isBurnAlone) return { kind: "nothing" };
  return scaled(weights, uids, { leftOut, isWithheld: isBurnGone });
}

function scaled(
  weights: ReadonlyMap<string, number>,
  uids: ReadonlyMap<string, number>,
  rest: Pick<ResolvedWeights, "leftOut" | "isWithheld">,
): Resolved {
  const rows = [...weights]
    .map(([hotkey, u16]) => ({ hotkey, u16, uid: uids.get(hotkey) ?? 0 }))
    .filter(({ u16 }) => u16 > 0)
    .sort((a, b) => a.uid - b.uid);
  if (rows.length === 0) return { kind: "nothing" };
  return { kind: "weights", ...maxUpscale(rows), hotkeys: rows.map(({ hotkey }) => hotkey), ...rest };
}

const NAMED_MAX = 8;

/** Which uids of what was sent have another hotkey by now; null for none. */
export function changedText(
  { uids, hotkeys }: Pick<WeightPlan, "uids" | "hotkeys">,
  { neurons }: { readonly neurons: readonly Neuron[] },
): string | null {
  const holders = new Map(neurons.map(({ uid, hotkey }) => [uid, hotkey]));
  const changed = uids.filter((uid, i) => holders.get(uid) !== hotkeys[i]);
  if (changed.length === 0) return null;
  const which = `uid ${changed.slice(0, NAMED_MAX).join(", ")}${changed.length > NAMED_MAX ? ", ..." : ""}`;
  return `${which}: another hotkey, or none, since the commit`;
}

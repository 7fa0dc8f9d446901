import { regionOf } from "../core/address.ts";
import type { ChainMiner } from "../flow/chain.ts";
import type { WeightRow } from "../flow/weights.ts";
import { capRegions, regionLimit, upscale, type Weights } from "./rules.ts";

export interface Burn {
  /** Share of all weight that goes to `uid`, 0 for none. */
  readonly share: number;
  readonly uid: number | null;
}

/** Drops hotkeys that are not on the chain and caps each region; with `miners` null anyone may take part, and nothing is capped. */
export function placeOnChain(
  weights: Weights,
  miners: readonly ChainMiner[] | null,
  regionCap: number,
): Weights {
  if (miners === null) return weights;
  const byHotkey = new Map(miners.map((miner) => [miner.hotkey, miner]));
  const registered = new Map([...weights].filter(([hotkey]) => byHotkey.has(hotkey)));
  const limit = regionLimit(regionCap, miners.length);
  return capRegions(registered, (hotkey) => regionOf(byHotkey.get(hotkey)?.ip ?? ""), limit);
}

type Share = Omit<WeightRow, "u16">;

/** Gives the burn uid its share. Nothing is burnt when nobody earned. */
function withBurn(shares: readonly Share[], burn: Burn, miners: readonly ChainMiner[] | null): Share[] {
  const { share, uid } = burn;
  if (shares.length === 0 || uid === null || share <= 0) return [...shares];
  const kept = shares.map((row) => ({ ...row, weight: row.weight * (1 - share) }));
  const own = kept.find((row) => row.uid === uid);
  const hotkey = miners?.find((miner) => miner.uid === uid)?.hotkey ?? null;
  const rest = kept.filter((row) => row !== own && row.weight > 0);
  return [...rest, { hotkey, uid, weight: share + (own?.weight ?? 0) }];
}

/** Rows of a vector, ordered by hotkey, the burn's last. */
export function rowsOf(weights: Weights, burn: Burn, miners: readonly ChainMiner[] | null): WeightRow[] {
  const uids = new Map(miners?.map((miner) => [miner.hotkey, miner.uid]));
  const earned = [...weights]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([hotkey, weight]) => ({ hotkey, uid: uids.get(hotkey) ?? null, weight }));
  const shares = withBurn(earned, burn, miners);
  const scaled = upscale(shares.map((row) => row.weight));
  return shares.map((row, i) => ({ ...row, u16: scaled[i] ?? 0 }));
}

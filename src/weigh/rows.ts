import { regionOf } from "../core/address.ts";
import type { ChainMiner } from "../flow/chain.ts";
import type { WeightRow } from "../flow/weights.ts";
import type { BurnTarget } from "./burn.ts";
import { capRegions } from "./regions.ts";
import { upscale, type Weights } from "./rules.ts";

/** Drops hotkeys that are not on the chain and caps each region; with `miners` null anyone may take part, and nothing is capped. */
export function placeOnChain(
  weights: Weights,
  miners: readonly ChainMiner[] | null,
  regionCap: number,
): Weights {
  if (miners === null) return weights;
  const byHotkey = new Map(miners.map((miner) => [miner.hotkey, miner]));
  const registered = new Map([...weights].filter(([hotkey]) => byHotkey.has(hotkey)));
  return capRegions(registered, (hotkey) => regionOf(byHotkey.get(hotkey)?.ip ?? ""), regionCap);
}

type Share = Omit<WeightRow, "u16">;

/**
 * Gives the burn's hotkey its share, beside what it earned. Nothing is burnt when nobody earned. A share that has nobody to go to
 * keeps its row, which has neither hotkey nor uid: it is never spread over the miners.
 */
function withBurn(shares: readonly Share[], burn: BurnTarget): readonly Share[] {
  if (burn.kind === "none" || shares.length === 0) return shares;
  const { share } = burn;
  const { hotkey, uid } = burn.kind === "absent" ? { hotkey: null, uid: null } : burn;
  const kept = shares.map((row) => ({ ...row, weight: row.weight * (1 - share) }));
  const own = kept.find((row) => row.hotkey === hotkey);
  const rest = kept.filter((row) => row !== own && row.weight > 0);
  return [...rest, { hotkey, uid, weight: share + (own?.weight ?? 0) }];
}

/** Rows of a vector, ordered by hotkey, the burn's last. */
export function rowsOf(
  weights: Weights,
  burn: BurnTarget,
  miners: readonly ChainMiner[] | null,
): WeightRow[] {
  const uids = new Map(miners?.map((miner) => [miner.hotkey, miner.uid]));
  const earned = [...weights]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([hotkey, weight]) => ({ hotkey, uid: uids.get(hotkey) ?? null, weight }));
  const shares = withBurn(earned, burn);
  const scaled = upscale(shares.map((row) => row.weight));
  return shares.map((row, i) => ({ ...row, u16: scaled[i] ?? 0 }));
}

import type { Credit } from "../flow/weights.ts";

/** Weight by hotkey; sums to 1, or is empty when nobody earned. */
export type Weights = ReadonlyMap<string, number>;

/** The weighing period of a height: `floor(block / (tempo * everyTempos))`. */
export function periodAt(block: number, tempo: number, everyTempos: number): number {
  return Math.floor(block / (tempo * everyTempos));
}

/** Scales to a sum of 1 and drops weights of 0. */
function normalised(weights: Iterable<readonly [string, number]>): Map<string, number> {
  // A fixed order makes the float sum, and so the signed vector, reproducible.
  const earning = [...weights].filter(([, weight]) => weight > 0).sort(([a], [b]) => (a < b ? -1 : 1));
  const sum = earning.reduce((total, [, weight]) => total + weight, 0);
  return new Map(earning.map(([hotkey, weight]) => [hotkey, weight / sum]));
}

function addTo(weights: Map<string, number>, hotkey: string, weight: number): void {
  weights.set(hotkey, (weights.get(hotkey) ?? 0) + weight);
}

/**
 * One weight per hotkey: each lane's share is divided by credit among the hotkeys that may earn; the share of a lane in
 * which nobody earned goes to the others.
 */
export function combine(
  credits: readonly Credit[],
  shares: Readonly<Record<string, number>>,
  mayEarn: (hotkey: string) => boolean,
): Weights {
  const lanes = new Map<string, Map<string, number>>();
  for (const { lane, hotkey, weight } of credits) {
    if (!(weight > 0) || !Number.isFinite(weight) || !mayEarn(hotkey)) continue;
    const credited = lanes.get(lane) ?? new Map<string, number>();
    addTo(credited, hotkey, weight);
    lanes.set(lane, credited);
  }
  const combined = new Map<string, number>();
  for (const [lane, share] of Object.entries(shares).sort(([a], [b]) => (a < b ? -1 : 1))) {
    for (const [hotkey, weight] of normalised(lanes.get(lane) ?? [])) {
      addTo(combined, hotkey, weight * share);
    }
  }
  return normalised(combined);
}

/** Miners of one region that may have weight: `floor(share * uids)`, exact where the float product is slightly too low. */
export function regionLimit(share: number, uids: number): number {
  return Math.floor(share * uids + 1e-9);
}

/**
 * Keeps the weight of the `limit` heaviest hotkeys per region (ties: first by name); the weight of the others is divided
 * among all. A limit of 0 caps nothing, and hotkeys without a region are not capped.
 */
export function capRegions(
  weights: Weights,
  regionByHotkey: (hotkey: string) => string | null,
  limit: number,
): Weights {
  if (limit === 0) return normalised(weights);
  const taken = new Map<string, number>();
  const heaviestFirst = [...weights].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const kept = heaviestFirst.filter(([hotkey]) => {
    const region = regionByHotkey(hotkey);
    if (region === null) return true;
    const count = (taken.get(region) ?? 0) + 1;
    taken.set(region, count);
    return count <= limit;
  });
  return normalised(kept);
}

/** Max-upscaled to 65,535, as the chain normalises; all zero when all weights are. */
export function upscale(weights: readonly number[]): number[] {
  const most = weights.reduce((max, weight) => Math.max(max, weight), 0);
  return weights.map((weight) => (most > 0 ? Math.round((weight * 65_535) / most) : 0));
}

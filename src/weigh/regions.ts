import { normalised, type Weights } from "./rules.ts";

interface Region {
  readonly name: string;
  readonly weight: number;
}

/** The heaviest first (ties: first by name), so that every validator sums and cuts in one order. */
function regionsIn(weights: Weights, regionByHotkey: (hotkey: string) => string | null): Region[] {
  const totals = new Map<string, number>();
  for (const [hotkey, weight] of weights) {
    const name = regionByHotkey(hotkey);
    if (name !== null) totals.set(name, (totals.get(name) ?? 0) + weight);
  }
  return [...totals]
    .map(([name, weight]) => ({ name, weight }))
    .sort((a, b) => b.weight - a.weight || (a.name < b.name ? -1 : 1));
}

/**
 * What the weights of each region are multiplied by: down to the cap, or up by one factor for all that stay below it. Being raised can
 * bring a region to the cap; so they are cut from the heaviest on.
 */
function factorsOf(regions: readonly Region[], share: number): ReadonlyMap<string, number> {
  // Sums from the lightest on, since differences of large ones would lose the small ones.
  const rest: number[] = [];
  for (const { weight } of regions.toReversed()) rest.unshift(weight + (rest[0] ?? 0));
  const total = rest[0] ?? 0;
  const cap = Math.max(share, total / regions.length);
  const raiseFrom = (i: number): number => (total - i * cap) / (rest[i] ?? 1);
  let cut = 0;
  while (cut < regions.length && (regions[cut]?.weight ?? 0) * raiseFrom(cut) > cap) cut++;
  const raise = raiseFrom(cut);
  return new Map(regions.map(({ name, weight }, i) => [name, i < cut ? cap / weight : raise]));
}

/**
 * Scales each region with more than `share` of all weight down to it, all its hotkeys alike: nobody's weight becomes 0, and the order
 * within a region stays. The other regions receive what was cut, in proportion to their weight. Hotkeys without a region neither
 * lose nor gain. Where there are too few regions to keep to the cap, it is raised to what they can keep to: equal shares. A share of 0
 * caps nothing.
 */
export function capRegions(
  weights: Weights,
  regionByHotkey: (hotkey: string) => string | null,
  share: number,
): Weights {
  const all = normalised(weights);
  if (share === 0) return all;
  const factors = factorsOf(regionsIn(all, regionByHotkey), share);
  return normalised(
    [...all].map(([hotkey, weight]) => [hotkey, weight * (factors.get(regionByHotkey(hotkey) ?? "") ?? 1)]),
  );
}

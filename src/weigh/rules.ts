import type { Credit } from "../flow/weights.ts";

/** Weight by hotkey; sums to 1, or is empty when nobody earned. */
export type Weights = ReadonlyMap<string, number>;

/** From where periods of one length are counted. */
export interface PeriodCount {
  readonly from_block: number;
  /** The period that begins there. */
  readonly from_period: number;
  /** Blocks. */
  readonly length: number;
}

/** The weighing period of a height: `floor(block / length)` unless the length was ever another. */
export function periodAt(block: number, { from_block, from_period, length }: PeriodCount): number {
  return from_period + Math.floor((block - from_block) / length);
}

/**
 * The count from a height on at which periods have a length, perhaps a new one: then the period under way goes on with it, so that
 * no number comes twice. Counts from block 0 where nothing was counted yet, or where heights start anew.
 */
export function countFrom(known: PeriodCount | null, block: number, length: number): PeriodCount {
  if (known === null || block < known.from_block) return { from_block: 0, from_period: 0, length };
  if (known.length === length) return known;
  const period = periodAt(block, known);
  const begun = known.from_block + (period - known.from_period) * known.length;
  return { from_block: begun, from_period: period, length };
}

/** The least normal number. Smaller shares, which no real credits come near, would make the factors of a cap overflow. */
const LEAST = 2 ** -1022;

/** Scales to a sum of 1 and drops weights of 0, and what is nearly that. */
export function normalised(weights: Iterable<readonly [string, number]>): Map<string, number> {
  // A fixed order makes the float sum, and so the signed vector, reproducible.
  const earning = [...weights].filter(([, weight]) => weight > 0).sort(([a], [b]) => (a < b ? -1 : 1));
  const sum = earning.reduce((total, [, weight]) => total + weight, 0);
  return new Map(
    earning.map(([hotkey, weight]) => [hotkey, weight / sum] as const).filter(([, share]) => share >= LEAST),
  );
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

/**
 * Max-upscaled to 65,535, as the chain normalises; all zero when all weights are. Who has a weight has at least 1: beside a large
 * one, such as a burn, rounding would otherwise leave out miners that were paid.
 */
export function upscale(weights: readonly number[]): number[] {
  const most = weights.reduce((max, weight) => Math.max(max, weight), 0);
  return weights.map((weight) => (weight > 0 ? Math.max(1, Math.round((weight * 65_535) / most)) : 0));
}

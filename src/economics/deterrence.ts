/** What a validator sets. */
export interface Setting {
  /** Share of the jobs that is verified, 0..1. */
  readonly rate: number;
  /** Detections that suspend. */
  readonly strikes: number;
  readonly suspensionDays: number;
}

/** What a miner has to lose and to gain. Money is in any one unit, for example TAO. */
export interface Temptation {
  /** Share of its income that a suspension here takes, 0..1. */
  readonly share: number;
  readonly incomePerDay: number;
  /** Share of the income that is lost with it: 1 when costs go on, the profit margin when they stop. */
  readonly margin: number;
  /** What one cheat saves or earns. */
  readonly gain: number;
  /** Whether a detected cheat has gained as well (the harder case for the validator). */
  readonly keepsGain: boolean;
  /** What a day's income is worth a day earlier, 0..1; 1 for no impatience. */
  readonly discountPerDay: number;
  /** Price of a fresh identity; null when there is none to be had. */
  readonly identityCost: number | null;
  /** Days that a fresh identity earns nothing here. */
  readonly warmUpDays: number;
}

/** Days of income, each worth `discount` of the day before: T without impatience, 1 / (1 - discount) for ever. */
export function discountedDays(days: number, discount: number): number {
  return discount === 1 ? days : -Math.expm1(days * Math.log(discount)) / (1 - discount);
}

/** What a suspension of this many days costs a miner that waits for its end. */
export function suspensionLoss(miner: Temptation, days: number): number {
  return miner.share * miner.incomePerDay * miner.margin * discountedDays(days, miner.discountPerDay);
}

/** What it costs to come back under another identity: no suspension can cost more. Infinite when that is impossible. */
export function identityCap(miner: Temptation): number {
  if (miner.identityCost === null) return Number.POSITIVE_INFINITY;
  return miner.identityCost + suspensionLoss(miner, miner.warmUpDays);
}

/** What a suspension costs. */
export function lossIfSuspended(setting: Setting, miner: Temptation): number {
  return Math.min(suspensionLoss(miner, setting.suspensionDays), identityCap(miner));
}

/** Expected cost of one cheat. Strikes that lapse make it smaller still. */
export function penaltyPerCheat(setting: Setting, miner: Temptation): number {
  return (setting.rate * lossIfSuspended(setting, miner)) / setting.strikes;
}

/** Expected gain of one cheat. */
export function gainPerCheat(setting: Setting, miner: Temptation): number {
  return miner.keepsGain ? miner.gain : (1 - setting.rate) * miner.gain;
}

/** Expected cost over expected gain: above 1 a cheat loses. Infinite when there is nothing to gain. */
export function deterrence(setting: Setting, miner: Temptation): number {
  const gain = gainPerCheat(setting, miner);
  return gain === 0 ? Number.POSITIVE_INFINITY : penaltyPerCheat(setting, miner) / gain;
}

/** The gain at which a cheat costs `factor` times what it brings. */
export function breakEvenGain(setting: Setting, miner: Temptation, factor = 1): number {
  return penaltyPerCheat(setting, miner) / (factor * (miner.keepsGain ? 1 : 1 - setting.rate));
}

/** The rate at which a cheat costs `factor` times what it brings; above 1 when none does. */
export function breakEvenRate(setting: Setting, miner: Temptation, factor = 1): number {
  const loss = lossIfSuspended(setting, miner) / setting.strikes;
  const gain = factor * miner.gain;
  return miner.keepsGain ? gain / loss : gain / (gain + loss);
}

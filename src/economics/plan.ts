import { concentration, renormalised } from "./concentration.ts";
import { cheatsDetected, fullTimeCheat, meanCheats, quantileOfCheats } from "./detection.ts";
import {
  breakEvenGain,
  breakEvenRate,
  deterrence,
  gainPerCheat,
  identityCap,
  lossIfSuspended,
  penaltyPerCheat,
  type Setting,
  suspensionLoss,
  type Temptation,
} from "./deterrence.ts";
import { gainReadings } from "./gains.ts";
import { losses } from "./losses.ts";
import { recommend } from "./recommend.ts";
import { cheatsToStrikes, meanCheatsToStrikes } from "./strikes.ts";
import { trickleOf } from "./trickle.ts";
import { lossOfStake } from "./validators.ts";
import { decisive, verdictTable } from "./verdict.ts";

/** A setting as it is written: suspensions in tempos, windows in blocks. */
export interface PlannedSetting {
  readonly rate: number;
  readonly strikes: number;
  readonly windowBlocks: number;
  readonly suspensionTempos: number;
}

export interface PlanInputs {
  readonly setting: PlannedSetting;
  readonly before: PlannedSetting | null;
  /** Shares of the stake, 0..1, and which of them is ours, from 0. */
  readonly shares: readonly number[];
  readonly ours: number;
  /** The rate at which the other validators sample. */
  readonly othersRate: number;
  readonly incomePerDay: number;
  readonly gain: number;
  readonly keepsGain: boolean;
  readonly margin: number;
  readonly margins: readonly number[];
  readonly jobsPerTempo: number;
  readonly tempoBlocks: number;
  readonly blockSeconds: number;
  readonly discountPerDay: number;
  readonly identityCost: number | null;
  readonly warmUpBlocks: number;
  readonly cheats: number;
  readonly factor: number;
}

const DAY = 86_400;

function timesOf({ tempoBlocks, blockSeconds, jobsPerTempo }: PlanInputs) {
  const tempoSeconds = tempoBlocks * blockSeconds;
  return {
    tempoSeconds,
    tempoDays: tempoSeconds / DAY,
    jobSeconds: tempoSeconds / jobsPerTempo,
    jobsPerDay: (jobsPerTempo * DAY) / tempoSeconds,
  };
}

function settingOf({ rate, strikes, suspensionTempos }: PlannedSetting, tempoDays: number): Setting {
  return { rate, strikes, suspensionDays: suspensionTempos * tempoDays };
}

function minerOf(inputs: PlanInputs): Temptation {
  const { incomePerDay, margin, gain, keepsGain, discountPerDay, identityCost } = inputs;
  const share = lossOfStake(inputs.shares[inputs.ours] ?? 0);
  const warmUpDays = (inputs.warmUpBlocks * inputs.blockSeconds) / DAY;
  return { share, incomePerDay, margin, gain, keepsGain, discountPerDay, identityCost, warmUpDays };
}

function summary(inputs: PlanInputs, planned: PlannedSetting) {
  const { tempoSeconds, tempoDays, jobSeconds } = timesOf(inputs);
  const [setting, miner] = [settingOf(planned, tempoDays), minerOf(inputs)];
  const { rate, strikes } = setting;
  const suspensionSeconds = planned.suspensionTempos * tempoSeconds;
  const cheat = fullTimeCheat({ rate, strikes, jobSeconds, suspensionSeconds });
  return {
    rate,
    strikes,
    suspension_days: setting.suspensionDays,
    mean_cheats_to_detection: meanCheats(rate),
    mean_cheats_to_suspension: meanCheatsToStrikes(rate, strikes),
    cheats_to_suspension_95: cheatsToStrikes(rate, strikes, 0.95),
    penalty_per_cheat: penaltyPerCheat(setting, miner),
    gain_per_cheat: gainPerCheat(setting, miner),
    ratio: finite(deterrence(setting, miner)),
    full_time: { seconds_to_suspension: cheat.seconds, duty_cycle: cheat.dutyCycle },
    window: trickleOf(planned),
  };
}

/**
 * How much more a cheat costs now, and by which change. Gain, income, margin and stake cancel, unless an identity caps the loss. A
 * factor is null where a cheat cost nothing before.
 */
function improvementOf(inputs: PlanInputs, before: PlannedSetting) {
  const { tempoDays } = timesOf(inputs);
  const [now, then] = [settingOf(inputs.setting, tempoDays), settingOf(before, tempoDays)];
  const miner = minerOf(inputs);
  return {
    total: finite(penaltyPerCheat(now, miner) / penaltyPerCheat(then, miner)),
    rate: now.rate / then.rate,
    suspension: finite(lossIfSuspended(now, miner) / lossIfSuspended(then, miner)),
    strikes: then.strikes / now.strikes,
  };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** What a fresh identity does to the loss: the cap, or the price below which there would be one. */
function identityOf(setting: Setting, miner: Temptation) {
  const full = suspensionLoss(miner, setting.suspensionDays);
  const cap = identityCap(miner);
  const enough = Math.max(0, full - suspensionLoss(miner, miner.warmUpDays));
  return { cap: finite(cap), binds: cap < full, cost_that_never_binds: enough };
}

function concentrationOf(shares: readonly number[]) {
  const [plain, listed] = [concentration(shares), renormalised(shares)];
  return {
    hhi: plain.hhi,
    effective_n: plain.effective,
    hhi_renormalised: listed.hhi,
    effective_n_renormalised: listed.effective,
  };
}

function detectionOf(rate: number) {
  const levels = [0.5, 0.9, 0.95, 0.99];
  return {
    mean_cheats_to_detection: meanCheats(rate),
    quantiles: Object.fromEntries(levels.map((q) => [q, quantileOfCheats(rate, q)])),
    quantiles_whole: Object.fromEntries(levels.map((q) => [q, cheatsDetected(rate, q)])),
  };
}

function breakEvens(setting: Setting, miner: Temptation, factor: number) {
  const rate = breakEvenRate(setting, miner);
  return {
    break_even_gain: finite(breakEvenGain(setting, miner)),
    break_even_gain_at_factor: finite(breakEvenGain(setting, miner, factor)),
    break_even_rate: rate <= 1 ? rate : null,
    ratio_if_gain_kept: finite(deterrence(setting, { ...miner, keepsGain: true })),
    ratio_if_gain_lost: finite(deterrence(setting, { ...miner, keepsGain: false })),
    ratio_if_all_income_lost: finite(deterrence(setting, { ...miner, share: 1 })),
  };
}

/** The complete plan for the inputs, as one document. Pure: the same inputs give the same document. */
export function plan(inputs: PlanInputs) {
  const times = timesOf(inputs);
  const [setting, miner] = [settingOf(inputs.setting, times.tempoDays), minerOf(inputs)];
  const { incomePerDay, gain, margin } = miner;
  const share = inputs.shares[inputs.ours] ?? 0;
  const readings = gainReadings({ share, incomePerDay, jobsPerDay: times.jobsPerDay, stated: gain });
  const cells = verdictTable(setting, miner, readings, inputs.margins);
  const temptations = cells.filter((cell) => cell.gain > 0).map((cell) => ({ ...miner, ...cell }));
  const lost = losses(inputs, setting.rate);
  const improvement = inputs.before === null ? null : improvementOf(inputs, inputs.before);
  return {
    ...concentrationOf(inputs.shares),
    ...detectionOf(setting.rate),
    ...summary(inputs, inputs.setting),
    ...breakEvens(setting, miner, inputs.factor),
    gain,
    margin,
    identity: identityOf(setting, miner),
    loss: lost.at,
    losses: lost.table,
    before: inputs.before === null ? null : summary(inputs, inputs.before),
    improvement: improvement?.total ?? null,
    improvement_by: improvement,
    verdict: cells,
    decisive: decisive(cells, { gain, margin }),
    recommendation: {
      factor: inputs.factor,
      stated: recommend(setting, [miner], inputs.factor, times.tempoDays),
      every_row: recommend(setting, temptations, inputs.factor, times.tempoDays),
    },
  };
}

export type Plan = ReturnType<typeof plan>;

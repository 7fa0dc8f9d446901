import { concentration } from "./concentration.ts";
import { breakEvenGain, type Setting, type Temptation } from "./deterrence.ts";
import { gainReadings } from "./gains.ts";
import {
  type Listed,
  minersEmissions,
  statesPermits,
  type ValidatorStake,
  validatorStakes,
} from "./stakes.ts";
import { lossOfStake } from "./validators.ts";
import { type VerdictCell, verdictTable } from "./verdict.ts";
import { median } from "./volume.ts";

/** How one lane is verified. */
export interface LaneRule {
  readonly lane: string;
  readonly rate: number;
  readonly penalty: "reject" | "strike";
}

export interface LiveInputs {
  /** Every registered hotkey; null where nobody registers. */
  readonly neurons: readonly Listed[] | null;
  /** The validator's hotkey. */
  readonly validator: string;
  readonly lanes: readonly LaneRule[];
  readonly strikes: number;
  readonly suspensionTempos: number;
  readonly tempoBlocks: number;
  readonly blockSeconds: number;
  /** Accepted answers of a typical miner; null while unknown. */
  readonly jobsPerTempo: number | null;
}

/** Whether a cheat in a lane loses: in every cell of the table in which it gains anything, in none, or depending on its gain. */
export interface LaneVerdict {
  readonly lane: string;
  readonly verdict: "loses" | "pays" | "depends";
  /** A cheat that gains less loses; in days of a miner's income. Null when no cheat gains anything. */
  readonly break_even_gain: number | null;
  readonly cells: readonly VerdictCell[];
}

export interface LiveEconomics {
  readonly stake: number;
  readonly validators_total: number;
  /** The largest. */
  readonly validators: readonly ValidatorStake[];
  readonly hhi: number;
  readonly effective_n: number;
  readonly ours: (ValidatorStake & { readonly rank: number }) | null;
  /** What a typical miner earns per day from all validators, in the unit of the stake. */
  readonly income_per_day: number | null;
  readonly jobs_per_tempo: number | null;
  readonly verdicts: readonly LaneVerdict[];
  /** What is not known, and what follows from that. */
  readonly missing: readonly string[];
}

/** The most validators that are listed. */
export const LISTED_MOST = 64;
/** The harder margins lie between these. */
const MARGINS = [1, 0.1];
/** The stated gain: 0.5 % of a day's income, as `assay plan` assumes. */
const STATED_GAIN = 0.005;
const DAY = 86_400;

const tempoDays = ({ tempoBlocks, blockSeconds }: LiveInputs): number => (tempoBlocks * blockSeconds) / DAY;

/** A day's income is the unit, since every gain of the table is a part of it. */
function temptation(share: number, penalty: LaneRule["penalty"]): Temptation {
  return {
    ...{ share: lossOfStake(share), incomePerDay: 1, margin: 1, gain: STATED_GAIN },
    // A rejected answer earns nothing; a strike comes after others were paid.
    keepsGain: penalty === "strike",
    ...{ discountPerDay: 1, identityCost: null, warmUpDays: 0 },
  };
}

function verdictOf(inputs: LiveInputs, share: number, { lane, rate, penalty }: LaneRule): LaneVerdict {
  const days = tempoDays(inputs);
  const suspensionDays = penalty === "strike" ? inputs.suspensionTempos * days : 0;
  const setting: Setting = { rate, strikes: inputs.strikes, suspensionDays };
  const miner = temptation(share, penalty);
  const jobsPerDay = inputs.jobsPerTempo === null ? null : inputs.jobsPerTempo / days;
  const readings = gainReadings({ share: miner.share, incomePerDay: 1, jobsPerDay, stated: STATED_GAIN });
  const cells = verdictTable(setting, miner, readings, MARGINS);
  const turn = breakEvenGain(setting, miner);
  const gaining = cells.filter(({ ratio }) => ratio !== null);
  const losing = gaining.filter(({ loses }) => loses).length;
  const verdict = losing === gaining.length ? "loses" : losing === 0 ? "pays" : "depends";
  return { lane, verdict, break_even_gain: Number.isFinite(turn) ? turn : null, cells };
}

function missingOf(inputs: LiveInputs, found: Pick<LiveEconomics, "ours" | "income_per_day">): string[] {
  const told = [
    statesPermits(inputs.neurons ?? [])
      ? null
      : "the chain states no permits, so every hotkey with a stake counts as a validator",
    found.ours === null
      ? "this validator's hotkey is not among the validators with a stake, so there is no verdict"
      : null,
    found.income_per_day === null
      ? "the chain does not state what miners earn; gains are in days of a miner's income all the same"
      : null,
    inputs.jobsPerTempo === null
      ? "no miner has delivered within the last tempo, so what one job pays is not known"
      : null,
  ];
  return told.filter((text) => text !== null);
}

/** Stakes, concentration and the verdict of the deterrence plan on a chain's own numbers; null where it states no stakes. */
export function liveEconomics(inputs: LiveInputs): LiveEconomics | null {
  const validators = validatorStakes(inputs.neurons ?? []);
  if (validators.length === 0) return null;
  const at = validators.findIndex(({ hotkey }) => hotkey === inputs.validator);
  const own = validators[at];
  const ours = own === undefined ? null : { ...own, rank: at + 1 };
  const emission = median(minersEmissions(inputs.neurons ?? []));
  const income_per_day = emission === null ? null : emission / tempoDays(inputs);
  const { hhi, effective } = concentration(validators.map(({ share }) => share));
  return {
    stake: validators.reduce((sum, { stake }) => sum + stake, 0),
    validators_total: validators.length,
    validators: validators.slice(0, LISTED_MOST),
    // Shares are rounded, so that the sum of their squares can exceed 1.
    hhi: Math.min(1, hhi),
    effective_n: Math.max(1, effective),
    ours,
    income_per_day,
    jobs_per_tempo: inputs.jobsPerTempo,
    verdicts: own === undefined ? [] : inputs.lanes.map((lane) => verdictOf(inputs, own.share, lane)),
    missing: missingOf(inputs, { ours, income_per_day }),
  };
}

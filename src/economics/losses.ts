import { cheatsDetected, detectionProbability, meanCheats } from "./detection.ts";
import { seededUnit } from "./seededUnit.ts";
import {
  anyDetects,
  type Detector,
  enumeratedLoss,
  linearLoss,
  mostEnumerated,
  sampledLoss,
} from "./validators.ts";

/** A standard error below 0.2 %, in less than a second for 256 validators. */
const ROUNDS = 100_000;

/** What a number of cheats at each of the validators costs: shares of the miner's income, and probabilities. */
export interface LossRow {
  readonly cheats: number;
  readonly any_detects: number;
  readonly linear: number;
  readonly cliff: number;
  readonly cliff_probability: number;
  /** Standard error of `cliff`; 0 when all subsets of validators were counted. */
  readonly standard_error: number;
}

function rowOf(detectors: readonly Detector[], cheats: number): LossRow {
  const few = detectors.length <= mostEnumerated;
  const loss = few ? enumeratedLoss(detectors) : sampledLoss(detectors, ROUNDS, seededUnit(7));
  return {
    cheats,
    any_detects: anyDetects(detectors),
    linear: linearLoss(detectors),
    cliff: loss.expected,
    cliff_probability: loss.cliff,
    standard_error: loss.standardError,
  };
}

/** The row that was asked for, and a table from one cheat to those that are detected for almost certain. */
export function losses(
  of: {
    readonly shares: readonly number[];
    readonly ours: number;
    readonly othersRate: number;
    readonly cheats: number;
  },
  rate: number,
): { readonly at: LossRow; readonly table: readonly LossRow[] } {
  const row = (cheats: number): LossRow => {
    const detects = (i: number): number => detectionProbability(i === of.ours ? rate : of.othersRate, cheats);
    return rowOf(
      of.shares.map((share, i) => ({ share, detects: detects(i) })),
      cheats,
    );
  };
  const interesting = [1, 5, Math.ceil(meanCheats(rate)), cheatsDetected(rate, 0.9), of.cheats];
  const counts = [...new Set(interesting)].sort((a, b) => a - b);
  const table = counts.map(row);
  return { at: table.find(({ cheats }) => cheats === of.cheats) ?? row(of.cheats), table };
}

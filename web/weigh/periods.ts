import type { WeightPlanPage, WeightPlanSummary } from "../../src/http/handlers.ts";
import { read } from "../read/api.ts";
import type { Vector } from "../read/documents.ts";
import { ApiProblem } from "../read/problem.ts";
import * as resources from "../read/resources.ts";

/** Where the weights of a period are on their way. */
export interface PeriodRow {
  readonly period: number;
  readonly state: string;
  readonly reason: string | null;
  readonly attempts: number | null;
  readonly changed_at: number;
  /** The height at which each state was reached. */
  readonly blocks: Readonly<Record<string, number | undefined>>;
  readonly extrinsic: string | null;
}

/** On a chain that keeps no weights: this many vectors, since there is no list of them. */
const vectorsShown = 12;

/** Vectors of earlier versions have `epoch` alone. */
export const periodOf = ({ period, epoch }: Pick<Vector, "period" | "epoch">): number => period ?? epoch;

const rowOfPlan = ({
  period,
  state,
  reason,
  attempts,
  changed_at,
  blocks,
  extrinsic,
}: WeightPlanSummary) => ({
  ...{ period, state, reason, attempts, changed_at, blocks, extrinsic },
});

export const rowOfVector = (vector: Vector): PeriodRow => ({
  ...{ period: periodOf(vector), state: "signed", reason: null, attempts: null },
  ...{ changed_at: vector.issued_at, blocks: { signed: vector.block }, extrinsic: null },
});

/** Null where the period has no vector. */
export async function vectorOf(period: number | null, signal: AbortSignal): Promise<Vector | null> {
  try {
    return await read(resources.vectorOf(period), signal);
  } catch (error) {
    if (error instanceof ApiProblem && error.problem.code === "weights_not_found") return null;
    throw error;
  }
}

/** The last periods, the latest first: their plans, or on a chain that keeps no weights their vectors. */
export async function readPeriods(signal: AbortSignal): Promise<PeriodRow[]> {
  const { items }: WeightPlanPage = await read(resources.weightPlans(null), signal);
  if (items.length > 0) return items.map(rowOfPlan);
  const rows: PeriodRow[] = [];
  let vector = await vectorOf(null, signal);
  while (vector !== null) {
    rows.push(rowOfVector(vector));
    if (rows.length === vectorsShown) break;
    vector = await vectorOf(periodOf(vector) - 1, signal);
  }
  return rows;
}

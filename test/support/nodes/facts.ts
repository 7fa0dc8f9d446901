import type { DrawGroup, EpochRecord } from "../../../src/flow/draw.ts";
import type { OpenSample, SampledEnd } from "../../../src/flow/job.ts";
import type { StrikeRecord } from "../../../src/flow/strike.ts";
import type { AdmitOutcome, Decision, NewSubmission } from "../../../src/flow/submission.ts";
import { sampledJob } from "../../../src/store/records/openSample.ts";
import type { OperationName } from "../../../src/store/sqlite/tables/operations.ts";
import type { Effect, Told } from "./history.ts";
import type { FinishedRun } from "./run.ts";

/** A rule over a run: each text says how it was broken. */
export type Invariant = (run: FinishedRun) => string[];

// What a call was given and returned, by its operation.
export const submissionOf = ({ args }: Effect): NewSubmission => args[0] as NewSubmission;
export const decisionOf = ({ args }: Effect): Decision => args[0] as Decision;

export function told<K extends Told["kind"]>(
  { history }: FinishedRun,
  kind: K,
): Extract<Told, { kind: K }>[] {
  return history.told.filter((one): one is Extract<Told, { kind: K }> => one.kind === kind);
}

export function read<T>({ store }: FinishedRun, name: OperationName, ...args: readonly unknown[]): T {
  return store.run(name, args) as T;
}

/** Keys that occur more than once. */
export function repeated<T>(items: readonly T[], keyOf: (item: T) => string): string[] {
  const seen = new Map<string, number>();
  for (const item of items) seen.set(keyOf(item), (seen.get(keyOf(item)) ?? 0) + 1);
  return [...seen].filter(([, count]) => count > 1).map(([key, count]) => `${key}: ${count} times`);
}

export const admitted = ({ history }: FinishedRun): Effect[] =>
  history.of("admit").filter(({ result }) => (result as AdmitOutcome).kind === "admitted");

export const decided = ({ history }: FinishedRun): Effect[] =>
  history.of("decide").filter(({ result }) => result !== null);

export const samplesEnded = ({ history }: FinishedRun): SampledEnd[] =>
  history.of("endSamples").flatMap(({ args, result }) => {
    const ids = new Set(result as string[]);
    return (args[0] as SampledEnd[]).filter(({ jobId }) => ids.has(jobId));
  });

export const strikesRecorded = (run: FinishedRun): StrikeRecord[] =>
  [...decided(run).map(decisionOf), ...samplesEnded(run)].flatMap(({ strike }) => strike ?? []);

/** The sampled jobs of a record of draws. */
export const sampledIn = ({ args }: Effect): OpenSample[] =>
  (args[0] as DrawGroup[]).flatMap((group) =>
    group.rows.flatMap((row) => {
      const { epoch, lane } = group;
      const job = sampledJob(group, row);
      return job === null ? [] : { ...job, epoch, lane };
    }),
  );

export const placeOf = ({ jobId, hotkey }: Pick<OpenSample, "jobId" | "hotkey">): string =>
  `${jobId} of ${hotkey}`;

export function tally(samples: readonly Pick<OpenSample, "jobId" | "hotkey">[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const sample of samples) counts.set(placeOf(sample), (counts.get(placeOf(sample)) ?? 0) + 1);
  return counts;
}

/** When each epoch closed, in the order of effects. */
export function closings({ history }: FinishedRun): Map<number, Effect> {
  const closed = new Map<number, Effect>();
  for (const effect of history.of("closeEpoch")) {
    const record = effect.result as EpochRecord | null;
    if (record?.closed_at && !closed.has(record.epoch)) closed.set(record.epoch, effect);
  }
  return closed;
}

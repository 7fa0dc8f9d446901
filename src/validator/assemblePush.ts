import type { EpochCalendar } from "../core/epochs.ts";
import type { Metrics } from "../core/metrics.ts";
import { Dispatcher } from "../dispatch/dispatcher.ts";
import type { DispatcherOptions, DispatchModules } from "../dispatch/ports.ts";
import type { IntakeStop } from "../flow/intake.ts";
import type { AnsweredJob } from "../flow/job.ts";
import type { Conclusion } from "../flow/jobEnd.ts";
import type { PushLane } from "../flow/lane.ts";
import type { Pool } from "../flow/pool.ts";
import type { Store } from "../flow/store.ts";
import type { Verdict } from "../flow/verdict.ts";
import { JobConcluder, type JobConcluderModules } from "../judge/conclude/jobs.ts";
import type { UnreachableOutcome } from "../judge/unreachable.ts";
import { Canary } from "../verify/canary.ts";
import { ProofVerifier, type ProofVerifierOptions } from "../verify/proofs/proofVerifier.ts";
import type { SharedStages } from "./assembleStages.ts";
import { CANARY, QUEUED_MAX } from "./pushOptions.ts";
import type { StartModules } from "./startOptions.ts";

/** The stages of the push lanes: they hand out jobs, and check and conclude the answers. */
export interface PushStages {
  readonly dispatcher: Dispatcher;
  readonly proofVerifier: ProofVerifier;
  readonly canary: Canary;
  /** Ends the repeated tries to record ends while the store is down. */
  readonly stop: AbortController;
  /** Ends what processes that are gone had out. Throws `store_unavailable`. */
  readonly endLeftovers: () => Promise<void>;
}

export interface PushStagesOptions {
  readonly epochs: EpochCalendar;
  /** The validator's own hotkey: canaries are drawn in its name. */
  readonly hotkey: string;
  readonly dispatcher: DispatcherOptions;
  readonly proofVerifier: ProofVerifierOptions;
}

/** Modules that the validator and the simulator each provide. */
export interface PushStagesModules
  extends StartModules,
    Pick<SharedStages, "judge" | "strikes" | "recorded"> {
  readonly metrics: Metrics;
  /** Runs a function after the current turn. */
  readonly soon: (run: () => void) => void;
  readonly lanes: ReadonlyMap<string, PushLane>;
  readonly store: JobConcluderModules["store"] &
    DispatchModules["records"] &
    Pick<Store, "queuedCustomerJobs">;
  /** Whether another process serves the miner; left out where no other process shares the store, and customers' jobs are claimed otherwise. */
  readonly servedElsewhere?: (hotkey: string) => Promise<boolean>;
  readonly pool: Pool;
  readonly draw: DispatchModules["draw"];
  readonly block: DispatchModules["block"];
  /** Why no new work is taken; never, when left out. */
  readonly intakeStop?: () => IntakeStop | null;
  /** Share of the host's memory that is available; null when unknown. */
  readonly memoryAvailable: (dispatcher: Pick<Dispatcher, "stats">) => number | null;
  /** Gets the outcome for a miner that could not be reached; rejects when that could not be recorded. */
  readonly unreachable: (outcome: Promise<UnreachableOutcome>) => void;
  /** Called with the end of each sampled answer. */
  readonly concluded?: (job: AnsweredJob, conclusion: Conclusion) => void;
}

/** Makes the stages of the push lanes, and gives the dispatcher the customer jobs that an earlier run left. */
export async function assemblePush(
  options: PushStagesOptions,
  modules: PushStagesModules,
): Promise<PushStages> {
  const { clock, store, judge, strikes, log, draw, servedElsewhere } = modules;
  const epochNow = (): number => options.epochs.at(clock.nowMs()).epoch;
  const isSuspended = (miner: string): boolean => judge.isSuspended(miner);
  const caught = (miner: string): boolean => strikes.isCaught(miner);
  const stop = new AbortController();
  const concluder = new JobConcluder({ ...modules, stopped: stop.signal });
  const endLeftovers = async (): Promise<void> => {
    const left = await concluder.endLeftovers();
    if (left > 0) log.warn("jobs_left_by_last_run", { count: left });
  };
  await endLeftovers();
  const proofVerifier: ProofVerifier = new ProofVerifier(options.proofVerifier, {
    ...modules,
    isSuspended: (miner) => caught(miner) || isSuspended(miner),
    freed: () => dispatcher.verificationFreed(),
  });
  const dispatcher: Dispatcher = await Dispatcher.restore(options.dispatcher, {
    ...modules,
    ...{ epochNow, verification: proofVerifier, suspended: isSuspended, caught, records: store },
    ...concluding(concluder, modules),
    classesFor: (miner) => judge.classesFor(miner),
    memoryAvailable: () => modules.memoryAvailable(dispatcher),
    unreachable: (miner) => modules.unreachable(missing(miner)),
  });
  const unreachable = (miner: string) => judge.unreachable(miner, dispatcher.activeCount());
  /** A miner that has come back at another process is not missing. */
  const missing =
    servedElsewhere === undefined
      ? unreachable
      : async (miner: string) => ((await servedElsewhere(miner)) ? ("ours" as const) : unreachable(miner));
  if (servedElsewhere === undefined)
    for (const job of await store.queuedCustomerJobs(QUEUED_MAX)) dispatcher.addCustomer(job);
  const canary = new Canary(CANARY, {
    ...modules,
    draw: (lane, workId) => draw(lane, options.hotkey, workId, epochNow(), ["customer"]),
    verify: (job, done) => proofVerifier.verify(job, done),
  });
  return { dispatcher, proofVerifier, canary, stop, endLeftovers };
}

/** What the dispatcher reports about the ends of its jobs. */
function concluding(concluder: JobConcluder, { recorded, concluded }: PushStagesModules) {
  return {
    conclude: async (job: AnsweredJob, verdict: Verdict): Promise<Conclusion> => {
      const conclusion = await concluder.conclude(job, verdict);
      concluded?.(job, conclusion);
      return conclusion;
    },
    endUnanswered: concluder.endUnanswered.bind(concluder),
    workRecorded: recorded.work.bind(recorded),
  };
}

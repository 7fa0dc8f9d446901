import { epochAt } from "../core/ids.ts";
import { Dispatcher } from "../dispatch/dispatcher.ts";
import { type Lane, pushLanes } from "../flow/lane.ts";
import type { Pool } from "../flow/pool.ts";
import { JobConcluder } from "../judge/conclude/jobs.ts";
import type { Serial } from "../judge/conclude/serial.ts";
import type { Judge } from "../judge/judge.ts";
import type { Sampler } from "../sample/sampler.ts";
import { Canary } from "../verify/canary.ts";
import { ProofVerifier } from "../verify/proofs/proofVerifier.ts";
import { Dialling } from "./dialling.ts";
import { dispatchRecords } from "./dispatchRecords.ts";
import { hostMemory } from "./hostMemory.ts";
import { pathsOf } from "./paths.ts";
import { CANARY, dispatcherOptions, proofVerifierOptions, QUEUED_MAX } from "./pushOptions.ts";
import type { Resources } from "./resources.ts";
import type { StartModules, StartOptions } from "./startOptions.ts";

/** What hands out jobs and decides what comes back. */
export interface PushParts {
  readonly dispatcher: Dispatcher;
  readonly desk: ProofVerifier;
  readonly canary: Canary;
  readonly dialling: Dialling;
  /** Ends the tries to record what a store that is down does not take. */
  readonly stop: AbortController;
}

/** What the push lane needs of the other stages. */
export interface PushModules extends StartModules {
  readonly lanes: ReadonlyMap<string, Lane>;
  readonly sampler: Sampler;
  readonly judge: Judge;
  readonly pool: Pool;
  readonly strikes: Serial;
}

/** Null where no circuit is configured: then none of it is made. */
export async function assemblePush(
  options: StartOptions,
  records: Resources,
  modules: PushModules,
): Promise<PushParts | null> {
  const lanes = new Map(pushLanes(modules.lanes).map((lane) => [lane.name, lane]));
  if (lanes.size === 0) return null;
  const { store, metrics, hotkey } = records;
  const { clock, random, log, sampler, judge, pool, strikes } = modules;
  const base = { clock, random, log, metrics, lanes };
  const soon = (run: () => void): void => void setImmediate(run);
  const epochNow = (): number => epochAt(clock.nowMs(), options.config.challenge.epoch_hours);
  const stop = new AbortController();
  const concluder = new JobConcluder({ ...base, store, judge, strikes, stopped: stop.signal });
  const left = await concluder.endLeftovers();
  if (left > 0) log.warn("jobs_left_by_last_run", { count: left });
  const desk: ProofVerifier = new ProofVerifier(proofVerifierOptions(options.config), {
    ...{ ...base, pool, soon },
    freed: () => dispatcher.verificationFreed(),
    isSuspended: (miner) => judge.isSuspended(miner),
  });
  const dispatcher: Dispatcher = await Dispatcher.restore(dispatcherOptions(options.config), {
    ...{ ...base, soon, epochNow, verification: desk, memoryAvailable: hostMemory },
    ...dispatchPorts(records, modules, concluder),
    unreachable: (miner) => {
      judge
        .unreachable(miner, dispatcher.activeCount())
        .catch((error: Error) => log.error("unreachable_not_recorded", { cause: error.message }));
    },
  });
  for (const job of await store.queuedCustomerJobs(QUEUED_MAX)) dispatcher.addCustomer(job);
  const canary = new Canary(CANARY, {
    ...base,
    draw: (lane, workId) => sampler.draw(lane, hotkey, workId, epochNow(), ["customer"]),
    verify: (job, done) => desk.verify(job, done),
  });
  const dialling = new Dialling(
    {
      lanes: [...lanes.keys()],
      allowPrivate: options.config.dispatch.allow_private,
      keySource: pathsOf(options.config, options.dataDir).hotkey,
    },
    { ...{ clock, random, log, metrics, judge, dispatcher }, chain: records.chain },
  );
  return { dispatcher, desk, canary, dialling, stop };
}

function dispatchPorts(
  { store, chain }: Resources,
  { sampler, judge }: PushModules,
  concluder: JobConcluder,
) {
  return {
    draw: sampler.draw.bind(sampler),
    classesFor: judge.classesFor.bind(judge),
    block: () => chain.block(),
    suspended: (miner: string) => judge.isSuspended(miner),
    conclude: concluder.conclude.bind(concluder),
    endUnanswered: concluder.endUnanswered.bind(concluder),
    records: dispatchRecords(store, judge),
  };
}

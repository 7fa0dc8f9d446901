import { epochAt } from "../../src/core/ids.ts";
import { silentLog } from "../../src/core/log.ts";
import type { Metrics } from "../../src/core/metrics.ts";
import { noMetrics } from "../../src/core/metrics.ts";
import { Dispatcher } from "../../src/dispatch/dispatcher.ts";
import type { DispatchStats } from "../../src/dispatch/measures.ts";
import type { Draw, DrawClass } from "../../src/flow/draw.ts";
import type { AnsweredJob } from "../../src/flow/job.ts";
import type { Conclusion } from "../../src/flow/jobEnd.ts";
import type { PushLane } from "../../src/flow/lane.ts";
import type { Verdict } from "../../src/flow/verdict.ts";
import { JobConcluder } from "../../src/judge/conclude/jobs.ts";
import { Serial } from "../../src/judge/conclude/serial.ts";
import { Judge } from "../../src/judge/judge.ts";
import type { UnreachableOutcome } from "../../src/judge/unreachable.ts";
import { Sampler } from "../../src/sample/sampler.ts";
import { RateWatch } from "../../src/sample/watch/rateWatch.ts";
import { dispatchRecords } from "../../src/validator/dispatchRecords.ts";
import { ProofVerifier } from "../../src/verify/proofs/proofVerifier.ts";
import { Weigher } from "../../src/weigh/weigher.ts";
import type { SeededRandom } from "../engine/seededRandom.ts";
import type { World } from "../engine/world.ts";
import type { ModelChain } from "../network/chain.ts";
import { modelLane } from "../network/lane.ts";
import type { Scenario, ValidatorSpec } from "../scenario.ts";
import { budgetDraw } from "./legacy.ts";
import {
  dispatcherOptionsOf,
  judgeOptionsOf,
  policyOf,
  proofVerifierOptionsOf,
  weigherOptionsOf,
} from "./options.ts";
import { ModelPool } from "./pool.ts";
import { signerOf } from "./signer.ts";
import type { ModelStore } from "./store.ts";

/** What a validator is made from. */
export interface ValidatorModules {
  readonly scenario: Scenario;
  readonly spec: ValidatorSpec;
  readonly world: World;
  readonly random: SeededRandom;
  readonly chain: ModelChain;
  readonly store: ModelStore;
  /** Hears of every draw before anything follows from it. */
  readonly drawn: (draw: Draw) => void;
  /** Hears how each sampled answer ended. */
  readonly concluded: (job: AnsweredJob, conclusion: Conclusion) => void;
  /** What became of a miner that could not be reached. */
  readonly unreachable: (outcome: UnreachableOutcome) => void;
}

/** The stages of one run of a validator: a restart makes new ones on the same store. */
export interface Stages {
  readonly sampler: Sampler;
  readonly judge: Judge;
  readonly pool: ModelPool;
  readonly desk: ProofVerifier;
  readonly dispatcher: Dispatcher;
  readonly weigher: Weigher;
  /** Follows the realised rate where a scenario draws by another rule than the sampler's. */
  readonly watch: RateWatch | null;
}

const metrics: Metrics = noMetrics;

/** Wires the production stages as the composition root does, around a modelled store, chain, pool and lane. */
export async function makeStages(modules: ValidatorModules): Promise<Stages> {
  const { scenario, spec, world, random, chain, store } = modules;
  const lane = modelLane(scenario.lane, spec.settings.rate);
  const base = { clock: world.line.clock, random, log: silentLog, metrics };
  const signer = signerOf(random.of("signer").bytes(32));
  const master = random.of("master").bytes(32);
  const { epoch_hours: epochHours } = scenario.network;
  const sampler = new Sampler(
    { epochHours, policy: policyOf(spec), masters: [master] },
    { ...base, store, signer },
  );
  await sampler.start();
  const judge = await Judge.load(judgeOptionsOf(spec), { ...base, store, chain });
  const pool = new ModelPool(world, lane, {
    threads: spec.host.threads,
    verifyMs: scenario.lane.verify_ms,
  });
  const watch = spec.legacy.budget === null ? null : new RateWatch(base);
  const parts = { ...base, lane, sampler, judge, pool, watch, master };
  const { desk, dispatcher } = await makePush(modules, parts);
  const weigher = new Weigher(weigherOptionsOf(scenario, spec), { ...base, store, judge, chain, signer });
  return { sampler, judge, pool, desk, dispatcher, weigher, watch };
}

interface PushParts {
  readonly lane: PushLane;
  readonly sampler: Sampler;
  readonly judge: Judge;
  readonly pool: ModelPool;
  readonly watch: RateWatch | null;
  readonly master: Uint8Array;
}

/** What hands out jobs and decides what comes back; see `assemblePush`. */
async function makePush(modules: ValidatorModules, parts: PushParts) {
  const { scenario, spec, world, random, chain, store } = modules;
  const { lane, judge, pool } = parts;
  const { line } = world;
  const lanes = new Map([[lane.name, lane]]);
  const base = { clock: line.clock, random, log: silentLog, metrics, lanes, soon: world.soon };
  const stopped = new AbortController().signal;
  const concluder = new JobConcluder({ ...base, store, judge, strikes: new Serial(), stopped });
  await concluder.endLeftovers();
  const isSuspended = (hotkey: string): boolean => judge.isSuspended(hotkey);
  const desk: ProofVerifier = new ProofVerifier(proofVerifierOptionsOf(spec), {
    ...{ ...base, pool, isSuspended },
    freed: () => dispatcher.verificationFreed(),
  });
  const dispatcher: Dispatcher = await Dispatcher.restore(dispatcherOptionsOf(spec), {
    ...{ ...base, verification: desk, suspended: isSuspended },
    draw: drawFunction(modules, parts),
    classesFor: (hotkey) => judge.classesFor(hotkey),
    epochNow: () => epochAt(line.clock.nowMs(), scenario.network.epoch_hours),
    block: () => chain.block(),
    records: dispatchRecords(store, judge),
    memoryAvailable: () => memoryAvailable(spec, dispatcher.stats()),
    conclude: async (job: AnsweredJob, verdict: Verdict) => {
      const conclusion = await concluder.conclude(job, verdict);
      modules.concluded(job, conclusion);
      return conclusion;
    },
    endUnanswered: (sample, code) => world.spawn(concluder.endUnanswered(sample, code)),
    unreachable: (hotkey) =>
      world.spawn(judge.unreachable(hotkey, dispatcher.activeCount()).then(modules.unreachable)),
  });
  return { desk, dispatcher };
}

/** The sampler's, or the old rule that a scenario shows. */
function drawFunction(modules: ValidatorModules, { sampler, watch, master }: PushParts): Sampler["draw"] {
  const { spec, chain, drawn } = modules;
  const { budget } = spec.legacy;
  const decide =
    budget === null
      ? sampler.draw.bind(sampler)
      : budgetDraw(budget, master, () => Math.floor(chain.block() / chain.tempo()));
  return (lane: string, hotkey: string, workId: string, epoch: number, classes: readonly DrawClass[]) => {
    const draw = decide(lane, hotkey, workId, epoch, classes);
    watch?.count(draw);
    drawn(draw);
    return draw;
  };
}

function memoryAvailable({ host, legacy }: ValidatorSpec, { bytes }: DispatchStats): number | null {
  return legacy.memory_unbounded ? null : Math.max(0, 1 - bytes / host.memory_bytes);
}

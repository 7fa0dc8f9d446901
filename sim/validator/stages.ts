import { silentLog } from "../../src/core/log.ts";
import { noMetrics } from "../../src/core/metrics.ts";
import type { DispatchStats } from "../../src/dispatch/measures.ts";
import type { Draw, DrawClass } from "../../src/flow/draw.ts";
import type { AnsweredJob } from "../../src/flow/job.ts";
import type { Conclusion } from "../../src/flow/jobEnd.ts";
import type { Mirror } from "../../src/judge/mirror.ts";
import type { UnreachableOutcome } from "../../src/judge/unreachable.ts";
import type { Sampler } from "../../src/sample/sampler.ts";
import { RateWatch } from "../../src/sample/watch/rateWatch.ts";
import { assemblePush, type PushStages } from "../../src/validator/assemblePush.ts";
import { assembleStages, type SharedStages } from "../../src/validator/assembleStages.ts";
import { jobHandlers } from "../../src/validator/jobHandlers.ts";
import { judgeStore, type Membership } from "../../src/validator/roles/membership.ts";
import {
  drawingBlock,
  isServedElsewhere,
  type SharedPush,
  sharePush,
} from "../../src/validator/roles/sharedPush.ts";
import type { HeldProcess } from "../engine/heldProcess.ts";
import type { SeededRandom } from "../engine/seededRandom.ts";
import type { SimWorld } from "../engine/world.ts";
import type { ModelChain } from "../network/chain.ts";
import { modelLane } from "../network/lane.ts";
import type { Scenario, ValidatorSpec } from "../scenario.ts";
import { budgetDraw } from "./legacy.ts";
import type { ModelMarks } from "./marks.ts";
import { configOf, pushOptionsOf, stagesOptionsOf } from "./options.ts";
import { mirrorOf } from "./place.ts";
import { ModelPool } from "./pool.ts";
import { signerOf } from "./signer.ts";

/** The modules of a simulated validator. */
export interface ValidatorModules {
  readonly scenario: Scenario;
  readonly spec: ValidatorSpec;
  readonly world: SimWorld;
  /** Of the validator: its keys; and of this process: the ids that it makes. */
  readonly secrets: SeededRandom;
  readonly random: SeededRandom;
  readonly chain: ModelChain;
  readonly marks: ModelMarks;
  readonly membership: Membership;
  /** What holds up or ends the process; null where nothing does. */
  readonly process: HeldProcess | null;
  /** Called with every draw before anything follows from it. */
  readonly drawn: (draw: Draw) => void;
  /** Called with the end of each sampled answer. */
  readonly concluded: (job: AnsweredJob, conclusion: Conclusion) => void;
  /** Called with the outcome for a miner that could not be reached. */
  readonly unreachable: (outcome: UnreachableOutcome) => void;
}

/** The stages of one run of a validator: a restart makes new ones on the same store. */
export interface Stages extends SharedStages, PushStages {
  readonly pool: ModelPool;
  /** Follows the realised rate where a scenario draws by another rule than the sampler's. */
  readonly watch: RateWatch | null;
  readonly membership: Membership;
  readonly mirror: Mirror | null;
  /** Null where no other process shares the store. */
  readonly shared: SharedPush | null;
  /** Customers' jobs. */
  readonly jobs: ReturnType<typeof jobHandlers>;
}

/** The production stages, assembled as in a validator, with a modelled store, chain, pool and lane. */
export async function makeStages(modules: ValidatorModules): Promise<Stages> {
  const { scenario, spec, world, random, secrets, chain, membership, marks, process } = modules;
  const { store, node } = membership;
  const lane = modelLane(scenario.lane, spec.settings.rate);
  const lanes = new Map([[lane.name, lane]]);
  const signer = signerOf(secrets.of("signer").bytes(32));
  const master = secrets.of("master").bytes(32);
  const own = { clock: world.line.clock, random, log: silentLog, metrics: noMetrics };
  const base = { ...own, store, chain, signer, lanes, marks };
  const mirror = await mirrorOf(membership, spec.settings.strikes);
  const shared = await assembleStages(stagesOptionsOf(scenario, spec, master), {
    ...base,
    store: node === null ? store : judgeStore(membership),
    leaderStore: membership.leaderStore,
    isLeader: () => membership.isLeader(),
  });
  mirror?.follows(shared.judge);
  membership.onLeader(() => shared.weigher.takeOver());
  const verifying = { threads: spec.host.threads, verifyMs: scenario.lane.verify_ms };
  const later = process === null ? world.later.bind(world) : process.later.bind(process);
  const pool = new ModelPool(world, lane, { ...verifying, later });
  const watch = spec.legacy.budget === null ? null : new RateWatch(own);
  let streams: SharedPush | null = null;
  const push = await assemblePush(pushOptionsOf(scenario, spec, node?.name ?? null), {
    ...{ ...base, ...shared, pool },
    soon: process === null ? world.soon : (run) => world.soon(() => process.deliver(run)),
    draw: drawFunction(modules, { sampler: shared.sampler, watch, master }),
    block: drawingBlock({ node, chain }, () => streams),
    ...(node === null ? {} : { servedElsewhere: (miner) => isServedElsewhere({ store, node }, miner) }),
    memoryAvailable: (dispatcher) => memoryAvailable(spec, dispatcher.stats()),
    unreachable: (outcome) => world.spawn(outcome.then(modules.unreachable)),
    concluded: modules.concluded,
  });
  const config = configOf(spec);
  const again = { againMs: config.jobs.again_s * 1000 };
  streams = node === null ? null : sharePush(push, { ...base, node }, again);
  return {
    ...{ ...shared, ...push, pool, watch, membership, mirror },
    shared: streams,
    jobs: jobHandlers({
      ...{ ...base, push, config, membership },
      // The customers of a scenario are the operator's, and it stops no intake.
      ...{ customerTokens: { nameOf: () => null }, intake: { require: () => undefined } },
    }),
  };
}

interface Drawing {
  readonly sampler: Sampler;
  readonly watch: RateWatch | null;
  readonly master: Uint8Array;
}

/** The sampler's draw, or the old rule that a scenario shows. */
function drawFunction(modules: ValidatorModules, { sampler, watch, master }: Drawing): Sampler["draw"] {
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

import { Admission } from "../admit/admission.ts";
import { Challenges } from "../challenge/challenges.ts";
import { epochAt } from "../core/ids.ts";
import { Sessions } from "../epistula/sessions.ts";
import type { Lane } from "../flow/lane.ts";
import type { Pool } from "../flow/pool.ts";
import { Serial } from "../judge/conclude/serial.ts";
import { SubmissionConcluder } from "../judge/conclude/submissions.ts";
import { Judge } from "../judge/judge.ts";
import { WorkerPool } from "../pool/pool.ts";
import { checkFloor } from "../sample/policy.ts";
import { Sampler } from "../sample/sampler.ts";
import { SubmissionVerifier } from "../verify/submissions/submissionVerifier.ts";
import { Weigher } from "../weigh/weigher.ts";
import { assemblePush, type PushParts } from "./assemblePush.ts";
import { loadCircuits, tryCircuits } from "./circuits.ts";
import type { Closers } from "./closers.ts";
import { type LaneFacts, lanesOf, samplePolicyOf } from "./lanes.ts";
import type { Parts } from "./parts.ts";
import { openResources, type Resources } from "./resources.ts";
import { type Masters, resolveMasters } from "./rotation.ts";
import {
  admissionOptions,
  challengesOptions,
  concurrencyOf,
  judgeOptions,
  pendingBounds,
  poolOptions,
  weigherOptions,
} from "./stageOptions.ts";
import type { StartModules, StartOptions } from "./startOptions.ts";

/** A check that ends in `error` is nobody's fault and is tried so often before the submission is void. */
const MAX_TRIES = 3;
const RETRY_MS = 500;

/** Reads what the lanes need, and tries it: a bad circuit stops the start. */
async function readLanes({ config, dataDir }: StartOptions): Promise<LaneFacts> {
  const facts = { config, circuits: loadCircuits(config, dataDir) };
  await tryCircuits(facts);
  return facts;
}

/** The stages that stand before a submission can be admitted. */
interface Stages {
  readonly lanes: ReadonlyMap<string, Lane>;
  readonly sampler: Sampler;
  readonly judge: Judge;
  readonly pool: Pool;
  readonly challenges: Challenges;
  readonly verifier: SubmissionVerifier;
  readonly push: PushParts | null;
}

/** Makes every part of a validator and wires the stages to each other; nothing is listening yet. */
export async function assemble(
  options: StartOptions,
  modules: StartModules,
  closers: Closers,
): Promise<Parts> {
  const { config, dataDir, version } = options;
  checkFloor(samplePolicyOf(config));
  const records = await openResources(options, modules, closers);
  const stages = await makeStages(options, modules, records, closers);
  const { hotkey, signer, adminToken, store, chain, metrics } = records;
  const admission = makeAdmission(options, modules, records, stages);
  const weigher = new Weigher(weigherOptions(config, hotkey, stages.lanes), {
    ...{ store, judge: stages.judge, chain, signer, metrics },
    ...modules,
  });
  const made = { hotkey, signer, adminToken, store, chain, metrics, admission, weigher };
  return { config, version, dataDir, ...made, ...stages, ...modules };
}

async function mastersOf(
  { config }: StartOptions,
  { clock }: StartModules,
  records: Resources,
): Promise<Masters> {
  const epoch = epochAt(clock.nowMs(), config.challenge.epoch_hours);
  return resolveMasters(records.secret, records.previousSecret, epoch, records.store);
}

async function makeStages(
  options: StartOptions,
  modules: StartModules,
  records: Resources,
  closers: Closers,
): Promise<Stages> {
  const { config } = options;
  const { store, chain, signer, metrics, secret, previousSecret } = records;
  const facts = await readLanes(options);
  const lanes = lanesOf(facts);
  const masters = await mastersOf(options, modules, records);
  const sampler = new Sampler(
    {
      epochHours: config.challenge.epoch_hours,
      policy: samplePolicyOf(config),
      masters: previousSecret === null ? [secret] : [secret, previousSecret],
    },
    { store, signer, metrics, ...modules },
  );
  await sampler.start();
  const judge = await Judge.load(judgeOptions(config), { store, chain, metrics, ...modules });
  const pool = await WorkerPool.open(poolOptions(facts), { metrics, ...modules });
  closers.add("pool", () => pool.close());
  const challenges = new Challenges(challengesOptions(config, masters, lanes), {
    clock: modules.clock,
    buildIndex: (place) => pool.run({ kind: "index", ...place }),
  });
  const strikes = new Serial();
  const concluder = new SubmissionConcluder({
    store,
    judge,
    lanes,
    strikes,
    clock: modules.clock,
    log: modules.log,
  });
  const verifier = new SubmissionVerifier(
    {
      concurrency: concurrencyOf(config),
      pendingFactor: pendingBounds(config).pull / concurrencyOf(config),
      maxTries: MAX_TRIES,
      retryMs: RETRY_MS,
    },
    {
      ...{ pool, lanes, store, metrics },
      ...modules,
      seedOf: (submission) => challenges.seedOf(submission),
      conclude: (submission, verdict) => concluder.conclude(submission, verdict),
    },
  );
  const push = await assemblePush(options, records, { ...modules, lanes, sampler, judge, pool, strikes });
  return { lanes, sampler, judge, pool, challenges, verifier, push };
}

function makeAdmission(
  { config }: StartOptions,
  modules: StartModules,
  { store, chain, hotkey, metrics }: Resources,
  { sampler, judge, pool, challenges, verifier }: Stages,
): Admission {
  return new Admission(admissionOptions(config, hotkey), {
    ...modules,
    ...{ pool, store, challenges, metrics },
    backlog: verifier,
    sessions: new Sessions({ epochHours: config.challenge.epoch_hours }),
    miners: {
      block: () => chain.block(),
      isRegistered: (miner) => chain.isRegistered(miner),
      suspendedUntil: (miner) => judge.suspendedUntil(miner),
    },
    draw: (lane, miner, workId, epoch) => sampler.draw(lane, miner, workId, epoch, judge.classesFor(miner)),
    admitted: (submission, reservation) => {
      judge.seen(submission.hotkey, submission.block);
      verifier.accept(submission, reservation);
    },
  });
}

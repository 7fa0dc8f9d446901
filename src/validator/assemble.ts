import type { Config } from "../config/schema.ts";
import { hostMemory } from "../core/hostMemory.ts";
import { causeText } from "../core/problems/assayError.ts";
import { type Lane, pushLanes } from "../flow/lane.ts";
import type { Pool } from "../flow/pool.ts";
import { STRIKES_KEPT } from "../judge/judge.ts";
import { Mirror } from "../judge/mirror.ts";
import { WorkerPool } from "../pool/pool.ts";
import { checkFloor } from "../sample/policy.ts";
import { assemblePull } from "./assemblePull.ts";
import { assemblePush } from "./assemblePush.ts";
import { assembleStages, type SharedStages } from "./assembleStages.ts";
import { loadCircuits, tryCircuits } from "./circuits.ts";
import type { Closers } from "./closers.ts";
import { CustomerTokens } from "./customerTokens.ts";
import { Dialling } from "./dialling.ts";
import { Economy } from "./economy.ts";
import { checkEpochNumbers, configuredEpochs, epochChange } from "./epochChange.ts";
import type { Intake } from "./intake/intake.ts";
import { openIntake } from "./intake/openIntake.ts";
import { challengeTermsOf, type LaneFacts, lanesOf, samplePolicyOf } from "./lanes.ts";
import { assembleLive } from "./live.ts";
import type { Parts, PushParts } from "./parts.ts";
import { pathsOf } from "./paths.ts";
import { dispatcherOptions, proofVerifierOptions, tokensOptions } from "./pushOptions.ts";
import { openResources, type Resources } from "./resources.ts";
import { judgeStore, type Membership } from "./roles/membership.ts";
import { SharedDials } from "./roles/sharedDials.ts";
import { drawingBlock, isServedElsewhere, type SharedPush, sharePush } from "./roles/sharedPush.ts";
import { judgeOptions, poolOptions, weigherOptions } from "./stageOptions.ts";
import type { StartModules, StartOptions } from "./startOptions.ts";
import { TrustedClock } from "./trustedClock.ts";
import { WatchedChain } from "./watchedChain.ts";

/** Reads what the lanes are made from, and tries it: an invalid circuit stops the start. */
async function readLanes({ config, dataDir }: StartOptions): Promise<LaneFacts> {
  const facts = { config, circuits: loadCircuits(config, dataDir) };
  await tryCircuits(facts);
  return facts;
}

/** Makes every part of a validator and wires the stages; nothing listens yet. */
export async function assemble(
  options: StartOptions,
  modules: StartModules,
  closers: Closers,
): Promise<Parts> {
  const { config, dataDir, version } = options;
  checkFloor(samplePolicyOf(config));
  const resources = await openResources(options, modules, closers);
  const facts = await readLanes(options);
  const lanes = lanesOf(facts);
  const trusted = await TrustedClock.open(config.observe.clock_step_ms, { ...modules, ...resources });
  const chain = new WatchedChain(resources.chain, trusted.watch);
  const intake = await openIntake(options, { ...modules, ...resources });
  const base = {
    ...modules,
    ...resources,
    ...intake,
    chain,
    lanes,
    trusted,
    isTrusted: () => trusted.isTrusted(),
  };
  await reportEpochChange(config, base);
  const { membership } = resources;
  const mirror = await mirrorOf(config, membership);
  const stages = await assembleStages(sharedOptions(options, resources, lanes), {
    ...{ ...base, store: judgeStore(membership), leaderStore: membership.leaderStore },
    isLeader: membership.isLeader,
  });
  mirror?.follows(stages.judge);
  const pool = await WorkerPool.open(poolOptions(facts), base);
  closers.add("pool", () => pool.close());
  const wired = { ...base, ...stages, pool };
  const pull = await assemblePull(options, wired);
  const push = await wirePush(options, wired);
  const customerTokens = await CustomerTokens.load(tokensOptions(config), wired);
  const economy = new Economy({ ...wired, config });
  const { configItems = [] } = options;
  const made = { configItems, push, mirror, customerTokens, circuits: facts.circuits, economy };
  const parts = { ...wired, ...pull, ...made, config, version, dataDir };
  return { ...parts, ...assembleLive(parts) };
}

/** Started before judge loads, so that no change falls between. */
async function mirrorOf(config: Config, { node, store }: Membership): Promise<Mirror | null> {
  if (node === null) return null;
  const { history, strikes } = config.judge;
  const mirror = new Mirror({ hotkeys: history, strikes: Math.max(STRIKES_KEPT, strikes) }, store);
  await mirror.start();
  return mirror;
}

/** Before the first commitment: a configuration that differs from the epochs on record waits for one that is not. */
async function reportEpochChange(
  config: Config,
  { store, clock, log }: Pick<Resources, "store"> & StartModules,
): Promise<void> {
  await checkEpochNumbers(store, config, clock.nowMs());
  const change = epochChange(await store.openEpochs(), configuredEpochs(config), clock.nowMs());
  if (change === null) return;
  const { epoch, beginsAt } = change.from;
  log.warn("configuration_waits", { keys: change.keys, epoch, begins_at: beginsAt });
}

function sharedOptions({ config }: StartOptions, resources: Resources, lanes: ReadonlyMap<string, Lane>) {
  const { secret, previousSecret, hotkey } = resources;
  return {
    epochHours: config.challenge.epoch_hours,
    policy: samplePolicyOf(config),
    terms: challengeTermsOf(config, lanes),
    masters: previousSecret === null ? [secret] : [secret, previousSecret],
    judge: judgeOptions(config),
    weigher: weigherOptions(config, hotkey, lanes),
  };
}

interface Wired extends StartModules, Resources, SharedStages {
  readonly lanes: ReadonlyMap<string, Lane>;
  readonly pool: Pool;
  readonly isTrusted?: () => boolean;
  readonly intake?: Pick<Intake, "stop">;
}

/** Null, with nothing made, where no circuit is configured. */
export async function wirePush({ config, dataDir }: StartOptions, wired: Wired): Promise<PushParts | null> {
  const { sampler, chain, hotkey, log } = wired;
  const { node } = wired.membership;
  const lanes = new Map(pushLanes(wired.lanes).map((lane) => [lane.name, lane]));
  if (lanes.size === 0 || !wired.membership.roles.has("dispatch")) return null;
  let shared: SharedPush | null = null;
  const stages = await assemblePush(
    {
      epochs: wired.epochs,
      hotkey,
      dispatcher: { ...dispatcherOptions(config), node: node?.name ?? null },
      proofVerifier: proofVerifierOptions(config),
    },
    {
      ...{ ...wired, lanes },
      soon: (run) => void setImmediate(run),
      draw: sampler.draw.bind(sampler),
      block: drawingBlock({ node, chain }, () => shared),
      memoryAvailable: hostMemory,
      intakeStop: () => wired.intake?.stop() ?? null,
      ...(node === null ? {} : { servedElsewhere: (miner) => isServedElsewhere({ ...wired, node }, miner) }),
      unreachable: (outcome) =>
        void outcome.catch((error) => log.error("unreachable_not_recorded", { cause: causeText(error) })),
    },
  );
  const allowPrivate = config.dispatch.allow_private;
  const keySource = pathsOf(config, dataDir).hotkey;
  const dialling = new Dialling(
    { lanes: [...lanes.keys()], allowPrivate, keySource },
    {
      ...{ ...wired, dispatcher: stages.dispatcher },
      shared: node === null ? null : new SharedDials({ ...wired, node }),
    },
  );
  const again = { againMs: config.jobs.again_s * 1000 };
  shared = node === null ? null : sharePush(stages, { ...wired, node }, again);
  return { ...stages, dialling, shared };
}

import type { SeededRandom } from "../../../sim/engine/seededRandom.ts";
import { signerOf } from "../../../sim/validator/signer.ts";
import type { Signer } from "../../../src/core/ed25519.ts";
import { everyHours } from "../../../src/core/epochs.ts";
import type { Hotkey } from "../../../src/core/ids.ts";
import { silentLog } from "../../../src/core/log.ts";
import { noMetrics } from "../../../src/core/metrics.ts";
import { pushLanes } from "../../../src/flow/lane.ts";
import type { Store } from "../../../src/flow/store.ts";
import type { SigningMarks } from "../../../src/flow/weights.ts";
import { STRIKES_KEPT } from "../../../src/judge/judge.ts";
import { Mirror } from "../../../src/judge/mirror.ts";
import { DiskWatch } from "../../../src/observe/disk/diskWatch.ts";
import { MetricRegistry } from "../../../src/observe/metrics.ts";
import { Tally } from "../../../src/observe/tally.ts";
import { assemblePull } from "../../../src/validator/assemblePull.ts";
import { assemblePush } from "../../../src/validator/assemblePush.ts";
import { assembleStages } from "../../../src/validator/assembleStages.ts";
import { CustomerTokens } from "../../../src/validator/customerTokens.ts";
import type { Dialling } from "../../../src/validator/dialling.ts";
import { Economy } from "../../../src/validator/economy.ts";
import { ReasonTally } from "../../../src/validator/history/reasonTally.ts";
import { Drain } from "../../../src/validator/intake/drain.ts";
import { Intake } from "../../../src/validator/intake/intake.ts";
import { challengeTermsOf } from "../../../src/validator/lanes.ts";
import { assembleLive } from "../../../src/validator/live.ts";
import type { Live } from "../../../src/validator/liveParts.ts";
import type { Parts, PushParts } from "../../../src/validator/parts.ts";
import {
  dispatcherOptions,
  proofVerifierOptions,
  tokensOptions,
} from "../../../src/validator/pushOptions.ts";
import { joinStore, judgeStore, type Membership } from "../../../src/validator/roles/membership.ts";
import type { Roles } from "../../../src/validator/roles/roles.ts";
import {
  drawingBlock,
  isServedElsewhere,
  type SharedPush,
  sharePush,
} from "../../../src/validator/roles/sharedPush.ts";
import { schedule } from "../../../src/validator/schedule.ts";
import { judgeOptions, weigherOptions } from "../../../src/validator/stageOptions.ts";
import { Timers } from "../../../src/validator/timers.ts";
import { TrustedClock } from "../../../src/validator/trustedClock.ts";
import { WatchedChain } from "../../../src/validator/watchedChain.ts";
import type { NodeChain } from "./chain.ts";
import { nodeLanes, samplePolicy } from "./lanes.ts";
import { nodeConfig, VALIDATOR } from "./options.ts";
import { NodePool } from "./pool.ts";
import type { SimProcess } from "./simProcess.ts";

/** What the processes of a validator have in common. */
export interface Shared {
  readonly secret: Uint8Array;
  readonly signingSeed: Uint8Array;
}

export interface StartNode {
  readonly process: SimProcess;
  readonly roles: Roles;
  readonly store: Store;
  readonly chain: NodeChain;
  readonly random: SeededRandom;
  readonly shared: Shared;
  readonly marks: SigningMarks;
  readonly signed: (document: object, signature: string) => void;
  /** A process with a fault leads whatever its lease says. */
  readonly leads?: boolean;
}

/** Larger than any step: what a process does when nothing notices that its clock is wrong. */
const NEVER_DOUBTED_MS = 1e12;

/** Tells of every document that is signed. */
function watched(signer: Signer, signed: StartNode["signed"]): Signer {
  return {
    ...signer,
    signDocument: (document) => {
      const signature = signer.signDocument(document);
      signed(document, signature);
      return signature;
    },
  };
}

async function membershipOf({ store, roles, process, leads }: StartNode): Promise<Membership> {
  const modules = { clock: process.clock, log: silentLog, metrics: noMetrics, drain: () => undefined };
  const member = await joinStore(store, { roles, name: process.name, version: "test" }, modules);
  return leads ? { ...member, isLeader: () => true, leaderStore: member.store } : member;
}

/** Joins the store and starts the stages of a process, as a validator assembles and schedules them. */
export async function startNode(start: StartNode): Promise<Parts> {
  const { process, random, shared } = start;
  const config = nodeConfig();
  const lanes = nodeLanes();
  const membership = await membershipOf(start);
  const { store } = membership;
  const own = { clock: process.clock, random, log: silentLog };
  const tally = new Tally([]);
  const metrics = new MetricRegistry(tally, { ofProcess: false });
  const trusted = await TrustedClock.open(NEVER_DOUBTED_MS, { ...own, store });
  const chain = new WatchedChain(start.chain, trusted.watch);
  const hotkey = VALIDATOR as Hotkey;
  const disk = await DiskWatch.open(
    { dir: "", reserve: 0 },
    { ...own, metrics, freeOf: async () => 2 ** 40 },
  );
  const intake = new Intake({ disk, drain: new Drain(own), isStoreOnDisk: false, metrics });
  const base = {
    ...{ disk, intake },
    ...{
      ...own,
      metrics,
      tally,
      reasons: new ReasonTally(metrics),
      chain,
      lanes,
      trusted,
      membership,
      store,
      hotkey,
      marks: start.marks,
    },
    ...{ secret: shared.secret, previousSecret: null, retiredKeys: [], adminToken: "admin" },
    signer: watched(signerOf(shared.signingSeed), start.signed),
  };
  const { history, strikes } = config.judge;
  const mirror = new Mirror({ hotkeys: history, strikes: Math.max(STRIKES_KEPT, strikes) }, store);
  await mirror.start();
  const stages = await assembleStages(
    {
      epochHours: config.challenge.epoch_hours,
      policy: samplePolicy,
      terms: challengeTermsOf(config, lanes),
      masters: [shared.secret],
      judge: judgeOptions(config),
      weigher: weigherOptions(config, hotkey, lanes),
    },
    {
      ...base,
      store: judgeStore(membership),
      leaderStore: membership.leaderStore,
      isLeader: membership.isLeader,
    },
  );
  mirror.follows(stages.judge);
  const pool = new NodePool(process, lanes, random.of("pool"));
  const wired = { ...base, ...stages, pool };
  const options = { config, dataDir: "", host: "", port: 0, demo: false, version: "test" };
  const pull = await assemblePull(options, wired);
  const push = membership.roles.has("dispatch") ? await pushOf(wired) : null;
  const customerTokens = await CustomerTokens.load(tokensOptions(config), wired);
  const economy = new Economy({ ...wired, config });
  const made = {
    ...{ ...wired, ...pull, push, mirror, customerTokens, economy },
    ...{ circuits: [], config, version: "test", dataDir: "" },
  };
  const parts: Parts = { ...made, ...assembleLive(made) };
  membership.onLeader(() => stages.weigher.takeOver());
  schedule(parts, new Timers(silentLog));
  return parts;
}

type Wired = Omit<
  Parts,
  | keyof Live
  | "push"
  | "mirror"
  | "customerTokens"
  | "economy"
  | "circuits"
  | "config"
  | "version"
  | "dataDir"
  | "challenges"
  | "verifier"
  | "admission"
  | "backlog"
>;

async function pushOf(wired: Wired): Promise<PushParts> {
  const config = nodeConfig();
  const { sampler, chain } = wired;
  const { node } = wired.membership;
  let shared: SharedPush | null = null;
  const stages = await assemblePush(
    {
      epochs: everyHours(config.challenge.epoch_hours),
      hotkey: VALIDATOR,
      dispatcher: { ...dispatcherOptions(config), node: node?.name ?? null },
      // Of a machine that is the same everywhere.
      proofVerifier: { ...proofVerifierOptions(config), bound: 64, running: 4, workers: 2 },
    },
    {
      ...{ ...wired, lanes: new Map(pushLanes(wired.lanes).map((lane) => [lane.name, lane])) },
      soon: (run) => void setImmediate(run),
      draw: sampler.draw.bind(sampler),
      block: drawingBlock({ node, chain }, () => shared),
      memoryAvailable: () => null,
      ...(node === null ? {} : { servedElsewhere: (miner) => isServedElsewhere({ ...wired, node }, miner) }),
      unreachable: (outcome) => void outcome.catch(() => undefined),
    },
  );
  // The miners here dial in.
  const dialling = { refresh: async () => undefined } as unknown as Dialling;
  const again = { againMs: config.jobs.again_s * 1000 };
  shared = node === null ? null : sharePush(stages, { ...wired, node }, again);
  return { ...stages, dialling, shared };
}

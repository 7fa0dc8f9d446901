import { readFileSync } from "node:fs";
import { join } from "node:path";
import { signerOf } from "../../../sim/validator/signer.ts";
import { defaultConfig } from "../../../src/config/load.ts";
import type { Config } from "../../../src/config/schema.ts";
import { canonical } from "../../../src/core/canonical.ts";
import { makeSigner, type PrivateJwk, type Signer } from "../../../src/core/ed25519.ts";
import { sha256, sha256Hex } from "../../../src/core/hash.ts";
import { silentLog } from "../../../src/core/log.ts";
import { noMetrics } from "../../../src/core/metrics.ts";
import { pushLanes } from "../../../src/flow/lane.ts";
import type { Store } from "../../../src/flow/store.ts";
import type { UnsignedVector } from "../../../src/flow/weights.ts";
import { MarkFile } from "../../../src/keys/markFile.ts";
import { assemblePull, type PullStages } from "../../../src/validator/assemblePull.ts";
import { assemblePush, type PushStages } from "../../../src/validator/assemblePush.ts";
import { assembleStages, type SharedStages } from "../../../src/validator/assembleStages.ts";
import { challengeTermsOf } from "../../../src/validator/lanes.ts";
import { dispatcherOptions, proofVerifierOptions } from "../../../src/validator/pushOptions.ts";
import type { Resources } from "../../../src/validator/resources.ts";
import { aloneWith } from "../../../src/validator/roles/membership.ts";
import { allRoles } from "../../../src/validator/roles/roles.ts";
import { judgeOptions, weigherOptions } from "../../../src/validator/stageOptions.ts";
import { crashLanes, DirectPool, LOOSE, STRICT, WORK } from "./lanes.ts";
import { BLOCK_MS, type Outside, TEMPO, validator } from "./outside.ts";
import { RecordingChain } from "./recordingChain.ts";

/** Where a validator keeps its records and keys. */
export interface Place {
  /** The folder with `keys`. */
  readonly dir: string;
  openStore(): Promise<Store>;
}

const secret = sha256("master of the crash scenario");
export const publishingFile = (dir: string): string => join(dir, "keys/publishing.json");
const policy = {
  lanes: { [STRICT]: "1/2", [LOOSE]: "1", [WORK]: "1/2" },
  classes: { customer: "1", cold_start: "1/5", struck: "1/2" },
  floor: "1/100",
};

/** The first publishing key of the folder. */
export const firstKey = signerOf(sha256("publishing key of the crash scenario"));

function config(): Config {
  const defaults = defaultConfig();
  return {
    ...defaults,
    chain: { ...defaults.chain, tempo: TEMPO, block_ms: BLOCK_MS },
    judge: { ...defaults.judge, suspension_tempos: 3, cold_start_blocks: 10 },
    verify: { ...defaults.verify, concurrency: 4 },
  } as Config;
}

/** Signs, and tells the outside which vectors. */
function observed(signer: Signer, outside: Outside): Signer {
  return {
    ...signer,
    signDocument: (document: object) => {
      const signature = signer.signDocument(document);
      if ("weights" in document) {
        const { period, epoch } = document as UnsignedVector;
        outside.note({ kind: "signed", period: period ?? epoch, sha256: sha256Hex(canonical(document)) });
      }
      return signature;
    },
  };
}

/** One life of a validator: the production stages over a store, without sockets and threads. */
export interface Process extends SharedStages, PullStages, PushStages {
  readonly store: Store;
  readonly chain: RecordingChain;
  readonly outside: Outside;
  /** Calls of the store that are under way. */
  readonly isBusy: () => boolean;
}

/** Counts the calls under way, and tells of the moment before each and after it. */
function counted(store: Store, outside: Outside): { store: Store; isBusy: () => boolean } {
  let calls = 0;
  const proxy = new Proxy(store, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return async (...args: unknown[]) => {
        calls++;
        try {
          await outside.at(`before ${String(name)}`);
          const result: unknown = await Reflect.apply(method, target, args);
          await outside.at(`after ${String(name)}`);
          return result;
        } finally {
          calls--;
        }
      };
    },
  });
  return { store: proxy, isBusy: () => calls > 0 };
}

export async function startProcess(place: Place, outside: Outside): Promise<Process> {
  const { store, isBusy } = counted(await place.openStore(), outside);
  const jwk = JSON.parse(readFileSync(publishingFile(place.dir), "utf8")) as PrivateJwk;
  const signer = observed(makeSigner(jwk), outside);
  const lanes = crashLanes();
  const configured = config();
  const chain = new RecordingChain(store, outside);
  const own = { clock: outside.time, random: outside.random(), log: silentLog, metrics: noMetrics };
  const marks = new MarkFile(join(place.dir, "keys/publishing.mark.json"));
  const base = { ...own, store, chain, signer, lanes, marks, pool: new DirectPool(lanes) };
  const shared = await assembleStages(
    {
      ...{ epochHours: 1, policy, masters: [secret], judge: judgeOptions(configured) },
      terms: challengeTermsOf(configured, lanes),
      weigher: weigherOptions(configured, validator, lanes),
    },
    base,
  );
  const wired = { ...base, ...shared };
  const resources = { secret, previousSecret: null, hotkey: validator, retiredKeys: [], adminToken: "" };
  const start = { config: configured, dataDir: place.dir, host: "", port: 0, demo: false, version: "0" };
  const pull = await assemblePull(start, {
    ...wired,
    ...(resources as unknown as Resources),
    ...{ chain, store, signer, marks, metrics: noMetrics as Resources["metrics"] },
    membership: aloneWith(store, allRoles),
    trusted: { require: () => undefined },
  });
  const push = await assemblePush(
    {
      ...{ epochs: shared.epochs, hotkey: validator, dispatcher: dispatcherOptions(configured) },
      proofVerifier: { ...proofVerifierOptions(configured), bound: 16, workers: 2 },
    },
    {
      ...wired,
      lanes: new Map(pushLanes(lanes).map((lane) => [lane.name, lane])),
      soon: (run) => void setImmediate(run),
      draw: shared.sampler.draw.bind(shared.sampler),
      block: () => chain.block(),
      memoryAvailable: () => 1,
      unreachable: (outcome) => void outcome.catch(() => undefined),
    },
  );
  return { ...shared, ...pull, ...push, store, chain, outside, isBusy };
}

/** What the timers of a validator do now and then. */
export async function tickAll(life: Process): Promise<void> {
  await life.verifier.recover();
  life.dispatcher.tick();
  await settled(life);
  await life.judge.tick();
  await life.weigher.tick();
  await life.chain.tick();
  await life.sampler.tick();
  await life.dispatcher.save();
  await noteReveals(life);
}

export const settled = (life: Process): Promise<void> => life.outside.time.settle(life.isBusy);

/** Everybody sees the epochs that have closed. */
async function noteReveals({ store, outside }: Process): Promise<void> {
  for (const { epoch } of await store.closedEpochs(null, 100)) {
    const record = await store.epoch(epoch);
    if (record === null || record.revealed_key === null) continue;
    if (outside.facts.some((fact) => fact.kind === "revealed" && fact.epoch === epoch)) continue;
    const { revealed_key: key, log_head: head, log_length: length } = record;
    outside.note({ kind: "revealed", epoch, key, head, length });
  }
}

/** Asks the process that runs to decide anything of an epoch whose key is out. */
export async function assertShut({ store, sampler }: Process, facts: Outside["facts"]): Promise<string[]> {
  const wrongs: string[] = [];
  for (const fact of facts) {
    if (fact.kind !== "revealed") continue;
    try {
      sampler.draw(STRICT, validator, "w", fact.epoch, []);
      wrongs.push(`epoch ${fact.epoch} draws`);
    } catch {
      // Refused, as it must be.
    }
    const rows = [`0 jb_${"0".repeat(32)} lane 1`];
    const taken = await store
      .recordDraws([{ epoch: fact.epoch, lane: WORK, hotkeys: [validator], rows }])
      .then(
        () => true,
        () => false,
      );
    if (taken) wrongs.push(`epoch ${fact.epoch} takes draws`);
  }
  return wrongs;
}

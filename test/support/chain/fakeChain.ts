import { hashCommit } from "../../../src/chain/subtensor/codec/hashCommit.ts";
import { decodePayload } from "../../../src/chain/subtensor/codec/payload.ts";
import type {
  BlockRef,
  HashCommit,
  Neuron,
  TimelockedCommit,
  WeightCall,
  WeightLimits,
} from "../../../src/chain/subtensor/node.ts";
import { openBody } from "../../../src/chain/subtensor/timelock/body.ts";
import { readContainer } from "../../../src/chain/subtensor/timelock/container.ts";
import { quicknet } from "../../../src/chain/subtensor/timelock/quicknet.ts";
import { epochAt, type ScheduleState, step } from "../../../src/chain/subtensor/timelock/schedule.ts";
import { sha256Hex } from "../../../src/core/hash.ts";
import { decodeHotkey, encodeHotkey } from "../../../src/core/ss58.ts";

export const NETUID = 5;
export const BLOCK_MS = 12_000;
export const hotkeyOf = (n: number): string => encodeHotkey(Buffer.alloc(32, n));

/** A transaction as its bytes tell it. */
export interface FakeExtrinsic {
  readonly hotkey: string;
  readonly call: WeightCall;
  readonly nonce: number;
  readonly from: number;
  readonly until: number;
}

type Weights = readonly { readonly uid: number; readonly u16: number }[];

/** All that a block holds; a new one per block. */
interface State {
  readonly schedule: Omit<ScheduleState, "block" | "revealPeriodEpochs">;
  readonly nonces: ReadonlyMap<string, number>;
  readonly lastUpdate: ReadonlyMap<number, number>;
  readonly weights: ReadonlyMap<number, Weights>;
  readonly hashCommits: ReadonlyMap<string, readonly HashCommit[]>;
  readonly timelocked: ReadonlyMap<number, readonly (TimelockedCommit & { readonly hotkey: string })[]>;
}

/** What happened in a block. */
export interface ChainEvent {
  readonly block: number;
  readonly kind: "set" | "commit" | "timelocked" | "weights";
  readonly hotkey: string;
  /** What was set, or committed to. */
  readonly what: string;
}

interface Block extends BlockRef {
  readonly timeMs: number;
  readonly state: State;
  readonly settings: ChainSettings;
  readonly included: readonly { readonly hash: string; readonly error: string | null }[];
  readonly events: readonly ChainEvent[];
}

/** What an owner or time sets, as of each block. */
export interface ChainSettings
  extends Omit<WeightLimits, "neurons" | "uid" | "permit" | "lastUpdate" | "isOwner"> {
  readonly neurons: readonly Pick<Neuron, "uid" | "hotkey" | "permit">[];
  readonly ownerHotkey: string | null;
  readonly tempo: number;
  /** The beacon's rounds stop here; null: they go on. */
  readonly lastRound: number | null;
}

export const settings: ChainSettings = {
  ...{ mechanisms: 1, stake: 1000, stakeThreshold: 10, versionKey: 0, rateLimit: 5, minWeights: 1 },
  ...{ commitReveal: false, commitRevealVersion: 4, revealPeriodEpochs: 1, tempo: 20, lastRound: null },
  ownerHotkey: null,
  neurons: [1, 2, 3, 4].map((n) => ({ uid: n - 1, hotkey: hotkeyOf(n), permit: n === 1 })),
};

const put = <K, V>(map: ReadonlyMap<K, V>, key: K, value: V): Map<K, V> => new Map([...map, [key, value]]);

/** A model of the chain: blocks, a pool, finality, and the rules of weights. */
export class FakeChain {
  settings: ChainSettings = settings;
  /** Keys of AES that were drawn: the beacon's signatures cannot be made here, so that commits are opened with these. */
  readonly keys: Uint8Array[] = [];
  readonly pool = new Map<string, FakeExtrinsic>();
  /** Blocks that are not final yet. */
  finalityLag = 2;
  /** Whether blocks take transactions. */
  isFull = false;
  readonly #blocks: Block[];

  constructor(first = 1000) {
    const schedule = {
      ...{
        lastEpochBlock: first,
        pendingEpochAt: 0,
        subnetEpochIndex: 50,
        tempo: 20,
        blocksSinceLastStep: 0,
      },
    };
    const state: State = {
      ...{ schedule, nonces: new Map(), lastUpdate: new Map(), weights: new Map() },
      ...{ hashCommits: new Map(), timelocked: new Map() },
    };
    this.#blocks = [this.#sealed(first, "", state, [], [])];
  }

  get best(): Block {
    return this.#blocks.at(-1) as Block;
  }

  get final(): Block {
    return this.#blocks[Math.max(0, this.#blocks.length - 1 - this.finalityLag)] as Block;
  }

  /** Of final blocks. */
  events(): ChainEvent[] {
    const { number } = this.final;
    return this.#blocks.filter((block) => block.number <= number).flatMap(({ events }) => events);
  }

  at({ number, hash }: BlockRef): Block {
    const block = this.#blocks.find((candidate) => candidate.number === number);
    if (block?.hash !== hash) throw new Error(`no block ${number} ${hash}`);
    return block;
  }

  /** The final block that included an extrinsic. */
  inclusionOf(hash: string): { block: Block; error: string | null } | null {
    for (const block of this.#blocks) {
      const found = block.included.find((entry) => entry.hash === hash);
      if (found !== undefined && block.number <= this.final.number) return { block, error: found.error };
    }
    return null;
  }

  nonceOf(hotkey: string): number {
    return this.best.state.nonces.get(hotkey) ?? 0;
  }

  /** Next after those of the pool. */
  nextNonce(hotkey: string): number {
    let nonce = this.nonceOf(hotkey);
    const pooled = new Set(
      [...this.pool.values()].filter((tx) => tx.hotkey === hotkey).map((tx) => tx.nonce),
    );
    while (pooled.has(nonce)) nonce++;
    return nonce;
  }

  /** A refusal, or null when the pool has it now. */
  submit(hash: string, tx: FakeExtrinsic): { error: string; isNonce: boolean } | null {
    if (tx.nonce < this.nonceOf(tx.hotkey)) return { error: "Stale", isNonce: true };
    if (this.best.number + 1 > tx.until) return { error: "AncientBirthBlock", isNonce: false };
    const rival = [...this.pool].find(
      ([other, { hotkey, nonce }]) => other !== hash && hotkey === tx.hotkey && nonce === tx.nonce,
    );
    if (rival !== undefined) return { error: "Priority is too low", isNonce: true };
    this.pool.set(hash, tx);
    return null;
  }

  produce(count = 1): void {
    for (let i = 0; i < count; i++) this.#blocks.push(this.#next());
  }

  /** Blocks that are not final are replaced by others, whose transactions are back in the pool or lost. */
  reorganise(count: number, isLost: boolean, txs: ReadonlyMap<string, FakeExtrinsic>): void {
    const gone = this.#blocks.splice(this.#blocks.length - Math.min(count, this.finalityLag));
    for (const { hash } of gone.flatMap(({ included }) => included)) {
      const tx = txs.get(hash);
      if (!isLost && tx !== undefined) this.pool.set(hash, tx);
    }
  }

  #sealed(
    number: number,
    parent: string,
    state: State,
    included: Block["included"],
    events: readonly ChainEvent[],
  ): Block {
    const hash = `0x${sha256Hex(`${parent} ${number} ${included.map((tx) => tx.hash).join()}`)}`;
    const timeMs = quicknet.genesisMs + number * BLOCK_MS;
    return { number, hash, timeMs, state, settings: this.settings, included, events };
  }

  #next(): Block {
    const number = this.best.number + 1;
    const events: ChainEvent[] = [];
    let state = this.#opened(this.best.state, number, events);
    const before = { ...state.schedule, tempo: this.settings.tempo };
    state = { ...state, schedule: step(before, number) };
    const included: { hash: string; error: string | null }[] = [];
    const txs = [...this.pool].sort(([, a], [, b]) => a.nonce - b.nonce);
    for (const [hash, tx] of this.isFull ? [] : txs) {
      const nonce = state.nonces.get(tx.hotkey) ?? 0;
      if (tx.nonce !== nonce || number > tx.until) continue;
      state = { ...state, nonces: put(state.nonces, tx.hotkey, nonce + 1) };
      const done = this.#applied(state, tx, number, events);
      if (typeof done !== "string") state = done;
      included.push({ hash, error: typeof done === "string" ? done : null });
    }
    for (const [hash, tx] of txs)
      if (number >= tx.until || tx.nonce < (state.nonces.get(tx.hotkey) ?? 0)) this.pool.delete(hash);
    return this.#sealed(number, this.best.hash, state, included, events);
  }

  uidOf(hotkey: string, from: ChainSettings = this.settings): number | null {
    return from.neurons.find((neuron) => neuron.hotkey === hotkey)?.uid ?? null;
  }

  /** Commits of the epoch whose turn it is are opened before anything else of a block. */
  #opened(state: State, block: number, events: ChainEvent[]): State {
    const current = epochAt({ ...state.schedule, tempo: this.settings.tempo }, block);
    const target = current - this.settings.revealPeriodEpochs;
    let { timelocked, weights } = state;
    for (const epoch of timelocked.keys()) {
      if (epoch < target) timelocked = new Map([...timelocked].filter(([key]) => key !== epoch));
      if (epoch !== target) continue;
      const waiting = [];
      for (const entry of timelocked.get(epoch) ?? []) {
        if (entry.round > this.roundAt(block)) waiting.push(entry);
        else weights = this.#revealed({ ...state, weights }, entry, block, events);
      }
      timelocked = put(timelocked, epoch, waiting);
    }
    return { ...state, timelocked, weights };
  }

  roundAt(block: number): number {
    const round = Math.floor((block * BLOCK_MS) / quicknet.periodMs) + 1;
    return Math.min(round, this.settings.lastRound ?? round);
  }

  #revealed(
    state: State,
    { commit, hotkey }: TimelockedCommit & { readonly hotkey: string },
    block: number,
    events: ChainEvent[],
  ): ReadonlyMap<number, Weights> {
    const { body, nonce } = readContainer(Buffer.from(commit.slice(2), "hex"));
    const bytes = this.keys.map((key) => openBody(body, key, nonce)).find((opened) => opened !== null);
    const payload = bytes === undefined || bytes === null ? null : decodePayload(bytes);
    if (payload === null) return state.weights;
    const { uids, values, versionKey } = payload;
    const refused = this.#refused(hotkey, uids, Number(versionKey));
    if (refused !== null) return state.weights;
    return this.#withWeights(state, hotkey, uids, values, block, events).weights;
  }

  #withWeights(
    state: State,
    hotkey: string,
    uids: readonly number[],
    values: readonly number[],
    block: number,
    events: ChainEvent[],
  ): State {
    const uid = this.uidOf(hotkey) ?? -1;
    const rows = uids.map((target, i) => ({ uid: target, u16: values[i] ?? 0 }));
    events.push({ block, kind: "weights", hotkey, what: values.join() });
    return { ...state, weights: put(state.weights, uid, rows) };
  }

  #refused(hotkey: string, uids: readonly number[], versionKey: number): string | null {
    const { settings: now } = this;
    const neuron = now.neurons.find((candidate) => candidate.hotkey === hotkey);
    if (neuron === undefined) return "HotKeyNotRegisteredInSubNet";
    if (now.stake < now.stakeThreshold) return "NotEnoughStakeToSetWeights";
    if (now.versionKey !== 0 && versionKey < now.versionKey) return "IncorrectWeightVersionKey";
    if (!neuron.permit && hotkey !== now.ownerHotkey) return "NeuronNoValidatorPermit";
    if (new Set(uids).size !== uids.length) return "DuplicateUids";
    if (uids.some((uid) => uid >= now.neurons.length)) return "UidVecContainInvalidOne";
    return uids.length < Math.min(now.minWeights, now.neurons.length) ? "WeightVecLengthIsLow" : null;
  }

  #tooFast(state: State, hotkey: string, block: number): boolean {
    const last = state.lastUpdate.get(this.uidOf(hotkey) ?? -1) ?? 0;
    return last !== 0 && block - last < this.settings.rateLimit;
  }

  /** The state after a call, or the name of its error. */
  #applied(
    state: State,
    { hotkey, call }: FakeExtrinsic,
    block: number,
    events: ChainEvent[],
  ): State | string {
    const { commitReveal } = this.settings;
    const uid = this.uidOf(hotkey);
    if (uid === null) return "HotKeyNotRegisteredInSubNet";
    if (call.kind === "reveal") return this.#revealedHash(state, hotkey, call, block, events);
    if (this.#tooFast(state, hotkey, block)) return "SettingWeightsTooFast";
    if (call.kind === "set") {
      if (commitReveal) return "CommitRevealEnabled";
      const refused = this.#refused(hotkey, call.uids, call.versionKey);
      if (refused !== null) return refused;
      events.push({ block, kind: "set", hotkey, what: call.values.join() });
      const set = this.#withWeights(state, hotkey, call.uids, call.values, block, events);
      return { ...set, lastUpdate: put(state.lastUpdate, uid, block) };
    }
    if (!commitReveal) return "CommitRevealDisabled";
    const epoch = epochAt(state.schedule, block);
    const lastUpdate = put(state.lastUpdate, uid, block);
    if (call.kind === "commit") {
      const open = this.#unexpired(state, hotkey, epoch);
      if (open.length >= 10) return "TooManyUnrevealedCommits";
      events.push({ block, kind: "commit", hotkey, what: call.hash });
      const commits = [...open, { hash: call.hash, epoch, block }];
      return { ...state, lastUpdate, hashCommits: put(state.hashCommits, hotkey, commits) };
    }
    if (call.round < this.roundAt(block)) return "InvalidRevealRound";
    const entries = state.timelocked.get(epoch) ?? [];
    events.push({ block, kind: "timelocked", hotkey, what: call.commit });
    const entry = { block, commit: call.commit, round: call.round, hotkey };
    return { ...state, lastUpdate, timelocked: put(state.timelocked, epoch, [...entries, entry]) };
  }

  #unexpired(state: State, hotkey: string, epoch: number): readonly HashCommit[] {
    const { revealPeriodEpochs } = this.settings;
    return (state.hashCommits.get(hotkey) ?? []).filter(
      (commit) => commit.epoch + revealPeriodEpochs >= epoch,
    );
  }

  #revealedHash(
    state: State,
    hotkey: string,
    call: Extract<WeightCall, { kind: "reveal" }>,
    block: number,
    events: ChainEvent[],
  ): State | string {
    const epoch = epochAt(state.schedule, block);
    const { uids, values, salt, versionKey } = call;
    const account = decodeHotkey(hotkey) ?? new Uint8Array();
    const place = { account, netuid: NETUID, mechanism: 0 };
    const hash = `0x${Buffer.from(hashCommit({ ...place, uids, values, salt, versionKey })).toString("hex")}`;
    const commits = this.#unexpired(state, hotkey, epoch);
    const at = commits.findIndex((commit) => commit.hash === hash);
    if (at < 0) return "NoWeightsCommitFound";
    if ((commits[at]?.epoch ?? 0) + this.settings.revealPeriodEpochs !== epoch) return "RevealTooEarly";
    const refused = this.#refused(hotkey, uids, versionKey);
    if (refused !== null) return refused;
    const rest = put(state.hashCommits, hotkey, commits.slice(at + 1));
    return this.#withWeights({ ...state, hashCommits: rest }, hotkey, uids, values, block, events);
  }
}

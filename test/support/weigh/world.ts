import assert from "node:assert/strict";
import { generatePrivateJwk, makeSigner, type Signer } from "../../../src/core/ed25519.ts";
import type { Log } from "../../../src/core/log.ts";
import type { ChainMiner, UidWeight, WeightOrder } from "../../../src/flow/chain.ts";
import { heldOrder } from "../../../src/flow/heldOrder.ts";
import type { WorkBucket } from "../../../src/flow/job.ts";
import {
  type Credit,
  periodOf,
  type SignedVector,
  type SigningMark,
  type SigningMarks,
  type UnsignedVector,
} from "../../../src/flow/weights.ts";
import { Weigher, type WeigherOptions } from "../../../src/weigh/weigher.ts";
import { Counts } from "../counts.ts";
import { FakeClock } from "../fakeClock.ts";

export const HOUR = 3_600_000;
export const PERIOD = 360;
export const signer = makeSigner(generatePrivateJwk());

/** The vectors of a store, which survive every crash, and what it credits. */
export class Vectors {
  readonly intents = new Map<number, UnsignedVector>();
  readonly saved = new Map<number, SignedVector>();
  readonly notes = new Map<string, string>();
  credited: Credit[] = [
    { lane: "sat", hotkey: "a", weight: 3 },
    { lane: "sat", hotkey: "b", weight: 1 },
  ];
  worked: WorkBucket[] = [];
  since: number | null = null;
  workSince: number | null = null;
  calls = 0;
  crash: { readonly at: number; readonly effect: "before" | "after" } | null = null;

  /** As it is now, for a backup. */
  copy(): Vectors {
    const copy = new Vectors();
    for (const [period, intent] of this.intents) copy.intents.set(period, intent);
    for (const [period, vector] of this.saved) copy.saved.set(period, vector);
    for (const [key, value] of this.notes) copy.notes.set(key, value);
    return copy;
  }

  async #step<T>(work: () => T): Promise<T> {
    this.calls++;
    const crashes = this.crash?.at === this.calls;
    if (crashes && this.crash?.effect === "before") throw new Error("crash before");
    const result = work();
    if (crashes) throw new Error("crash after");
    return result;
  }

  credits(since: number) {
    return this.#step(() => {
      this.since = since;
      return this.credited;
    });
  }
  work(since: number) {
    return this.#step(() => {
      this.workSince = since;
      return this.worked;
    });
  }
  recordIntent(vector: UnsignedVector) {
    return this.#step(() => {
      const known = this.intents.get(periodOf(vector)) ?? vector;
      this.intents.set(periodOf(vector), known);
      return known;
    });
  }
  saveVector(vector: SignedVector) {
    return this.#step(() => {
      assert.equal(this.saved.has(periodOf(vector)), false, `two vectors of period ${periodOf(vector)}`);
      this.saved.set(periodOf(vector), vector);
    });
  }
  vector(period: number) {
    return this.#step(() => this.saved.get(period) ?? null);
  }
  latestVector() {
    return this.#step(() => [...this.saved.values()].at(-1) ?? null);
  }
  note(key: string) {
    return this.#step(() => this.notes.get(key) ?? null);
  }
  setNote(key: string, value: string) {
    return this.#step(() => {
      this.notes.set(key, value);
    });
  }
}

/** Keeps the mark beside the key, whatever becomes of the store. */
export class Marks implements SigningMarks {
  readonly place = "publishing.mark.json";
  mark: SigningMark | null = null;
  written = 0;
  fails = false;

  async read(): Promise<SigningMark | null> {
    return this.mark;
  }
  async write(mark: SigningMark): Promise<void> {
    if (this.fails) throw new Error("disk full");
    this.written++;
    this.mark = mark;
  }
}

/** A chain whose height the test sets, and that keeps submitted vectors. */
export class WeighChain {
  height: number | null;
  listed: ChainMiner[] | null = null;
  down = false;
  owner: string | null = null;
  blocksPerTempo = PERIOD;
  /** Also who is no miner; null: the miners. */
  everyone: ChainMiner[] | null = null;
  readonly orders: WeightOrder[] = [];
  readonly submitted: UidWeight[][] = [];

  constructor(height: number) {
    this.height = height;
  }
  block() {
    return this.height;
  }
  tempo() {
    return this.blocksPerTempo;
  }
  miners() {
    return this.listed;
  }
  registered() {
    return this.everyone ?? this.listed;
  }
  ownerHotkey() {
    return this.owner;
  }
  async submitWeights(order: WeightOrder): Promise<readonly UidWeight[]> {
    if (this.down) throw new Error("chain down");
    const { held, changed } = heldOrder(order, this.registered());
    this.orders.push(order);
    this.submitted.push([...held]);
    return changed;
  }
}

export const options: WeigherOptions = {
  network: "local",
  netuid: 5,
  validator: "validator",
  windowHours: 24,
  regionCap: 0.25,
  burn: { share: 0, uid: null, hotkey: null, absent: "skip" },
  everyTempos: 1,
  shares: { sat: 1 },
  push: { halfLifeMs: 2 * HOUR, minResults: 100, exponent: 1.3 },
  blockMs: 50,
};

interface Given {
  readonly options?: Partial<WeigherOptions>;
  readonly blocked?: readonly string[];
}

interface Start {
  readonly by?: Signer;
  readonly store?: Vectors;
  /** Those of another machine. */
  readonly marks?: Marks;
}

/** A weigher at the first block of period 10 with all that it stands on; `start` makes another one, as a restart does. */
export function makeWeigher(given: Given = {}) {
  const [store, chain, marks, clock, metrics] = [
    new Vectors(),
    new WeighChain(10 * PERIOD),
    new Marks(),
    new FakeClock(50 * HOUR),
    new Counts(),
  ];
  const entries: { readonly event: string; readonly data?: object }[] = [];
  const note = (event: string, data?: object): void =>
    void entries.push(data === undefined ? { event } : { event, data });
  const log: Log = { debug: note, info: note, warn: note, error: note };
  const judge = { mayEarn: (hotkey: string) => !given.blocked?.includes(hotkey) };
  const start = ({ by = signer, store: used = store, marks: kept = marks }: Start = {}) =>
    new Weigher(
      { ...options, ...given.options },
      { store: used, marks: kept, judge, chain, signer: by, clock, log, metrics },
    );
  return { store, chain, marks, clock, metrics, entries, start, weigher: start() };
}

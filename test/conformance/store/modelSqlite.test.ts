import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { canonical } from "../../../src/core/canonical.ts";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLog } from "../../../src/core/log.ts";
import { noMetrics } from "../../../src/core/metrics.ts";
import { AssayError } from "../../../src/core/problems/assayError.ts";
import type { SampledEnd } from "../../../src/flow/job.ts";
import type { Suspension } from "../../../src/flow/standing.ts";
import type { Store } from "../../../src/flow/store.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { hashOf, RunningStore, storeOf } from "../../support/sim/store.ts";
import { removeDir, temporaryDir } from "../../support/validator/validator.ts";
import { commitment, EPOCH, presentHead, signed, unsigned, wholeLog } from "./fixtures.ts";
import {
  BUCKET,
  type DrawnJob,
  delta,
  drawn,
  groupOf,
  newJobId,
  sampledEnd,
  struckEnd,
  T,
} from "./jobFixtures.ts";

// The modelled store and the one of production, told the same, answer the same and write the same lines, byte for byte.

const dir = temporaryDir();
const sqlite = await openSqliteStore({
  ...{ file: join(dir, "assay.db"), log: silentLog, metrics: noMetrics, clock: systemClock },
});
after(async () => {
  await sqlite.close();
  removeDir(dir);
});

const miner = fc.nat(2);
const lane = fc.nat(1);
const epoch = fc.nat(2);
const block = fc.nat(400);
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("draw"), epoch, lane, jobs: jobsOf(6) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("end"),
      which: fc.array(fc.nat(19), { maxLength: 4 }),
      state: fc.constantFrom<SampledEnd["state"]>("accepted", "accepted", "rejected", "void"),
      strike: fc.constantFrom("none", "counts", "suspends"),
      answered: fc.boolean(),
      block,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("work"),
      ...{ miner, lane, block, ago: fc.nat(3), credit: fc.nat(9), debit: fc.nat(9), accepted: fc.nat(3) },
    }),
  },
  fc.record({
    kind: fc.constant("suspend"),
    ...{ miner, untilBlock: block, of: fc.constantFrom<Suspension["kind"]>("operator", "unreachable") },
  }),
  fc.record({ kind: fc.constant("release"), miner, byHand: fc.boolean() }),
  fc.record({ kind: fc.constant("drop"), miner }),
  fc.record({ kind: fc.constant("lapse"), block }),
  fc.record({ kind: fc.constant("head"), epoch }),
  fc.record({ kind: fc.constant("close"), epoch }),
  fc.record({ kind: fc.constant("vector"), epoch, block }),
  fc.record({ kind: fc.constant("note"), text: fc.string() }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;
type Of<K extends Step["kind"]> = Extract<Step, { kind: K }>;

function jobsOf(most: number) {
  return fc.array(fc.record({ miner: fc.nat(2), sampled: fc.boolean() }), { minLength: 1, maxLength: most });
}

interface Handed {
  readonly job: DrawnJob;
  readonly lane: string;
  readonly epoch: number;
}

/** One sequence; its own epochs, hotkeys and lanes keep it apart from the others. */
class Pair {
  readonly running = new RunningStore();
  readonly #stores: readonly Store[] = [sqlite, storeOf(this.running)];
  readonly #number: number;
  readonly #jobs: Handed[] = [];
  #now = T;

  constructor(number: number) {
    this.#number = number;
  }

  epoch(index: number): number {
    return EPOCH + 3 * this.#number + index;
  }

  #hotkey(index: number): string {
    return `5M${this.#number}x${index}`;
  }

  #lane(index: number): string {
    return `lane-${this.#number}-${index}`;
  }

  #isOwn = ({ hotkey }: { readonly hotkey: string }): boolean => hotkey.startsWith(`5M${this.#number}x`);

  /** What the call gives in one store it gives in the other. */
  async #same<T>(call: (store: Store) => Promise<T>): Promise<T | null> {
    const [real, model] = await Promise.allSettled(this.#stores.map(call));
    assert.ok(real !== undefined && model !== undefined);
    if (real.status === "fulfilled") {
      assert.deepEqual(model, real);
      return real.value;
    }
    assert.ok(model.status === "rejected", `the model took what was refused with ${real.reason}`);
    assert.ok(real.reason instanceof AssayError && model.reason instanceof AssayError);
    assert.equal(model.reason.code, real.reason.code);
    return null;
  }

  async begin(): Promise<void> {
    for (const index of [0, 1, 2])
      await this.#same((store) => store.commitEpoch(commitment(this.epoch(index))));
  }

  async step(step: Step): Promise<void> {
    this.#now += (BUCKET * 2) / 3;
    const { kind } = step;
    if (kind === "draw") await this.#draw(step);
    else if (kind === "end") await this.#end(step);
    else if (kind === "work") await this.#work(step);
    else if (kind === "head" || kind === "close") await this.#sign(step);
    else if (kind === "vector" || kind === "note") await this.#keep(step);
    else await this.#stand(step);
  }

  async #draw({ epoch, lane, jobs }: Of<"draw">): Promise<void> {
    const made = jobs.map(({ miner, sampled }) => drawn({ hotkey: this.#hotkey(miner), sampled }));
    const at = { epoch: this.epoch(epoch), lane: this.#lane(lane) };
    const before = this.#jobs.at(-1)?.epoch ?? at.epoch;
    const groups = [groupOf(made, at), groupOf([drawn({ sampled: false })], { ...at, epoch: before })];
    const done = await this.#same((store) => store.recordDraws(groups));
    if (done !== null) this.#jobs.push(...made.map((job) => ({ job, ...at })));
  }

  async #end({ which, ...step }: Of<"end">): Promise<void> {
    const ends = which.map((index) => this.#endOf(this.#jobs.at(-1 - index), step));
    await this.#same((store) => store.endSamples(ends));
  }

  #endOf(entry: Handed | undefined, step: Omit<Of<"end">, "which">): SampledEnd {
    const { state, answered, strike, block } = step;
    const { job = drawn(), lane = "none", epoch = EPOCH } = entry ?? {};
    const change = {
      ...{ epoch, lane, hotkey: job.hotkey, state, block, at: this.#now, credit: 5 },
      ...{ verified: state !== "void", answerSha256: answered ? hashOf(job.jobId) : null },
    };
    const suspendUntil = strike === "suspends" ? block + 100 : null;
    // Only an answer can be a cheat, so who is struck was seen.
    const isStruck = state === "rejected" && strike !== "none" && answered;
    if (!isStruck) return sampledEnd(job.jobId, { ...change, code: state === "accepted" ? null : "x" });
    return { ...struckEnd(newJobId(), change, { at: this.#now, block, suspendUntil }), jobId: job.jobId };
  }

  async #work({ miner, lane, block, ago, credit, debit, accepted }: Of<"work">): Promise<void> {
    const of = { hotkey: this.#hotkey(miner), lane: this.#lane(lane), at: this.#now - (ago * BUCKET) / 3 };
    const deltas = [delta({ ...of, block, credit, debit, accepted }), delta({ ...of, block, credit: 0.5 })];
    await this.#same((store) => store.addWork(deltas));
  }

  async #stand(step: Of<"suspend"> | Of<"release"> | Of<"drop"> | Of<"lapse">): Promise<void> {
    if (step.kind === "lapse") {
      await this.#same((store) => store.dropEndedSuspensions(step.block));
      return;
    }
    const hotkey = this.#hotkey(step.miner);
    const at = this.#now;
    if (step.kind === "drop") await this.#same((store) => store.dropMiners([hotkey]));
    else if (step.kind === "release") {
      const action = { action: "release", hotkey, reason: "appeal", at } as const;
      await this.#same((store) => store.release(hotkey, step.byHand ? action : null));
    } else {
      const { untilBlock, of: kind } = step;
      const suspension = { hotkey, kind, untilBlock, reason: "why", by: "operator", at };
      await this.#same((store) => store.suspend(suspension));
    }
  }

  async #sign({ kind, epoch: index }: Of<"head"> | Of<"close">): Promise<void> {
    const epoch = this.epoch(index);
    const [real, model] = await Promise.all(this.#stores.map((store) => presentHead(store, epoch)));
    assert.ok(real !== undefined);
    assert.deepEqual(model, real);
    if (kind === "head") await this.#same((store) => store.addLogHead(real));
    else await this.#same((store) => store.closeEpoch(epoch, "k", real, this.#now));
  }

  async #keep(step: Of<"vector"> | Of<"note">): Promise<void> {
    if (step.kind === "note") {
      await this.#same((store) => store.setNote(`${this.#number}`, step.text));
      await this.#same((store) => store.note(`${this.#number}`));
      return;
    }
    const epoch = this.epoch(step.epoch);
    const intent = await this.#same((store) => store.recordIntent(unsigned(epoch, { block: step.block })));
    const vector = signed(epoch, { block: intent?.block ?? 0 });
    await this.#same((store) => store.saveVector(vector));
    await this.#same((store) => store.vector(epoch));
  }

  async compare(): Promise<void> {
    await this.#same(async (store) => (await store.work(0)).filter(this.#isOwn));
    await this.#same(async (store) =>
      (await store.openSamples(100_000))
        .filter(this.#isOwn)
        .map((sample) => canonical(sample))
        .toSorted(),
    );
    await this.#same(async (store) => this.#standing(store));
    for (const index of [0, 1, 2]) await this.#compareEpoch(this.epoch(index));
  }

  async #standing(store: Store): Promise<Record<string, string[]>> {
    const { sightings, suspensions, strikes } = await store.standingState();
    const texts = (rows: readonly { hotkey: string }[]): string[] =>
      rows
        .filter(this.#isOwn)
        .map((row) => canonical(row))
        .toSorted();
    const bare = strikes.map(({ hotkey, block, counted }) => ({ hotkey, block, counted }));
    return { sightings: texts(sightings), suspensions: texts(suspensions), strikes: texts(bare) };
  }

  async #compareEpoch(epoch: number): Promise<void> {
    await this.#same((store) => store.epoch(epoch));
    await this.#same((store) => store.logHeads(epoch));
    const lines = (await wholeLog(sqlite, epoch)).map(({ hash, ...hashed }) => ({
      text: canonical(hashed),
      hash,
    }));
    assert.deepEqual(this.running.lines.get(epoch) ?? [], lines);
  }
}

test("any sequence of calls gives the same answers, the same state and the same log", async () => {
  let number = 0;
  let lines = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60, size: "max" }), async (sequence) => {
      const pair = new Pair(number++);
      await pair.begin();
      for (const one of sequence) await pair.step(one);
      await pair.compare();
      for (const log of pair.running.lines.values()) lines += log.length;
    }),
    { numRuns: 60 },
  );
  assert.ok(lines > 500, `only ${lines} lines`);
});

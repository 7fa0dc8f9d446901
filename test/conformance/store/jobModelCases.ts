import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { SampledEnd } from "../../../src/flow/job.ts";
import type { Store } from "../../../src/flow/store.ts";
import { assertLog, commitment, type OpenStore, withStore } from "./fixtures.ts";
import {
  BUCKET,
  type DrawnJob,
  delta,
  drawn,
  groupOf,
  jobStrike,
  newJobId,
  sampledEnd,
  T,
} from "./jobFixtures.ts";

type Step =
  | { kind: "draw"; jobs: { miner: number; sampled: boolean }[]; lane: number }
  | { kind: "end"; which: number[]; state: SampledEnd["state"]; strike: boolean; answered: boolean }
  | { kind: "work"; miner: number; lane: number; ago: number; credit: number; debit: number };

interface ModelBucket {
  verified: number;
  unverified: number;
  debit: number;
  results: number;
}

const miner = fc.nat(1);
const lane = fc.nat(1);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant("draw"),
      jobs: fc.array(fc.record({ miner, sampled: fc.boolean() }), { maxLength: 4 }),
      lane,
    }),
    fc.record({
      kind: fc.constant("end"),
      which: fc.array(fc.nat(9), { maxLength: 3 }),
      state: fc.constantFrom("accepted", "accepted", "rejected", "void"),
      strike: fc.boolean(),
      answered: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant("work"),
      ...{ miner, lane },
      ago: fc.nat(3),
      credit: fc.nat(9),
      debit: fc.nat(9),
    }),
  ),
  { maxLength: 30 },
);

/** One run over the store and, beside it, over plain maps. Its own lanes and hotkeys keep it apart from other runs. */
class Run {
  readonly #store: Store;
  readonly #name: string;
  readonly #jobs: { readonly job: DrawnJob; readonly lane: string }[] = [];
  readonly #open = new Set<string>();
  readonly #buckets = new Map<string, ModelBucket>();
  readonly #counts = new Map<
    string,
    { submitted: number; accepted: number; rejected: number; void: number }
  >();
  readonly #struckAt = new Map<string, number>();
  /** What one step takes: two thirds of a bucket. */
  #now = T;

  constructor(store: Store, name: string) {
    this.#store = store;
    this.#name = name;
  }

  async step(step: Step): Promise<void> {
    this.#now += (BUCKET * 2) / 3;
    if (step.kind === "draw") await this.#draw(step);
    else if (step.kind === "end") await this.#end(step);
    else await this.#work(step);
  }

  async #draw({ jobs, lane }: Extract<Step, { kind: "draw" }>): Promise<void> {
    const name = `${this.#name}/${lane}`;
    const made = jobs.map(({ miner, sampled }) => drawn({ hotkey: `${this.#name}-${miner}`, sampled }));
    await this.#store.recordDraws([groupOf(made, { lane: name })]);
    for (const job of made) {
      this.#jobs.push({ job, lane: name });
      if (job.sampled) this.#open.add(job.jobId);
    }
  }

  async #end(step: Extract<Step, { kind: "end" }>): Promise<void> {
    const ends = step.which.map((index) => this.#endOf(this.#jobs[index], step));
    const ended = ends.filter((end) => this.#modelEnd(end)).map(({ jobId }) => jobId);
    assert.deepEqual(await this.#store.endSamples(ends), ended);
  }

  #endOf(
    entry: { job: DrawnJob; lane: string } | undefined,
    step: Extract<Step, { kind: "end" }>,
  ): SampledEnd {
    const { job, lane } = entry ?? { job: drawn({ hotkey: "5Nobody" }), lane: "none" };
    const { jobId, hotkey } = job;
    const { state, answered } = step;
    const strikes = step.strike && state === "rejected";
    return sampledEnd(jobId, {
      ...{ hotkey, lane, state, at: this.#now, credit: 5 },
      answerSha256: answered || state !== "void" ? "aa" : null,
      strike: strikes ? jobStrike(newJobId(), { hotkey, lane, at: this.#now }) : null,
    });
  }

  #modelEnd(end: SampledEnd): boolean {
    if (!this.#open.delete(end.jobId)) return false;
    const { lane, hotkey, state, answerSha256, strike } = end;
    const counts = this.#countsOf(hotkey);
    if (answerSha256 !== null) counts.submitted++;
    if (answerSha256 !== null || counts.submitted > 0) counts[state]++;
    if (state === "accepted") {
      const bucket = this.#bucketOf(lane, hotkey, end.at);
      bucket.verified += end.credit;
      bucket.results++;
    }
    if (strike === null) return true;
    this.#struckAt.set(hotkey, strike.at);
    for (const [key, bucket] of this.#buckets) if (key.split(" ")[1] === hotkey) bucket.unverified = 0;
    return true;
  }

  async #work({ miner, lane: number, ago, credit, debit }: Extract<Step, { kind: "work" }>): Promise<void> {
    const hotkey = `${this.#name}-${miner}`;
    const lane = `${this.#name}/${number}`;
    const at = this.#now - (ago * BUCKET) / 2;
    await this.#store.addWork([delta({ lane, hotkey, at, credit, debit, accepted: 2, failed: 1 })]);
    const bucket = this.#bucketOf(lane, hotkey, at);
    if (at > (this.#struckAt.get(hotkey) ?? 0)) bucket.unverified += credit;
    bucket.debit += debit;
    bucket.results += 3;
    const counts = this.#countsOf(hotkey);
    counts.submitted += 2;
    counts.accepted += 2;
  }

  #bucketOf(lane: string, hotkey: string, at: number): ModelBucket {
    const key = `${lane} ${hotkey} ${Math.floor(at / BUCKET) * BUCKET}`;
    const bucket = this.#buckets.get(key) ?? { verified: 0, unverified: 0, debit: 0, results: 0 };
    this.#buckets.set(key, bucket);
    return bucket;
  }

  #countsOf(hotkey: string) {
    const counts = this.#counts.get(hotkey) ?? { submitted: 0, accepted: 0, rejected: 0, void: 0 };
    this.#counts.set(hotkey, counts);
    return counts;
  }

  async compare(): Promise<void> {
    const found = (await this.#store.work(0)).filter(({ lane }) => lane.startsWith(`${this.#name}/`));
    const rows = found.map(({ lane, hotkey, start, credit, debit, results }) => [
      `${lane} ${hotkey} ${start}`,
      { credit, debit, results },
    ]);
    const want = [...this.#buckets].map(([key, { verified, unverified, debit, results }]) => [
      key,
      { credit: verified + unverified, debit, results },
    ]);
    assert.deepEqual(Object.fromEntries(rows), Object.fromEntries(want));
    for (const [hotkey, counts] of this.#counts) {
      if (counts.submitted > 0) assert.deepEqual((await this.#store.miner(hotkey))?.counts, counts);
      else assert.equal(await this.#store.miner(hotkey), null);
    }
    const open = (await this.#store.openSamples(100_000)).map(({ jobId }) => jobId);
    const known = new Set(this.#jobs.map(({ job }) => job.jobId));
    assert.deepEqual(open.filter((id) => known.has(id)).sort(), [...this.#open].sort());
  }
}

export function jobModelCases(open: OpenStore): void {
  test("any sequence of draws, ends, strikes and work goes as the model says", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(steps, async (sequence) => {
          const run = new Run(store, `m${runs++}x`);
          for (const step of sequence) await run.step(step);
          await run.compare();
        }),
        { numRuns: 60 },
      );
      await assertLog(store);
    }));
}

import assert from "node:assert/strict";
import { AssayError } from "../../../src/core/problems/assayError.ts";
import { stateText } from "../../../src/dispatch/records/savedState.ts";
import type { LinkEnd } from "../../../src/flow/link.ts";
import { answerOf, type FakeLink } from "./link.ts";
import { error, invalid, proveLane, valid, World } from "./world.ts";

/** What may happen; what keeps the work going far more often than what stops it. */
const common = [
  "answer",
  "answer",
  "answer",
  "open",
  "valid",
  "tick",
  "settle",
  "let go",
  "release",
] as const;
const usual = ["customer", "drain link", "store up", "height known", "room"] as const;
const rare = [
  ...["give back", "miss", "answer wrongly", "invalid", "error", "suspend", "operator", "close", "epoch"],
  ...["long tick", "hold", "store down", "height"],
] as const;
export const deeds = [
  ...Array.from({ length: 8 }, () => common).flat(),
  ...Array.from({ length: 3 }, () => usual).flat(),
  ...rare,
] as const;

export interface Deed {
  readonly do: (typeof deeds)[number];
  readonly who: number;
  readonly which: number;
  /** Whether what follows from it happens before the next. */
  readonly settles: boolean;
}

const ends: LinkEnd[] = ["gone", "silent", "slow", "protocol"];
const longTimes = [9000, 11_000, 61_000, 181_000];
const capacities = [1, 2, 4, 8];

/** Does whatever it is told with a dispatcher, and watches that what must never happen does not. */
export class Chaos {
  readonly world: World;
  readonly #links: (FakeLink | null)[] = capacities.map(() => null);
  /** Every job that was sent, and who had it last. */
  readonly #holders = new Map<string, string>();
  readonly #had = new Set<string>();
  readonly #probe: FakeLink;
  readonly #customers = new Set<string>();
  readonly #ceiling: number;
  #letGo: () => void = () => {};
  /** Found while jobs were sent, where the dispatcher would catch what is thrown. */
  readonly #faults: string[] = [];
  /** Answers that were taken. */
  taken: string[] = [];
  givenBack = 0;

  constructor(rate: string, ceiling: number, penalty: "strike" | "reject") {
    this.#ceiling = ceiling;
    const lane = proveLane();
    const kinds = new Map([["square", Array.from({ length: 10 }, () => 100)]]);
    this.world = new World({
      ...{ rate, ceiling, retries: { customer: 3, benchmark: 2 } },
      lanes: [{ ...lane, policy: { ...lane.policy, penalty } }],
      saved: stateText({ caps: new Map(capacities.map((_, i) => [`m${i}`, 3])), kinds }),
    });
    this.#probe = this.world.link("probe");
  }

  async do(deed: Deed): Promise<void> {
    await this.#do(deed);
    if (deed.settles) await this.world.settle();
    assert.deepEqual(this.#faults, []);
    const { inFlight, bytes } = this.world.dispatcher.stats();
    assert.ok(inFlight >= 0 && inFlight <= this.#ceiling, `${inFlight} in flight`);
    assert.ok(bytes >= 0);
  }

  /** Ends everything, and looks whether it has ended as it must. */
  async end(): Promise<void> {
    const { world } = this;
    this.#letGo();
    world.records.held = null;
    world.storeIsUp();
    world.block = 1000;
    await world.settle();
    while (world.checks.length > 0) await world.verdict(valid);
    const drained = world.dispatcher.drain(0);
    await world.pass(250);
    await drained;
    await world.pass(500);
    const { inFlight, bytes } = world.dispatcher.stats();
    assert.deepEqual([inFlight, bytes], [0, 0], "everything is free again");
    this.#checkSamples();
    this.#checkAccounts();
    this.#checkCustomers();
  }

  async #do({ do: what, who, which }: Deed): Promise<void> {
    const { world } = this;
    const { dispatcher } = world;
    const link = this.#links[who] ?? null;
    switch (what) {
      case "open":
        return this.#open(who);
      case "close":
        return link?.close(ends[which % ends.length] ?? "gone");
      case "answer":
        return this.#speak(who, which, (one, jobId) => this.#answer(one, jobId));
      case "answer wrongly":
        return this.#answerWrongly(who, which);
      case "give back":
        return this.#speak(who, which, (one, jobId) => {
          if (one.giveBack(jobId) === null) this.givenBack++;
        });
      case "miss":
        return this.#speak(who, which, (one, jobId) => one.missed(jobId));
      case "valid":
      case "invalid":
      case "error": {
        const [check] = world.checks.splice(which % Math.max(1, world.checks.length), 1);
        return check?.tell({ valid, invalid, error }[what]);
      }
      case "suspend":
        world.suspended.add(`m${who}`);
        return;
      case "operator":
        world.suspended.add(`m${who}`);
        dispatcher.suspendHotkey(`m${who}`);
        assert.equal(this.#inFlightAt(`m${who}`), 0);
        return;
      case "release":
        world.suspended.delete(`m${who}`);
        return;
      case "customer":
        return this.#customer();
      case "tick":
        return this.#pass([1, 250, 3000][which % 3] ?? 250);
      case "long tick":
        return this.#pass(longTimes[which % longTimes.length] ?? 9000);
      case "settle":
        return world.settle();
      case "store down":
        world.records.refuse = (of) =>
          of === "draws" && which % 2 === 0
            ? new AssayError({ code: "epoch_expired", epoch: 7, current: 9 })
            : new AssayError({ code: "store_unavailable", retry_after_s: 1 });
        return;
      case "store up":
        return world.storeIsUp();
      case "hold":
        return this.#hold();
      case "let go":
        return this.#letGo();
      case "height":
      case "height known":
        world.block = what === "height" ? null : 1000 + which;
        return;
      case "room":
        world.hasRoom = which % 4 > 0;
        return;
      case "drain link":
        if (link !== null) link.isFull = which % 4 === 1;
        return link?.isFull === false ? link.drain() : undefined;
      case "epoch":
        world.epoch = 7 + (which % 3);
        return;
    }
  }

  /** In steps, so that the process does not seem to have stood still. */
  #pass(ms: number): void {
    for (let left = ms; left > 0; left -= 1500) {
      this.world.clock.advance(Math.min(1500, left));
      this.world.dispatcher.tick();
    }
  }

  #open(who: number): void {
    const hotkey = `m${who}`;
    const capacity = capacities[who] ?? 1;
    const link = this.world.link(hotkey, { capacity });
    link.onSend = ({ job_id }) => this.#sent(link, job_id);
    this.#links[who] = link;
    this.world.dispatcher.opened(link);
  }

  #sent({ hotkey, capacity, closedWith }: FakeLink, jobId: string): void {
    const expect = (holds: boolean, fault: string): void => void (holds || this.#faults.push(fault));
    expect(closedWith === null, "sent over a closed link");
    expect(!this.#had.has(`${jobId} ${hotkey}`), "the same job at the same miner twice");
    this.#had.add(`${jobId} ${hotkey}`);
    this.#holders.set(jobId, hotkey);
    const inFlight = this.#inFlightAt(hotkey);
    const cap = this.world.dispatcher.capOf(hotkey)?.learned ?? 0;
    expect(inFlight <= capacity && inFlight <= Math.max(cap, 3), `${inFlight} at ${hotkey}`);
    const drawn = this.world.records.draws.flat().flatMap(({ rows }) => rows);
    expect(
      drawn.some((row) => row.includes(jobId)),
      "sent before its draw was on record",
    );
  }

  /** The miner says something of one of its jobs; if it has none, the next miner that has. */
  #speak(who: number, which: number, say: (link: FakeLink, jobId: string) => void): void {
    const turns = capacities.map((_, i) => this.#links[(who + i) % capacities.length]);
    const link = turns.find((one) => one?.closedWith === null && one.open.length > 0);
    if (link) say(link, link.open[which % link.open.length] ?? "");
  }

  #answer(link: FakeLink, jobId: string): void {
    const isOpen = this.#isInFlight(jobId) && this.#holders.get(jobId) === link.hotkey;
    // The input of a customer's job is its id, which stays when the job goes round again under another.
    const x = link.sent.findLast(({ job_id }) => job_id === jobId)?.input.x ?? jobId;
    const refusal = link.answer(jobId, answerOf(JSON.stringify(x)));
    assert.equal(refusal === null, isOpen, `${refusal}`);
    if (refusal === null) this.taken.push(`${jobId} ${link.hotkey}`);
  }

  /** An answer to any job that ever was, by any miner: taken only when it is that miner's. */
  #answerWrongly(who: number, which: number): void {
    const link = this.#links[who];
    const jobs = [...this.#holders.keys()];
    const jobId = jobs[which % Math.max(1, jobs.length)];
    if (!link || link.closedWith !== null || jobId === undefined) return;
    this.#answer(link, jobId);
  }

  #isInFlight(jobId: string): boolean {
    return this.#probe.answer(jobId) === "job_not_yours";
  }

  #inFlightAt(hotkey: string): number {
    let count = 0;
    for (const [jobId, holder] of this.#holders) if (holder === hotkey && this.#isInFlight(jobId)) count++;
    return count;
  }

  #customer(): void {
    const jobId = `jb_${String(this.#customers.size).padStart(32, "c")}`;
    this.#customers.add(jobId);
    this.world.dispatcher.addCustomer(this.world.customer(jobId));
  }

  #hold(): void {
    this.#letGo();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.world.records.held = promise;
    this.#letGo = () => {
      this.world.records.held = null;
      resolve();
    };
  }

  /** Whatever was sampled has ended once, answered or not; what was not has no end in the log. */
  #checkSamples(): void {
    const drawn = new Map<string, boolean>();
    for (const { hotkeys, rows } of this.world.records.draws.flat()) {
      for (const row of rows) {
        const [index, jobId, , sampled] = row.split(" ");
        const key = `${jobId} ${hotkeys[Number(index)]}`;
        assert.ok(!drawn.has(key), "drawn twice");
        drawn.set(key, sampled === "1");
      }
    }
    const answered = this.world.concluded.map(({ job }) => `${job.jobId} ${job.hotkey}`);
    const unanswered = this.world.unanswered.map(({ sample, code }) => {
      return { key: `${sample.jobId} ${sample.hotkey}`, code };
    });
    // `unsent` ends what may be on record: where it is not open, that changes nothing.
    const once = [...answered, ...unanswered.filter(({ code }) => code !== "unsent").map(({ key }) => key)];
    assert.equal(new Set(once).size, once.length, "ended twice");
    const ended = new Set([...once, ...unanswered.map(({ key }) => key)]);
    // A draw that the store refused may have been a sample: it ended as `unsent`, and the next draw, of another epoch, was none.
    for (const [key, sampled] of drawn) {
      const has = sampled ? ended.has(key) : once.includes(key);
      assert.equal(has, sampled, `${key}, sampled: ${sampled}`);
    }
    for (const key of answered) assert.ok(drawn.get(key), "concluded without a draw");
    assert.deepEqual(answered.toSorted(), this.taken.filter((key) => drawn.get(key)).toSorted());
  }

  #checkAccounts(): void {
    const work = this.world.records.work.flat();
    for (const { credit, debit } of work) assert.ok(credit >= 0 && debit >= 0);
    const sum = (name: "accepted" | "failed"): number =>
      work.reduce((total, delta) => total + delta[name], 0);
    const checked = this.world.concluded.length;
    assert.equal(sum("accepted"), this.taken.length - checked, "what was taken without a check is accepted");
    assert.ok(sum("failed") >= this.givenBack);
    for (const { job } of this.world.concluded) assert.ok(job.credit >= 0);
  }

  #checkCustomers(): void {
    const { records, dispatcher } = this.world;
    let queued = 0;
    for (const jobId of this.#customers) {
      const updates = records.customers.filter((update) => update.jobId === jobId);
      const over = updates.findIndex(({ state }) => state !== "queued");
      assert.ok(over === -1 || over === updates.length - 1, "an update after the end");
      const last = updates.at(-1);
      if (over === -1) queued++;
      else assert.equal(last?.answer, last?.state === "done" ? `"${jobId}"` : null);
      assert.ok((last?.attempts ?? 0) <= 4 + capacities.length);
    }
    assert.equal(dispatcher.stats().queued, queued, "whatever is not over waits");
  }
}

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { systemClock } from "../../../src/core/clock.ts";
import { type Log, silentLog } from "../../../src/core/log.ts";
import { noMetrics } from "../../../src/core/metrics.ts";
import { AssayError } from "../../../src/core/problems/assayError.ts";
import { systemRandom } from "../../../src/core/random.ts";
import type { Suspension } from "../../../src/flow/standing.ts";
import type { OperatorAction, Store } from "../../../src/flow/store.ts";
import { Judge } from "../../../src/judge/judge.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { Counts } from "../../support/counts.ts";
import { FakeClock } from "../../support/fakeClock.ts";
import { pendingSubmission } from "../../support/flow/submission.ts";
import { problemOf } from "../../support/thrown.ts";

const START = 1_000_000;
const MINUTE = 60_000;

/** A real store whose answers can be held back, and which can be down for what judge asks of it. */
class SlowStore {
  readonly #store: Store;
  calls = 0;
  /** The hotkeys for which it is down. */
  down: (hotkey: string) => boolean = () => false;
  /** Runs after the store has done its work and before judge hears of it. */
  afterwards: () => Promise<void> = async () => {};

  constructor(store: Store) {
    this.#store = store;
  }

  async #call<T>(hotkey: string, work: () => Promise<T>): Promise<T> {
    this.calls++;
    if (this.down(hotkey)) throw new AssayError({ code: "store_unavailable", retry_after_s: 1 });
    const result = await work();
    await this.afterwards();
    return result;
  }

  suspend(suspension: Suspension): Promise<void> {
    return this.#call(suspension.hotkey, () => this.#store.suspend(suspension));
  }
  release(hotkey: string, action: OperatorAction | null): Promise<number> {
    return this.#call(hotkey, () => this.#store.release(hotkey, action));
  }
  standingState() {
    return this.#store.standingState();
  }
  dropMiners(hotkeys: readonly string[]) {
    return this.#store.dropMiners(hotkeys);
  }
  dropEndedSuspensions(block: number) {
    return this.#store.dropEndedSuspensions(block);
  }
  /** Hotkeys that the store has as unreachable. */
  async out(): Promise<string[]> {
    const { suspensions } = await this.#store.standingState();
    return suspensions.filter(({ kind }) => kind === "unreachable").map(({ hotkey }) => hotkey);
  }
}

interface World {
  readonly judge: Judge;
  readonly store: SlowStore;
  readonly clock: FakeClock;
  readonly chain: { height: number | null; tempoBlocks: number };
  readonly counts: Counts;
  readonly events: string[];
  /** `count` miners of a name fail, one after the other. */
  fail(count: number, active: number, name?: string): Promise<string[]>;
  /** Hotkeys on the skiplist. */
  listed(): string[];
  reload(): Promise<Judge>;
}

async function inWorld(work: (world: World) => Promise<void>, history = 8192): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "assay-judge-"));
  const options = { file: join(dir, "assay.db"), log: silentLog, metrics: noMetrics, clock: systemClock };
  const real = await openSqliteStore(options);
  try {
    await work(await makeWorld(new SlowStore(real), history));
  } finally {
    await real.close();
    await rm(dir, { recursive: true });
  }
}

async function makeWorld(store: SlowStore, history: number): Promise<World> {
  const chain = {
    height: START as number | null,
    tempoBlocks: 360,
    block: () => chain.height,
    tempo: () => chain.tempoBlocks,
  };
  const clock = new FakeClock(5000);
  const counts = new Counts();
  const events: string[] = [];
  const note = (event: string): void => {
    events.push(event);
  };
  const log: Log = { debug: note, info: note, warn: note, error: note };
  const rules = { strikes: 1, windowBlocks: 7200, suspensionTempos: 20, unreachableTempos: 1 };
  const memory = { coldStartBlocks: 1800, retentionBlocks: 50_400, history, outageMiners: 4 };
  const load = () =>
    Judge.load({ ...rules, ...memory }, { store, chain, clock, random: systemRandom, log, metrics: counts });
  const judge = await load();
  return {
    ...{ judge, store, clock, chain, counts, events, reload: load },
    fail: async (count, active, name = "h") => {
      const outcomes: string[] = [];
      for (let i = 0; i < count; i++) outcomes.push(await judge.unreachable(`${name}${i}`, active));
      return outcomes;
    },
    listed: () => judge.skiplist().map(({ hotkey }) => hotkey),
  };
}

const names = (count: number, name = "h") => Array.from({ length: count }, (_, i) => `${name}${i}`).sort();

describe("an unreachable miner", () => {
  it("is suspended as unreachable for a tempo, through a restart", () =>
    inWorld(async ({ judge, chain, counts, clock, reload }) => {
      assert.equal(await judge.unreachable("h", 100), "suspended");
      const row = { hotkey: "h", kind: "unreachable", until_block: START + 360, reason: "unreachable" };
      assert.deepEqual(judge.skiplist(), [{ ...row, by: "judge", at: clock.now }]);
      assert.equal(counts.get("assay_unreachable_total", { outcome: "suspended" }), 1);
      const next = await reload();
      assert.deepEqual(next.skiplist(), judge.skiplist());
      for (const one of [judge, next]) {
        chain.height = START + 359;
        assert.equal(one.suspendedUntil("h"), START + 360);
        assert.deepEqual([one.mayEarn("h"), one.isSuspended("h")], [false, true]);
        chain.height = START + 360;
        assert.equal(one.suspendedUntil("h"), null);
        assert.equal(one.isSuspended("h"), false);
      }
    }));

  it("is suspended once while it is suspended, and again afterwards", () =>
    inWorld(async ({ judge, chain, store }) => {
      const together = ["h", "h", "h"].map((hotkey) => judge.unreachable(hotkey, 100));
      assert.deepEqual(await Promise.all(together), ["suspended", "known", "known"]);
      chain.height = START + 359;
      assert.equal(await judge.unreachable("h", 100), "known");
      assert.equal(store.calls, 1);
      assert.equal(judge.suspendedUntil("h"), START + 360);
      chain.height = START + 360;
      assert.equal(await judge.unreachable("h", 100), "suspended");
      assert.equal(judge.suspendedUntil("h"), START + 720);
    }));

  it("has no suspension shortened by it, nor by what a later failure would give", () =>
    inWorld(async ({ judge, chain, store }) => {
      await judge.suspend({ hotkey: "op", tempos: 100, reason: "by hand" }, "operator");
      assert.equal(await judge.unreachable("op", 100), "suspended");
      assert.equal(judge.suspendedUntil("op"), START + 36_000);
      await judge.unreachable("h", 100);
      chain.tempoBlocks = 10;
      assert.equal(await judge.unreachable("h", 100), "known");
      assert.equal(judge.suspendedUntil("h"), START + 360);
      assert.deepEqual(await store.out(), ["h", "op"]);
    }));

  it("is not suspended while the height is unknown, though its failure counts", () =>
    inWorld(async ({ judge, chain, store, fail, listed }) => {
      chain.height = null;
      assert.deepEqual(await fail(29, 100), Array(29).fill("ours"));
      assert.deepEqual([listed(), store.calls], [[], 0]);
      chain.height = START;
      assert.equal(await judge.unreachable("last", 100), "ours");
    }));

  it("is not suspended while the store is down, but once it is up", () =>
    inWorld(async ({ judge, store, listed }) => {
      store.down = () => true;
      assert.equal((await problemOf(() => judge.unreachable("h", 100))).code, "store_unavailable");
      assert.deepEqual(listed(), []);
      store.down = () => false;
      assert.equal(await judge.unreachable("h", 100), "suspended");
    }));
});

describe("failures of many within a minute", () => {
  it("are presumed to be the validator's fault at 30 %, and not one below", () =>
    inWorld(async ({ judge, store, fail, listed, counts, events }) => {
      assert.deepEqual(await fail(29, 100), Array(29).fill("suspended"));
      assert.deepEqual(await fail(29, 100), Array(29).fill("known"));
      assert.equal(listed().length, 29);
      assert.equal(judge.presumedOursAt(), null);
      assert.equal(await judge.unreachable("last", 100), "ours");
      assert.notEqual(judge.presumedOursAt(), null);
      assert.deepEqual([listed(), await store.out()], [[], []]);
      assert.equal(counts.get("assay_unreachable_lifted_total"), 29);
      assert.equal(await judge.unreachable("h0", 100), "ours");
      assert.equal(counts.get("assay_unreachable_total", { outcome: "ours" }), 2);
      const once = ["unreachable_presumed_ours", "unreachable_lifted"];
      for (const event of once) assert.equal(events.filter((one) => one === event).length, 1, event);
    }));

  it("shield nobody where fewer miners are active than the rule needs", () =>
    inWorld(async ({ judge, clock }) => {
      for (const [active, outcome] of [
        [1, "suspended"],
        [2, "suspended"],
        [3, "suspended"],
        [4, "suspended"],
        [0, "suspended"],
      ] as const) {
        clock.advance(MINUTE + 1);
        assert.equal(await judge.unreachable(`of${active}`, active), outcome, `1 of ${active}`);
      }
      assert.equal(await judge.unreachable("another", 3), "suspended", "2 of 3");
      assert.equal(await judge.unreachable("more", 4), "ours", "3 of 4");
    }));

  it("count for a minute, its last moment included, on the clock that never jumps", () =>
    inWorld(async ({ judge, clock, fail, listed }) => {
      await fail(29, 100);
      clock.advance(MINUTE);
      clock.now -= 10 * MINUTE;
      assert.equal(await judge.unreachable("edge", 100), "ours");
      assert.deepEqual(listed(), []);
      clock.advance(MINUTE + 1);
      assert.deepEqual(await fail(28, 100), Array(28).fill("suspended"));
      clock.advance(MINUTE);
      await judge.unreachable("h0", 100);
      clock.advance(1);
      clock.now += 10 * MINUTE;
      assert.equal(await judge.unreachable("past", 100), "suspended");
      assert.equal(listed().length, 29);
    }));

  it("release only those suspended within the minute", () =>
    inWorld(async ({ clock, store, fail, listed }) => {
      await fail(1, 100, "early");
      clock.advance(1);
      await fail(1, 100, "edge");
      clock.advance(MINUTE - 10);
      await fail(1, 100, "early");
      clock.advance(10);
      assert.deepEqual((await fail(28, 100)).at(-1), "ours");
      assert.deepEqual([listed(), await store.out()], [["early0"], ["early0"]]);
    }));

  it("touch no suspension of another kind", () =>
    inWorld(async ({ judge, chain, fail, listed, reload }) => {
      const struck = judge.assess(pendingSubmission({ hotkey: "h0" }), "solution_unsatisfied");
      judge.record(struck);
      await judge.suspend({ hotkey: "h1", tempos: 3, reason: "by hand" }, "operator");
      assert.equal((await fail(30, 100)).at(-1), "ours");
      assert.deepEqual(listed().sort(), ["h0", "h1"]);
      assert.deepEqual(
        judge
          .skiplist()
          .map(({ kind }) => kind)
          .sort(),
        ["operator", "strike"],
      );
      assert.equal(judge.suspendedUntil("h0"), START + 7200);
      assert.equal(await judge.liftUnreachable("by hand"), 0);
      assert.equal(judge.suspendedUntil("h1"), START + 1080);
      assert.deepEqual(
        (await reload()).skiplist().map(({ hotkey }) => hotkey),
        ["h1"],
      );
      chain.height = START + 7200;
      assert.deepEqual(listed(), []);
    }));

  it("suspend nobody for good: a later failure is judged again", () =>
    inWorld(async ({ judge, clock, fail }) => {
      await fail(30, 100);
      clock.advance(MINUTE + 1);
      assert.equal(await judge.unreachable("h0", 100), "suspended");
    }));

  it("keep those suspended that the store could not release, and release them at the next failure", () =>
    inWorld(async ({ judge, store, fail, listed }) => {
      await fail(29, 100);
      store.down = (hotkey) => hotkey === "h3" || hotkey === "h4";
      assert.equal((await problemOf(() => judge.unreachable("last", 100))).code, "store_unavailable");
      assert.deepEqual(
        [listed(), await store.out()],
        [
          ["h3", "h4"],
          ["h3", "h4"],
        ],
      );
      store.down = () => false;
      assert.equal(await judge.unreachable("last", 100), "ours");
      assert.deepEqual([listed(), await store.out()], [[], []]);
    }));

  it("remember no more hotkeys than the history", () =>
    inWorld(async ({ fail }) => {
      const outcomes = await fail(40, 100, "flood");
      assert.equal(outcomes.includes("ours"), false);
    }, 29));
});

describe("failures that come all at once", () => {
  it("suspend none of thousands, in memory or in the store", () =>
    inWorld(async ({ judge, store, listed }) => {
      const failing = names(2000).map((hotkey) => judge.unreachable(hotkey, 2000));
      const outcomes = await Promise.all(failing);
      assert.deepEqual(new Set(outcomes), new Set(["ours"]));
      assert.deepEqual([listed(), await store.out()], [[], []]);
    }));

  it("lift each suspension once", () =>
    inWorld(async ({ judge, store, counts, fail, listed }) => {
      await fail(299, 1000);
      assert.equal(store.calls, 299);
      await Promise.all(names(700, "late").map((hotkey) => judge.unreachable(hotkey, 1000)));
      assert.equal(store.calls, 598);
      assert.equal(counts.get("assay_unreachable_lifted_total"), 299);
      assert.deepEqual([listed(), await store.out()], [[], []]);
    }));

  it("release a miner whose suspension is being recorded when the fault turns out to be the validator's", () =>
    inWorld(async ({ judge, store, listed }) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      store.afterwards = () => promise;
      const leaving = judge.unreachable("first", 4);
      assert.equal(await judge.unreachable("second", 4), "ours");
      resolve();
      assert.equal(await leaving, "ours");
      assert.deepEqual([listed(), await store.out()], [[], []]);
    }));
});

describe("people", () => {
  it("release all unreachable miners, also those from before a restart, at any height", () =>
    inWorld(async ({ chain, fail, clock, reload, store }) => {
      await fail(20, 100);
      clock.advance(10 * MINUTE);
      await fail(20, 100, "g");
      const next = await reload();
      chain.height = null;
      assert.equal(await next.liftUnreachable("our uplink was down"), 40);
      assert.equal(await next.liftUnreachable("again"), 0);
      assert.deepEqual([next.skiplist(), await store.out()], [[], []]);
    }));

  it("do not lift what has ended", () =>
    inWorld(async ({ judge, chain, fail }) => {
      await fail(3, 100);
      chain.height = START + 360;
      assert.equal(await judge.liftUnreachable("late"), 0);
    }));

  it("release for good a miner whose suspension is being recorded", () =>
    inWorld(async ({ judge, store, listed }) => {
      await judge.suspend({ hotkey: "h", tempos: 1, reason: "r" }, "operator");
      const { promise, resolve } = Promise.withResolvers<void>();
      store.afterwards = () => promise;
      const leaving = judge.unreachable("h", 100);
      const releasing = judge.release("h", "appeal");
      resolve();
      await Promise.all([leaving, releasing]);
      assert.deepEqual([listed(), await store.out()], [[], []]);
    }));
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FORGED, type Offer } from "../../../../sim/network/behaviour.ts";
import { behaviourOf, type Sights } from "../../../../sim/network/behaviours.ts";
import { rightAnswer } from "../../../../sim/network/lane.ts";
import type { Strategy } from "../../../../sim/scenario.ts";
import { HOUR, MINUTE } from "../../../support/sim/scenario.ts";

const nothing: Sights = {
  reveals: { newest: () => null, epochNow: () => 0, wasSampled: () => null, byOldKey: () => null },
  lastAnswer: () => null,
};
const order = { job_id: "jb_1", lane: "work", kind: "kind-1", input: { x: "abc" }, deadline_ms: 1000 };

function offer(age: number, change: Partial<Offer> = {}): Offer {
  return { order, now: age + 500, age, serviceMs: 2000, hotkey: "5A", validator: 0, ...change };
}

/** Ages at which it cheats when offered a job at a fixed interval. */
function cheatsOf(strategy: Strategy, everyMs: number, untilMs: number): number[] {
  const behaviour = behaviourOf(strategy, nothing);
  const ages = Array.from({ length: Math.floor(untilMs / everyMs) }, (_, i) => i * everyMs);
  return ages.filter((age) => behaviour.choose(offer(age)) === "cheat");
}

describe("a behaviour", () => {
  it("honest and congestor work, always and sybil never", () => {
    const chosen = (strategy: Strategy): number => cheatsOf(strategy, 1000, HOUR).length;
    assert.equal(chosen({ kind: "honest" }), 0);
    assert.equal(chosen({ kind: "congestor", factor: 8 }), 0);
    assert.equal(chosen({ kind: "always" }), 3600);
    assert.equal(chosen({ kind: "sybil" }), 3600);
  });

  it("sybil alone comes back under another name", () => {
    const kinds: Strategy[] = [
      { kind: "honest" },
      { kind: "always" },
      { kind: "sybil" },
      { kind: "predictor" },
    ];
    assert.deepEqual(
      kinds.map((kind) => behaviourOf(kind, nothing).renews),
      [false, false, true, false],
    );
  });

  it("trickle cheats once in each of its parts of a window, in the middle of it", () => {
    const ages = cheatsOf({ kind: "trickle", cheats: 4, window_ms: HOUR }, 1000, 2 * HOUR);
    const due = [7.5, 22.5, 37.5, 52.5, 67.5, 82.5, 97.5, 112.5].map((minutes) => minutes * MINUTE);
    assert.deepEqual(ages, due);
  });

  it("trickle makes up for cheats that were due while it had no job", () => {
    const behaviour = behaviourOf({ kind: "trickle", cheats: 60, window_ms: HOUR }, nothing);
    const choices = [0, 10 * MINUTE, 10 * MINUTE, 10.4 * MINUTE].map((age) => behaviour.choose(offer(age)));
    assert.deepEqual(choices, ["work", "cheat", "cheat", "cheat"]);
    let more = 0;
    while (behaviour.choose(offer(10.4 * MINUTE)) === "cheat") more++;
    assert.equal(more, 7, "ten were due in ten minutes");
  });

  it("burst cheats at everything in the last part of every period, and at nothing else", () => {
    const ages = cheatsOf({ kind: "burst", every_ms: HOUR, lasts_ms: 10 * MINUTE }, MINUTE, 2 * HOUR);
    const last = [50, 51, 52, 53, 54, 55, 56, 57, 58, 59].map((minute) => minute * MINUTE);
    assert.deepEqual(ages, [...last, ...last.map((age) => age + HOUR)]);
  });

  it("sleeper works for its time, and not a job more", () => {
    const ages = cheatsOf({ kind: "sleeper", honest_for_ms: 30 * MINUTE }, MINUTE, HOUR);
    assert.deepEqual([ages.length, ages[0]], [30, 30 * MINUTE]);
  });

  it("copy submits the last answer of another, or a forged one while there is none", () => {
    let last: string | null = null;
    const copy = behaviourOf({ kind: "copy" }, { ...nothing, lastAnswer: () => last });
    assert.deepEqual([copy.choose(offer(0)), copy.forge(order)], ["cheat", FORGED]);
    last = rightAnswer("other");
    assert.equal(copy.forge(order), last);
  });

  for (const [how, choice] of [
    ["silent", "let_lie"],
    ["give_back", "give_back"],
  ] as const)
    it(`abort ${how} works only on jobs within its time`, () => {
      const abort = behaviourOf({ kind: "abort", over_ms: 2000, how }, nothing);
      const choices = [1999, 2000, 2000.1, 9000].map((serviceMs) => abort.choose(offer(0, { serviceMs })));
      assert.deepEqual(choices, ["work", "work", choice, choice]);
    });

  it("lazy empty submits an empty answer", () => {
    const lazy = behaviourOf({ kind: "lazy", answer: "empty" }, nothing);
    assert.deepEqual([lazy.choose(offer(0)), lazy.forge(order)], ["cheat", ""]);
  });

  it("lazy stale works once, and repeats that answer", () => {
    const lazy = behaviourOf({ kind: "lazy", answer: "stale" }, nothing);
    assert.equal(lazy.choose(offer(0)), "work");
    lazy.worked?.(order);
    lazy.worked?.({ ...order, input: { x: "later" } });
    assert.deepEqual(
      [lazy.choose(offer(1)), lazy.forge({ ...order, input: { x: "now" } })],
      ["cheat", rightAnswer("abc")],
    );
  });

  it("keeps its state to itself", () => {
    const stale: Strategy = { kind: "lazy", answer: "stale" };
    const [one, other] = [behaviourOf(stale, nothing), behaviourOf(stale, nothing)];
    one.worked?.(order);
    assert.deepEqual([one.choose(offer(0)), other.choose(offer(0))], ["cheat", "work"]);
  });
});
